#include "noex/runtime/registry/finds.h"

#include <algorithm>

#include "noex/transport/base/check.h"

namespace noex {

Finds::Finds(const Finds& other, const RegistryPeers& peers, RegistryPorts& ports)
    : grace_(other.grace_),
      peers_(peers),
      ports_(ports),
      now_(other.now_),
      settled_(other.settled_),
      finds_(other.finds_),
      by_wake_(other.by_wake_),
      by_name_(other.by_name_),
      waiting_(other.waiting_),
      asked_(other.asked_),
      awaited_(other.awaited_) {}

void Finds::add(std::uint64_t request, std::string name, Instant now, Instant deadline) {
  now_ = std::max(now_, now);
  by_wake_.emplace(deadline, request);
  by_name_.add(name, request);
  waiting_.insert(request);
  const auto [find, is_new] =
      finds_.emplace(request, Find{std::move(name), deadline, deadline, false, std::nullopt, {}});
  NOEX_CHECK(is_new, "request {}", request);
  if (!settled_) return;
  find->second.patience = now_ + grace_;
  begin(find);
}

void Finds::cancel(std::uint64_t request) {
  const auto find = finds_.find(request);
  if (find != finds_.end()) finish(find, fail(ErrorCode::cancelled));
}

void Finds::set_settled(bool settled) {
  settled_ = settled;
  if (!settled) return;
  for (const std::uint64_t request : std::exchange(waiting_, {})) begin(finds_.find(request));
}

void Finds::begin(FindMap::iterator find) {
  find->second.asking = true;
  waiting_.erase(find->first);
  for (const Incarnation& arbiter : peers_.arbiters(find->second.name)) {
    const bool is_self = arbiter == peers_.self();
    find->second.asks.emplace(arbiter.id, Ask{arbiter.boot, is_self, is_self});
    asked_.add(arbiter.id, find->first);
    if (!is_self) awaited_.add(arbiter.id, find->first);
  }
  send(find->first, find->second);
  finish_if_unknown(find);
}

void Finds::send(std::uint64_t request, Find& find) {
  for (auto& [id, ask] : find.asks) {
    if (ask.sent || ask.answered) continue;
    const Incarnation arbiter{id, ask.boot};
    if (!peers_.is_reachable(arbiter)) {
      ports_.reach(id);
      continue;
    }
    ask.sent = true;
    ports_.send(arbiter, NameFind{request, find.name});
  }
}

void Finds::on_link_up(const Incarnation& peer) {
  for (const std::uint64_t request : asked_.of(peer.id)) send(request, finds_.at(request));
}

void Finds::on_link_down(const NodeId& peer) {
  if (!awaited_.has(peer)) return;
  for (const std::uint64_t request : awaited_.of(peer)) {
    finds_.at(request).asks.at(peer).sent = false;
  }
  ports_.reach(peer);
}

void Finds::on_node_down(const Incarnation& peer) {
  const auto requests = asked_.of(peer.id);
  for (const std::uint64_t request : requests) {
    const auto find = finds_.find(request);
    const auto ask = find->second.asks.find(peer.id);
    if (ask->second.boot != peer.boot) continue;
    find->second.asks.erase(ask);
    asked_.remove(peer.id, request);
    awaited_.remove(peer.id, request);
    finish_if_unknown(find);
  }
}

void Finds::on_time(Instant now) {
  now_ = std::max(now_, now);
  while (!by_wake_.empty() && by_wake_.begin()->first <= now) {
    const auto find = finds_.find(by_wake_.begin()->second);
    if (find->second.deadline <= now) {
      finish(find, fail(ErrorCode::timeout));
      continue;
    }
    if (!find->second.patience) find->second.patience = now + grace_;
    finish_if_unknown(find);
  }
}

std::optional<Instant> Finds::next_deadline() const {
  if (by_wake_.empty()) return std::nullopt;
  return by_wake_.begin()->first;
}

// The start of a wait needs the time at once.
void Finds::rearm(FindMap::iterator at) {
  Find& find = at->second;
  Instant wake = find.deadline;
  if (!find.patience || *find.patience > now_) wake = std::min(wake, find.patience.value_or(now_));
  if (wake == find.wake) return;
  by_wake_.erase({find.wake, at->first});
  find.wake = wake;
  by_wake_.emplace(wake, at->first);
}

// An answer that was asked over an earlier link can't come: it went with that link.
void Finds::on_found(const Incarnation& arbiter, const NameFound& found) {
  const auto find = finds_.find(found.number);
  if (find == finds_.end()) return;
  const auto ask = find->second.asks.find(arbiter.id);
  if (ask == find->second.asks.end() || !ask->second.sent || ask->second.answered) return;
  if (found.holder) {
    finish(find, from_wire(*found.holder));
    return;
  }
  ask->second.answered = true;
  awaited_.remove(arbiter.id, found.number);
  finish_if_unknown(find);
}

void Finds::on_entry(std::string_view name, const NameHolder& holder) {
  const auto requests = by_name_.of(name);
  for (const std::uint64_t request : requests) finish(finds_.find(request), holder);
}

// Whatever was registered is shown by a majority of them.
void Finds::finish_if_unknown(FindMap::iterator at) {
  const Find& find = at->second;
  const auto answered = static_cast<std::size_t>(
      std::ranges::count_if(find.asks, [](const auto& ask) { return ask.second.answered; }));
  const bool is_patient = !find.patience || *find.patience > now_;
  const bool is_enough =
      is_patient ? answered == find.asks.size() : answered > find.asks.size() / 2;
  if (is_enough || find.asks.empty()) {
    finish(at, fail(ErrorCode::noproc));
  } else {
    rearm(at);
  }
}

void Finds::finish(FindMap::iterator find, Result<NameHolder> result) {
  const std::uint64_t request = find->first;
  by_wake_.erase({find->second.wake, request});
  by_name_.remove(find->second.name, request);
  waiting_.erase(request);
  for (const auto& [id, ask] : find->second.asks) {
    asked_.remove(id, request);
    awaited_.remove(id, request);
  }
  finds_.erase(find);
  ports_.finish(RegistryFound{request, std::move(result)});
}

bool Finds::uses_link(const NodeId& peer) const {
  return awaited_.has(peer);
}

void Finds::check_invariants() const {
  NOEX_CHECK(by_wake_.size() == finds_.size() && by_name_.size() == finds_.size());
  std::size_t waiting = 0;
  std::size_t asked = 0;
  std::size_t awaited = 0;
  for (const auto& [request, find] : finds_) {
    waiting += find.asking ? 0 : 1;
    NOEX_CHECK(by_wake_.contains({find.wake, request}) && by_name_.contains(find.name, request));
    NOEX_CHECK(waiting_.contains(request) != find.asking, "request {}", request);
    NOEX_CHECK(find.asking != find.asks.empty(), "request {} hangs", request);
    for (const auto& [id, ask] : find.asks) {
      const Incarnation arbiter{id, ask.boot};
      NOEX_CHECK(arbiter == peers_.self() || peers_.is_up(arbiter), "{}", id.text());
      NOEX_CHECK(!ask.sent || ask.answered || peers_.is_reachable(arbiter), "{}", id.text());
      ++asked;
      awaited += ask.answered ? 0 : 1;
      NOEX_CHECK(asked_.contains(id, request), "{}", id.text());
      NOEX_CHECK(awaited_.contains(id, request) != ask.answered, "{}", id.text());
    }
  }
  NOEX_CHECK(waiting == waiting_.size() && asked == asked_.size() && awaited == awaited_.size());
}

}  // namespace noex

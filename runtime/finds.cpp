#include "runtime/finds.h"

#include <algorithm>

#include "transport/base/check.h"

namespace noex {

Finds::Finds(const Finds& other, const RegistryPeers& peers, RegistryPorts& ports)
    : peers_(peers),
      ports_(ports),
      settled_(other.settled_),
      finds_(other.finds_),
      by_deadline_(other.by_deadline_),
      by_name_(other.by_name_) {}

void Finds::add(std::uint64_t request, std::string name, Instant deadline) {
  by_deadline_.emplace(deadline, request);
  by_name_.emplace(name, request);
  const auto [find, is_new] = finds_.emplace(request, Find{std::move(name), deadline, false, {}});
  NOEX_CHECK(is_new, "request {}", request);
  if (settled_) begin(find);
}

void Finds::cancel(std::uint64_t request) {
  const auto find = finds_.find(request);
  if (find != finds_.end()) finish(find, fail(ErrorCode::cancelled));
}

void Finds::set_settled(bool settled) {
  settled_ = settled;
  if (!settled) return;
  for (auto at = finds_.begin(); at != finds_.end();) {
    const auto find = at++;
    if (!find->second.asking) begin(find);
  }
}

void Finds::begin(FindMap::iterator find) {
  find->second.asking = true;
  for (const Incarnation& arbiter : peers_.arbiters(find->second.name)) {
    if (arbiter != peers_.self()) find->second.asks.emplace(arbiter.id, Ask{arbiter.boot, false});
  }
  send(find->first, find->second);
  finish_if_unknown(find);
}

void Finds::send(std::uint64_t request, Find& find) {
  for (auto& [id, ask] : find.asks) {
    if (ask.sent) continue;
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
  for (auto& [request, find] : finds_) {
    if (find.asks.contains(peer.id)) send(request, find);
  }
}

void Finds::on_link_down(const NodeId& peer) {
  for (auto& [request, find] : finds_) {
    const auto ask = find.asks.find(peer);
    if (ask == find.asks.end()) continue;
    ask->second.sent = false;
    ports_.reach(peer);
  }
}

void Finds::on_node_down(const Incarnation& peer) {
  for (auto at = finds_.begin(); at != finds_.end();) {
    const auto find = at++;
    const auto ask = find->second.asks.find(peer.id);
    if (ask == find->second.asks.end() || ask->second.boot != peer.boot) continue;
    find->second.asks.erase(ask);
    finish_if_unknown(find);
  }
}

void Finds::on_time(Instant now) {
  while (!by_deadline_.empty() && by_deadline_.begin()->first <= now) {
    finish(finds_.find(by_deadline_.begin()->second), fail(ErrorCode::timeout));
  }
}

std::optional<Instant> Finds::next_deadline() const {
  if (by_deadline_.empty()) return std::nullopt;
  return by_deadline_.begin()->first;
}

// An answer that was asked over an earlier link can't come: it went with that link.
void Finds::on_found(const Incarnation& arbiter, const NameFound& found) {
  const auto find = finds_.find(found.number);
  if (find == finds_.end()) return;
  const auto ask = find->second.asks.find(arbiter.id);
  if (ask == find->second.asks.end() || !ask->second.sent) return;
  if (found.holder) {
    finish(find, from_wire(*found.holder));
    return;
  }
  find->second.asks.erase(ask);
  finish_if_unknown(find);
}

void Finds::on_entry(std::string_view name, const NameHolder& holder) {
  for (auto at = by_name_.lower_bound({std::string(name), 0});
       at != by_name_.end() && at->first == name;
       at = by_name_.lower_bound({std::string(name), 0})) {
    finish(finds_.find(at->second), holder);
  }
}

void Finds::finish_if_unknown(FindMap::iterator find) {
  if (find->second.asks.empty()) finish(find, fail(ErrorCode::noproc));
}

void Finds::finish(FindMap::iterator find, Result<NameHolder> result) {
  const std::uint64_t request = find->first;
  by_deadline_.erase({find->second.deadline, request});
  by_name_.erase({find->second.name, request});
  finds_.erase(find);
  ports_.finish(RegistryFound{request, std::move(result)});
}

bool Finds::uses_link(const NodeId& peer) const {
  return std::ranges::any_of(finds_,
                             [&peer](const auto& find) { return find.second.asks.contains(peer); });
}

void Finds::check_invariants() const {
  NOEX_CHECK(by_deadline_.size() == finds_.size() && by_name_.size() == finds_.size());
  for (const auto& [request, find] : finds_) {
    NOEX_CHECK(find.asking != find.asks.empty(), "request {} hangs", request);
    for (const auto& [id, ask] : find.asks) {
      NOEX_CHECK(peers_.is_up({id, ask.boot}), "{}", id.text());
      NOEX_CHECK(!ask.sent || peers_.is_reachable({id, ask.boot}), "{}", id.text());
    }
  }
}

}  // namespace noex

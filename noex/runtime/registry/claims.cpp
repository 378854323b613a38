#include "noex/runtime/registry/claims.h"

#include <algorithm>

#include "noex/transport/base/check.h"

namespace noex {

void Claims::add(std::uint64_t request, const std::string& name, const RegistryEntry& entry,
                 Instant now, Instant deadline) {
  now_ = std::max(now_, now);
  const Claim claim{name, entry, deadline, deadline, Phase::waiting, {}, 0, 0};
  const bool is_new = claims_.emplace(request, claim).second;
  NOEX_CHECK(is_new, "request {}", request);
  by_wake_.emplace(deadline, request);
  by_name_.add(name, request);
  by_process_.add(entry.process, request);
  waiting_.insert(request);
  cost_ += snapshot_cost(name);
  advance(request);
  const auto added = claims_.find(request);
  if (added == claims_.end()) return;
  begin_waits(added->second);
  rearm(request);
}

void Claims::cancel(std::uint64_t request) {
  const auto claim = claims_.find(request);
  if (claim != claims_.end()) give_up(claim, ErrorCode::cancelled);
}

void Claims::process_ended(ProcessId process) {
  const auto requests = by_process_.of(process);
  for (const std::uint64_t request : requests) cancel(request);
}

void Claims::set_settled(bool settled) {
  settled_ = settled;
  if (settled) advance(waiting_);
}

void Claims::on_link_up(const Incarnation& peer) {
  const auto requests = asked_.of(peer.id);
  for (const std::uint64_t request : requests) {
    Claim& claim = claims_.at(request);
    if (find_ask(claim, peer) == nullptr || claim.phase != Phase::asking) continue;
    ask_all(request, claim);
    rearm(request);
  }
}

// The arbiter releases its promises when it sees the loss, so that a grant is void from now on.
void Claims::on_link_down(const NodeId& peer) {
  const auto requests = awaited_.of(peer);
  for (const std::uint64_t request : requests) {
    Claim& claim = claims_.at(request);
    if (claim.phase == Phase::asking) unsend(claim.asks.at(peer), Answer::unsent);
    ports_.reach(peer);
    rearm(request);
  }
}

// Whose arbiter it is, the hash of each says by itself: nothing else is done for all the others.
void Claims::on_node_up(const Incarnation& peer) {
  std::set<std::uint64_t> concerned;
  const std::uint64_t hash = arbiter_hash(peer.id.text());
  for (const Rank& rank : ranks_) {
    if (arbiter_score(rank.name_hash, hash) >= rank.score_min) concerned.insert(rank.request);
  }
  advance(std::move(concerned));
}

void Claims::on_node_down(const Incarnation& peer) {
  std::set<std::uint64_t> concerned;
  const auto requests = asked_.of(peer.id);
  for (const std::uint64_t request : requests) {
    Claim& claim = claims_.at(request);
    Ask* asked = find_ask(claim, peer);
    if (asked == nullptr) continue;
    take_back(peer.id, *asked, Answer::unsent);
    claim.asks.erase(peer.id);
    forget_ask(request, peer.id);
    concerned.insert(request);
  }
  advance(std::move(concerned));
}

void Claims::on_time(Instant now) {
  now_ = std::max(now_, now);
  while (!by_wake_.empty() && by_wake_.begin()->first <= now) {
    const std::uint64_t request = by_wake_.begin()->second;
    const auto claim = claims_.find(request);
    if (claim->second.deadline <= now) {
      give_up(claim, ErrorCode::timeout);
      continue;
    }
    begin_waits(claim->second);
    advance(request);
  }
}

std::optional<Instant> Claims::next_deadline() const {
  if (by_wake_.empty()) return std::nullopt;
  return by_wake_.begin()->first;
}

void Claims::on_grant(const Incarnation& arbiter, std::uint64_t number, Instant now) {
  now_ = std::max(now_, now);
  const auto claim = find_sent(arbiter, number);
  if (claim == claims_.end()) return;
  claim->second.asks.at(arbiter.id).answer = Answer::granted;
  const std::uint64_t request = claim->first;
  ask_released(request, claim->second);
  begin_waits(claim->second);
  publish_if_granted(claim);
  rearm(request);
}

// Of one that had granted, too: its promise is worth nothing where another's entry is.
void Claims::on_refuse(const Incarnation& arbiter, const ClaimRefuse& refusal) {
  const auto claim = find_sent(arbiter, refusal.number);
  if (claim == claims_.end()) return;
  std::optional<NameHolder> holder;
  if (refusal.holder) holder = from_wire(*refusal.holder);
  give_up(claim, ErrorCode::name_taken, std::move(holder));
}

// It has answered, and goes on waiting on our behalf.
void Claims::on_held(const Incarnation& arbiter, std::uint64_t number, Instant now) {
  now_ = std::max(now_, now);
  const auto claim = find_sent(arbiter, number);
  if (claim == claims_.end()) return;
  Ask& asked = claim->second.asks.at(arbiter.id);
  if (asked.answer != Answer::awaited) return;
  asked.answer = Answer::held;
  asked.patience.reset();
  const std::uint64_t request = claim->first;
  ask_released(request, claim->second);
  begin_waits(claim->second);
  publish_if_granted(claim);
  rearm(request);
}

// A smaller claim waits there. It goes first, and ours stands behind it.
void Claims::on_wanted(const Incarnation& arbiter, std::uint64_t number, Instant now) {
  now_ = std::max(now_, now);
  const auto claim = find_sent(arbiter, number);
  if (claim == claims_.end()) return;
  Ask& asked = claim->second.asks.at(arbiter.id);
  if (asked.answer != Answer::granted) return;
  take_back(arbiter.id, asked, Answer::unsent);
  send_ask(claim->first, claim->second, arbiter.id, asked);
  asked.answer = Answer::held;
  begin_waits(claim->second);
  rearm(claim->first);
}

void Claims::on_applied(const Incarnation& arbiter, std::uint64_t sequence) {
  for (const std::uint64_t request : applying_until(sequence)) {
    const auto claim = claims_.find(request);
    Ask* asked = find_ask(claim->second, arbiter);
    if (asked == nullptr) continue;
    unsend(*asked, Answer::shown);
    finish_if_applied(claim);
    rearm(request);
  }
}

void Claims::on_entry(std::string_view name, const NameHolder& holder) {
  const auto requests = by_name_.of(name);
  for (const std::uint64_t request : requests) {
    const auto claim = claims_.find(request);
    if (claim->second.phase != Phase::applying) give_up(claim, ErrorCode::name_taken, holder);
  }
}

bool Claims::on_entry_lost(std::string_view name, const NameHolder& winner) {
  for (const std::uint64_t request : by_name_.of(name)) {
    const auto claim = claims_.find(request);
    if (claim->second.phase != Phase::applying) continue;
    give_up(claim, ErrorCode::name_taken, winner);
    return true;
  }
  return false;
}

bool Claims::is_applying(std::string_view name) const {
  return std::ranges::any_of(by_name_.of(name), [this](std::uint64_t request) {
    return claims_.at(request).phase == Phase::applying;
  });
}

bool Claims::uses_link(const NodeId& peer) const {
  return awaited_.has(peer);
}

std::vector<std::uint64_t> Claims::applying_until(std::uint64_t sequence) const {
  std::vector<std::uint64_t> result;
  for (auto at = applying_.begin(); at != applying_.end() && at->first <= sequence; ++at) {
    result.push_back(at->second);
  }
  return result;
}

Claims::Ask* Claims::find_ask(Claim& claim, const Incarnation& arbiter) {
  const auto found = claim.asks.find(arbiter.id);
  return found != claim.asks.end() && found->second.boot == arbiter.boot ? &found->second : nullptr;
}

// The claim that goes by this ask, and is no entry yet; end() if none does.
Claims::ClaimMap::iterator Claims::find_sent(const Incarnation& arbiter, std::uint64_t number) {
  const auto request = by_number_.find(number);
  if (request == by_number_.end()) return claims_.end();
  const auto claim = claims_.find(request->second);
  const Ask* asked = find_ask(claim->second, arbiter);
  const bool is_asked = asked != nullptr && asked->number == number && asked->is_sent() &&
                        claim->second.phase == Phase::asking;
  return is_asked ? claim : claims_.end();
}

// Who has not shown the entry may never do so, if it hears of it only when it is gone again; and
// what is said here comes behind the entry.
void Claims::succeed(ClaimMap::iterator claim) {
  const std::uint64_t request = claim->first;
  Claim done = remove(claim);
  abort_sent(done);
  ports_.finish(RegistryFinished{request, {}, {}, std::move(done.name)});
}

void Claims::give_up(ClaimMap::iterator at, ErrorCode code, std::optional<NameHolder> holder) {
  const std::uint64_t request = at->first;
  Claim claim = remove(at);
  const RegistryEntry* entry = table_.own_entry(claim.name);
  if (claim.phase == Phase::applying && entry != nullptr && *entry == claim.entry) {
    ports_.withdraw(claim.name);
  }
  abort_sent(claim);
  ports_.finish(RegistryFinished{request, fail(code), std::move(holder), std::move(claim.name)});
}

void Claims::abort_sent(const Claim& claim) {
  for (const auto& [id, asked] : claim.asks) {
    if (asked.is_sent()) ports_.send({id, asked.boot}, ClaimAbort{asked.number});
  }
}

Claims::Claim Claims::remove(ClaimMap::iterator at) {
  by_wake_.erase({at->second.wake, at->first});
  by_name_.remove(at->second.name, at->first);
  by_process_.remove(at->second.entry.process, at->first);
  waiting_.erase(at->first);
  if (at->second.phase == Phase::asking) end_asking(at->second);
  if (at->second.phase == Phase::applying) applying_.erase({at->second.sequence, at->first});
  for (const auto& [id, asked] : at->second.asks) {
    by_number_.erase(asked.number);
    forget_ask(at->first, id);
  }
  cost_ -= snapshot_cost(at->second.name);
  Claim claim = std::move(at->second);
  claims_.erase(at);
  return claim;
}

void Claims::check_invariants() const {
  NOEX_CHECK(by_wake_.size() == claims_.size() && by_name_.size() == claims_.size() &&
             by_process_.size() == claims_.size());
  std::size_t cost = 0;
  std::size_t sent = 0;
  std::size_t waiting = 0;
  std::size_t asking = 0;
  std::size_t asks = 0;
  std::size_t awaited = 0;
  std::size_t unsent = 0;
  for (const auto& [request, claim] : claims_) {
    cost += snapshot_cost(claim.name);
    NOEX_CHECK(by_wake_.contains({claim.wake, request}));
    NOEX_CHECK(by_name_.contains(claim.name, request));
    NOEX_CHECK(by_process_.contains(claim.entry.process, request));
    NOEX_CHECK(waiting_.contains(request) == (claim.phase == Phase::waiting));
    NOEX_CHECK(claim.phase != Phase::asking || ranks_.at(claim.rank).request == request);
    asking += claim.phase == Phase::asking ? 1 : 0;
    waiting += waiting_.contains(request) ? 1 : 0;
    const RegistryEntry* entry = table_.own_entry(claim.name);
    NOEX_CHECK((entry != nullptr && *entry == claim.entry) == (claim.phase == Phase::applying),
               "request {}", request);
    NOEX_CHECK(applying_.contains({claim.sequence, request}) == (claim.phase == Phase::applying));
    NOEX_CHECK(claim.phase != Phase::waiting || claim.asks.empty());
    NOEX_CHECK(claim.phase == Phase::waiting || !claim.asks.empty(), "request {} hangs", request);
    for (const auto& [id, asked] : claim.asks) {
      const Incarnation arbiter{id, asked.boot};
      if (asked.is_sent()) {
        ++sent;
        NOEX_CHECK(by_number_.at(asked.number) == request);
      }
      const bool is_unsent = claim.phase == Phase::asking && asked.answer == Answer::unsent;
      ++asks;
      awaited += asked.answer != Answer::shown ? 1 : 0;
      unsent += is_unsent ? 1 : 0;
      NOEX_CHECK(asked_.contains(id, request), "{}", id.text());
      NOEX_CHECK(awaited_.contains(id, request) == (asked.answer != Answer::shown));
      NOEX_CHECK(unsent_.contains(id, request) == is_unsent, "{}", id.text());
      NOEX_CHECK(!is_unsent || !peers_.is_reachable(arbiter), "{} is not asked", id.text());
      NOEX_CHECK(arbiter == peers_.self() || peers_.is_up(arbiter), "{}", id.text());
      NOEX_CHECK(asked.answer != Answer::shown || claim.phase == Phase::applying);
      NOEX_CHECK(claim.phase == Phase::applying || asked.answer == Answer::unsent ||
                 peers_.is_reachable(arbiter));
    }
  }
  NOEX_CHECK(sent == by_number_.size() && waiting == waiting_.size() && asking == ranks_.size());
  NOEX_CHECK(asks == asked_.size() && awaited == awaited_.size() && unsent == unsent_.size());
  NOEX_CHECK(cost == cost_ && applying_.size() <= claims_.size());
}

Claims::Claims(const Claims& other, const RegistryPeers& peers, const NameTable& table,
               RegistryPorts& ports)
    : grace_(other.grace_),
      peers_(peers),
      table_(table),
      ports_(ports),
      settled_(other.settled_),
      now_(other.now_),
      claims_(other.claims_),
      by_wake_(other.by_wake_),
      by_name_(other.by_name_),
      by_process_(other.by_process_),
      waiting_(other.waiting_),
      asked_(other.asked_),
      awaited_(other.awaited_),
      unsent_(other.unsent_),
      by_number_(other.by_number_),
      applying_(other.applying_),
      ranks_(other.ranks_),
      last_number_(other.last_number_),
      cost_(other.cost_) {}

void Claims::digest(Writer& writer) const {
  writer.u8(settled_ ? 1 : 0);
  writer.zigzag(now_.time_since_epoch().count());
  writer.varint(last_number_);
  writer.varint(claims_.size());
  for (const auto& [request, claim] : claims_) {
    writer.varint(request);
    writer.string(claim.name);
    encode(writer, to_wire(claim.entry));
    writer.zigzag(claim.deadline.time_since_epoch().count());
    writer.u8(static_cast<std::uint8_t>(claim.phase));
    writer.varint(claim.sequence);
    writer.varint(claim.asks.size());
    for (const auto& [id, asked] : claim.asks) {
      encode(writer, Incarnation{id, asked.boot});
      writer.u8(static_cast<std::uint8_t>(asked.answer));
      writer.varint(asked.number);
      writer.zigzag(asked.patience ? asked.patience->time_since_epoch().count() : -1);
    }
  }
}

}  // namespace noex

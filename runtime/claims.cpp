#include "runtime/claims.h"

#include <algorithm>

#include "transport/base/check.h"

namespace noex {

void Claims::add(std::uint64_t request, const std::string& name, const RegistryEntry& entry,
                 Instant deadline) {
  const bool is_new = claims_.emplace(request, Claim{name, entry, deadline, {}, {}, 0}).second;
  NOEX_CHECK(is_new, "request {}", request);
  by_deadline_.emplace(deadline, request);
  by_name_.emplace(name, request);
  by_process_.emplace(entry.process, request);
  cost_ += snapshot_cost(name);
  advance(request);
}

void Claims::cancel(std::uint64_t request) {
  const auto claim = claims_.find(request);
  if (claim != claims_.end()) give_up(claim, ErrorCode::cancelled);
}

void Claims::process_ended(ProcessId process) {
  for (auto at = by_process_.lower_bound({process, 0});
       at != by_process_.end() && at->first == process;
       at = by_process_.lower_bound({process, 0})) {
    cancel(at->second);
  }
}

void Claims::set_settled(bool settled) {
  settled_ = settled;
  if (settled) advance_all();
}

void Claims::on_link_up(const Incarnation& peer) {
  for (auto& [request, claim] : claims_) {
    const Ask* asked = find_ask(claim, peer);
    if (asked != nullptr && claim.phase == Phase::asking) ask(request, claim);
  }
}

// The arbiter releases its promises when it sees the loss, so that a grant is void from now on.
void Claims::on_link_down(const NodeId& peer) {
  for (auto& [request, claim] : claims_) {
    const auto asked = claim.asks.find(peer);
    if (asked == claim.asks.end()) continue;
    if (claim.phase == Phase::asking) unsend(asked->second);
    ports_.reach(peer);
  }
}

void Claims::on_node_up() {
  advance_all();
}

void Claims::on_node_down(const Incarnation& peer) {
  for (auto& [request, claim] : claims_) {
    Ask* asked = find_ask(claim, peer);
    if (asked == nullptr) continue;
    if (asked->answer != Answer::unsent) ports_.send(peer, ClaimAbort{asked->number});
    unsend(*asked);
    claim.asks.erase(peer.id);
  }
  advance_all();
}

void Claims::on_time(Instant now) {
  while (!by_deadline_.empty() && by_deadline_.begin()->first <= now) {
    give_up(claims_.find(by_deadline_.begin()->second), ErrorCode::timeout);
  }
}

std::optional<Instant> Claims::next_deadline() const {
  if (by_deadline_.empty()) return std::nullopt;
  return by_deadline_.begin()->first;
}

void Claims::on_grant(const Incarnation& arbiter, std::uint64_t number) {
  const auto claim = find_awaited(arbiter, number);
  if (claim == claims_.end()) return;
  claim->second.asks.at(arbiter.id).answer = Answer::granted;
  publish_if_granted(claim);
}

void Claims::on_refuse(const Incarnation& arbiter, const ClaimRefuse& refusal) {
  const auto claim = find_awaited(arbiter, refusal.number);
  if (claim == claims_.end()) return;
  std::optional<NameHolder> holder;
  if (refusal.holder) holder = from_wire(*refusal.holder);
  give_up(claim, ErrorCode::name_taken, std::move(holder));
}

void Claims::on_applied(const Incarnation& arbiter, std::uint64_t sequence) {
  for (const std::uint64_t request : applying_until(sequence)) {
    const auto claim = claims_.find(request);
    if (find_ask(claim->second, arbiter) == nullptr) continue;
    unsend(claim->second.asks.at(arbiter.id));
    claim->second.asks.erase(arbiter.id);
    finish_if_applied(claim);
  }
}

void Claims::on_entry(std::string_view name, const NameHolder& holder) {
  for (const std::uint64_t request : requests_for(name)) {
    const auto claim = claims_.find(request);
    if (claim->second.phase != Phase::applying) give_up(claim, ErrorCode::name_taken, holder);
  }
}

bool Claims::on_entry_lost(std::string_view name, const NameHolder& winner) {
  for (const std::uint64_t request : requests_for(name)) {
    const auto claim = claims_.find(request);
    if (claim->second.phase != Phase::applying) continue;
    give_up(claim, ErrorCode::name_taken, winner);
    return true;
  }
  return false;
}

bool Claims::is_applying(std::string_view name) const {
  return std::ranges::any_of(requests_for(name), [this](std::uint64_t request) {
    return claims_.at(request).phase == Phase::applying;
  });
}

bool Claims::uses_link(const NodeId& peer) const {
  return std::ranges::any_of(
      claims_, [&peer](const auto& claim) { return claim.second.asks.contains(peer); });
}

std::vector<std::uint64_t> Claims::requests() const {
  std::vector<std::uint64_t> result;
  for (const auto& [request, claim] : claims_) result.push_back(request);
  return result;
}

std::vector<std::uint64_t> Claims::applying_until(std::uint64_t sequence) const {
  std::vector<std::uint64_t> result;
  for (auto at = applying_.begin(); at != applying_.end() && at->first <= sequence; ++at) {
    result.push_back(at->second);
  }
  return result;
}

std::vector<std::uint64_t> Claims::requests_for(std::string_view name) const {
  std::vector<std::uint64_t> result;
  for (auto at = by_name_.lower_bound({std::string(name), 0});
       at != by_name_.end() && at->first == name; ++at) {
    result.push_back(at->second);
  }
  return result;
}

Claims::Ask* Claims::find_ask(Claim& claim, const Incarnation& arbiter) {
  const auto found = claim.asks.find(arbiter.id);
  return found != claim.asks.end() && found->second.boot == arbiter.boot ? &found->second : nullptr;
}

// The claim that still waits for the answer to this ask; end() if none does.
Claims::ClaimMap::iterator Claims::find_awaited(const Incarnation& arbiter, std::uint64_t number) {
  const auto request = by_number_.find(number);
  if (request == by_number_.end()) return claims_.end();
  const auto claim = claims_.find(request->second);
  const Ask* asked = find_ask(claim->second, arbiter);
  const bool is_awaited =
      asked != nullptr && asked->number == number && asked->answer == Answer::awaited;
  return is_awaited ? claim : claims_.end();
}

void Claims::advance_all() {
  for (const std::uint64_t request : requests()) advance(request);
}

// Brings a claim as far as what is known allows; called whenever more is known.
void Claims::advance(std::uint64_t request) {
  const auto claim = claims_.find(request);
  if (claim == claims_.end()) return;
  if (claim->second.phase == Phase::waiting) {
    if (!settled_) return;
    claim->second.phase = Phase::asking;
  }
  if (claim->second.phase == Phase::applying) {
    finish_if_applied(claim);
    return;
  }
  ask(request, claim->second);
  publish_if_granted(claim);
}

// Those asked before stay asked while they are up, also if a new member ranks higher: every grant
// more is one more that no rival can have.
void Claims::ask(std::uint64_t request, Claim& claim) {
  for (const Incarnation& arbiter : peers_.arbiters(claim.name)) {
    Ask& asked = claim.asks[arbiter.id];
    NOEX_CHECK(asked.boot == 0 || asked.boot == arbiter.boot, "{}", arbiter.id.text());
    asked.boot = arbiter.boot;
  }
  for (auto& [id, asked] : claim.asks) {
    const Incarnation arbiter{id, asked.boot};
    if (asked.answer != Answer::unsent) continue;
    if (!peers_.is_reachable(arbiter)) {
      ports_.reach(id);
      continue;
    }
    asked.answer = Answer::awaited;
    asked.number = ++last_number_;
    by_number_.emplace(asked.number, request);
    ports_.send(arbiter, NameClaim{asked.number, claim.name, to_wire(claim.entry)});
  }
}

void Claims::unsend(Ask& ask) {
  if (ask.answer != Answer::unsent) by_number_.erase(ask.number);
  ask.answer = Answer::unsent;
}

void Claims::publish_if_granted(ClaimMap::iterator claim) {
  const auto is_granted = [](const auto& item) { return item.second.answer == Answer::granted; };
  if (!std::ranges::all_of(claim->second.asks, is_granted)) return;
  if (const NameHolder* holder = table_.winner(claim->second.name); holder != nullptr) {
    give_up(claim, ErrorCode::name_taken, *holder);
    return;
  }
  claim->second.phase = Phase::applying;
  claim->second.sequence = ports_.publish(claim->second.name, claim->second.entry);
  applying_.emplace(claim->second.sequence, claim->first);
}

void Claims::finish_if_applied(ClaimMap::iterator claim) {
  if (claim->second.asks.empty()) succeed(claim);
}

void Claims::succeed(ClaimMap::iterator claim) {
  const std::uint64_t request = claim->first;
  remove(claim);
  ports_.finish(RegistryFinished{request, {}, {}});
}

void Claims::give_up(ClaimMap::iterator at, ErrorCode code, std::optional<NameHolder> holder) {
  const std::uint64_t request = at->first;
  const Claim claim = remove(at);
  const RegistryEntry* entry = table_.own_entry(claim.name);
  if (claim.phase == Phase::applying && entry != nullptr && *entry == claim.entry) {
    ports_.withdraw(claim.name);
  }
  for (const auto& [id, asked] : claim.asks) {
    if (asked.answer != Answer::unsent) ports_.send({id, asked.boot}, ClaimAbort{asked.number});
  }
  ports_.finish(RegistryFinished{request, fail(code), std::move(holder)});
}

Claims::Claim Claims::remove(ClaimMap::iterator at) {
  by_deadline_.erase({at->second.deadline, at->first});
  by_name_.erase({at->second.name, at->first});
  by_process_.erase({at->second.entry.process, at->first});
  if (at->second.phase == Phase::applying) applying_.erase({at->second.sequence, at->first});
  for (const auto& [id, asked] : at->second.asks) by_number_.erase(asked.number);
  cost_ -= snapshot_cost(at->second.name);
  Claim claim = std::move(at->second);
  claims_.erase(at);
  return claim;
}

void Claims::check_invariants() const {
  NOEX_CHECK(by_deadline_.size() == claims_.size() && by_name_.size() == claims_.size() &&
             by_process_.size() == claims_.size());
  std::size_t cost = 0;
  std::size_t sent = 0;
  for (const auto& [request, claim] : claims_) {
    cost += snapshot_cost(claim.name);
    NOEX_CHECK(by_deadline_.contains({claim.deadline, request}));
    NOEX_CHECK(by_name_.contains({claim.name, request}));
    const RegistryEntry* entry = table_.own_entry(claim.name);
    NOEX_CHECK((entry != nullptr && *entry == claim.entry) == (claim.phase == Phase::applying),
               "request {}", request);
    NOEX_CHECK(applying_.contains({claim.sequence, request}) == (claim.phase == Phase::applying));
    NOEX_CHECK(claim.phase != Phase::waiting || claim.asks.empty());
    NOEX_CHECK(claim.phase == Phase::waiting || !claim.asks.empty(), "request {} hangs", request);
    for (const auto& [id, asked] : claim.asks) {
      const Incarnation arbiter{id, asked.boot};
      if (asked.answer != Answer::unsent) {
        ++sent;
        NOEX_CHECK(by_number_.at(asked.number) == request);
      }
      NOEX_CHECK(arbiter == peers_.self() || peers_.is_up(arbiter), "{}", id.text());
      NOEX_CHECK(claim.phase == Phase::applying || asked.answer == Answer::unsent ||
                 peers_.is_reachable(arbiter));
    }
  }
  NOEX_CHECK(sent == by_number_.size());
  NOEX_CHECK(cost == cost_ && applying_.size() <= claims_.size());
}

Claims::Claims(const Claims& other, const RegistryPeers& peers, const NameTable& table,
               RegistryPorts& ports)
    : peers_(peers),
      table_(table),
      ports_(ports),
      settled_(other.settled_),
      claims_(other.claims_),
      by_deadline_(other.by_deadline_),
      by_name_(other.by_name_),
      by_process_(other.by_process_),
      by_number_(other.by_number_),
      applying_(other.applying_),
      last_number_(other.last_number_),
      cost_(other.cost_) {}

void Claims::digest(Writer& writer) const {
  writer.u8(settled_ ? 1 : 0);
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
    }
  }
}

}  // namespace noex

#include <algorithm>
#include <iterator>
#include <utility>

#include "noex/runtime/registry/registry_core.h"

namespace noex {

// --- Requests ---

std::uint64_t RegistryCore::register_name(std::string name, ProcessId process, Instant now,
                                          WallTime wall, Instant deadline) {
  NOEX_CHECK(process != 0);
  const std::uint64_t request = ++last_request_;
  if (auto refusal = refuse_at_once(name, now, deadline)) {
    refusal->request = request;
    refusal->name = std::move(name);
    finish(std::move(*refusal));
    return request;
  }
  claims_.add(request, name, RegistryEntry{clock_.next(wall), process}, now, deadline);
  drain();
  return request;
}

std::optional<RegistryFinished> RegistryCore::refuse_at_once(const std::string& name, Instant now,
                                                             Instant deadline) const {
  if (!is_registry_name(name)) {
    return RegistryFinished{
        0, fail(ErrorCode::invalid_argument, "a name has 1 to 255 bytes"), {}, {}};
  }
  if (const NameHolder* holder = table_.winner(name); holder != nullptr) {
    return RegistryFinished{0, fail(ErrorCode::name_taken), *holder, {}};
  }
  if (!has_room_for(name)) return RegistryFinished{0, fail(ErrorCode::overloaded), {}, {}};
  if (deadline <= now) return RegistryFinished{0, fail(ErrorCode::timeout), {}, {}};
  return std::nullopt;
}

void RegistryCore::cancel(std::uint64_t request) {
  claims_.cancel(request);
  finds_.cancel(request);
  drain();
}

bool RegistryCore::unregister_name(std::string_view name, ProcessId process) {
  const RegistryEntry* entry = table_.own_entry(name);
  if (entry == nullptr || entry->process != process || claims_.is_applying(name)) return false;
  table_.remove_own({std::string(name)});
  return true;
}

bool RegistryCore::move_name(std::string_view name, ProcessId from, ProcessId to) {
  NOEX_CHECK(to != 0);
  const RegistryEntry* held = table_.own_entry(name);
  if (held == nullptr || held->process != from || claims_.is_applying(name)) return false;
  table_.move_own(std::string(name), to);
  return true;
}

void RegistryCore::process_ended(ProcessId process, std::string_view kept) {
  claims_.process_ended(process);
  auto names = table_.own_names_of(process);
  std::erase(names, kept);
  if (!names.empty()) table_.remove_own(names);
  const auto memberships = table_.own_memberships_of(process);
  if (!memberships.empty()) table_.leave_own(memberships);
  drain();
}

std::uint64_t RegistryCore::find(std::string name, Instant now, Instant deadline) {
  const std::uint64_t request = ++last_request_;
  if (!is_registry_name(name)) {
    finish(RegistryFound{request, fail(ErrorCode::invalid_argument, "a name has 1 to 255 bytes")});
  } else if (const NameHolder* holder = table_.winner(name); holder != nullptr) {
    finish(RegistryFound{request, *holder});
  } else if (deadline <= now) {
    finish(RegistryFound{request, fail(ErrorCode::timeout)});
  } else {
    finds_.add(request, std::move(name), now, deadline);
  }
  return request;
}

// --- Groups ---

Result<void> RegistryCore::join_group(const std::string& group, ProcessId process) {
  NOEX_CHECK(process != 0);
  if (!is_registry_name(group)) {
    return fail(ErrorCode::invalid_argument, "a group's name has 1 to 255 bytes");
  }
  const GroupMember member{group, process};
  if (table_.own().members().contains(member)) return {};
  if (!has_room_for(group)) return fail(ErrorCode::overloaded);
  table_.join_own(member);
  return {};
}

bool RegistryCore::leave_group(const std::string& group, ProcessId process) {
  const GroupMember member{group, process};
  if (!table_.own().members().contains(member)) return false;
  table_.leave_own({member});
  return true;
}

bool RegistryCore::has_room_for(std::string_view name) const {
  const std::size_t cost = table_.own().cost() + claims_.cost() + snapshot_cost(name);
  return table_.own().size() + claims_.size() < options_.names_max &&
         cost <= snapshot_cost_max(options_);
}

// --- The cluster's word ---

void RegistryCore::set_settled(bool settled) {
  claims_.set_settled(settled);
  finds_.set_settled(settled);
  drain();
}

void RegistryCore::on_link_up(const Incarnation& peer, LinkSerial link) {
  NOEX_CHECK(peer.id != self_.id);
  forget_link(peer.id);
  peers_.link_up(peer, link);
  claims_.on_link_up(peer);
  finds_.on_link_up(peer);
  drain();
}

// One that another has replaced takes nothing from it.
void RegistryCore::on_link_down(LinkSerial link) {
  const auto peer = peers_.peer_of(link);
  if (!peer) return;
  forget_link(peer->id);
  drain();
}

void RegistryCore::forget_link(const NodeId& peer) {
  const RegistryPeers::Link* link = peers_.link_to_any(peer);
  if (link == nullptr) return;
  const LinkSerial ended = link->serial;
  peers_.link_down(peer);
  arbiter_.release(peer);
  claims_.on_link_down(peer);
  finds_.on_link_down(peer);
  replicator_.on_link_down(peer);
  std::erase_if(sends_, [ended](const RegistrySend& sent) { return sent.link == ended; });
}

void RegistryCore::on_node_up(const Incarnation& peer) {
  NOEX_CHECK(peer.id != self_.id && !peers_.is_any_up(peer.id), "{}", peer.id.text());
  peers_.node_up(peer);
  table_.show(peer);
  const OwnerSet* set = table_.copy(peer.id);
  if (set != nullptr && set->boot == peer.boot) {
    for (const auto& [name, entry] : set->names()) appeared_.push_back(name);
  }
  say_applied(peer);
  claims_.on_node_up(peer);
  drain();
}

// Its copy is only hidden: the same boot may come back. Its claims stand, for they go with the link
// that they came over.
void RegistryCore::on_node_down(const Incarnation& peer) {
  if (!peers_.is_up(peer)) return;
  peers_.node_down(peer.id);
  table_.hide(peer);
  table_.set_known(peer, false);
  claims_.on_node_down(peer);
  finds_.on_node_down(peer);
  drain();
}

void RegistryCore::on_node_left(const Incarnation& peer) {
  if (!peers_.is_up(peer)) table_.drop_copy(peer);
}

void RegistryCore::on_differs(LinkSerial link, Instant now) {
  const auto peer = peers_.peer_of(link);
  if (!peer) return;
  tell_changes();
  replicator_.on_differs(*peer, now);
}

void RegistryCore::on_time(Instant now) {
  claims_.on_time(now);
  finds_.on_time(now);
  replicator_.on_time(now);
  drain();
}

std::optional<Instant> RegistryCore::next_deadline() const {
  std::optional<Instant> next;
  for (const auto& due :
       {claims_.next_deadline(), finds_.next_deadline(), replicator_.next_deadline()}) {
    if (due && (!next || *due < *next)) next = due;
  }
  return next;
}

// What is sent goes first: who is told that he has a name may speak of it at once.
std::vector<RegistryAction> RegistryCore::take_actions() {
  tell_changes();
  for (auto& [name, winner] : table_.visible().take_changes()) {
    actions_.push_back(RegistryWinnerChanged{name, std::move(winner)});
  }
  replicator_.flush();
  for (const NodeId& to : std::exchange(reached_, {})) {
    if (peers_.link_to_any(to) == nullptr) actions_.push_back(RegistryReach{to});
  }
  // A later boot's names may have come behind them.
  std::erase_if(actions_, [this](const RegistryAction& action) {
    const auto* known = std::get_if<RegistryKnown>(&action);
    return known != nullptr && !holds(known->owner);
  });
  std::vector<RegistryAction> taken;
  std::ranges::move(std::exchange(sends_, {}), std::back_inserter(taken));
  std::ranges::move(std::exchange(actions_, {}), std::back_inserter(taken));
  succeeded_ = {};
  return taken;
}

bool RegistryCore::uses_link(LinkSerial link) const {
  const auto peer = peers_.peer_of(link);
  return peer && (claims_.uses_link(peer->id) || finds_.uses_link(peer->id) ||
                  arbiter_.uses_link(peer->id) || replicator_.uses_link(peer->id));
}

// --- Views ---

std::optional<NameHolder> RegistryCore::lookup(std::string_view name) const {
  const NameHolder* holder = table_.winner(name);
  return holder != nullptr ? std::optional(*holder) : std::nullopt;
}

// --- Consequences ---

void RegistryCore::drain() {
  while (!appeared_.empty() || !to_self_.empty()) {
    if (!appeared_.empty()) {
      judge(std::exchange(appeared_, {}));
      continue;
    }
    const RegistryMessage message = std::move(to_self_.front());
    to_self_.pop_front();
    std::visit([this](const auto& body) { apply(self_, body); }, message);
  }
}

// Entries of these names may have become visible: what follows for promises, for our entries and
// for our claims.
void RegistryCore::judge(std::vector<std::string> names) {
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  std::vector<std::string> lost;
  for (const auto& name : names) {
    const NameHolder* holder = table_.winner(name);
    if (holder == nullptr) continue;
    arbiter_.on_entry(name);
    if (holder->owner != self_ && table_.own_entry(name) != nullptr) lost.push_back(name);
  }
  std::vector<RegistryEntry> entries;
  for (const auto& name : lost) entries.push_back(*table_.own_entry(name));
  if (!lost.empty()) table_.remove_own(lost);
  for (std::size_t i = 0; i < lost.size(); ++i) {
    const NameHolder winner = *table_.winner(lost[i]);
    if (claims_.on_entry_lost(lost[i], winner) || refuse_after_all(lost[i], winner)) continue;
    actions_.push_back(RegistryConflictLost{lost[i], entries[i].process, winner});
  }
  for (const auto& name : names) {
    const NameHolder* holder = table_.winner(name);
    if (holder == nullptr) continue;
    finds_.on_entry(name, *holder);
    claims_.on_entry(name, *holder);
  }
}

// Its registration has succeeded in this turn, and nobody was told: it never held the name.
bool RegistryCore::refuse_after_all(const std::string& name, const NameHolder& winner) {
  if (!succeeded_.has(name)) return false;
  const std::size_t first = *succeeded_.of(name).begin();
  succeeded_.remove(name, first);
  auto& finished = std::get<RegistryFinished>(actions_[first]);
  finished.result = fail(ErrorCode::name_taken);
  finished.holder = winner;
  return true;
}

void RegistryCore::finish(RegistryFinished finished) {
  if (finished.result) succeeded_.add(finished.name, actions_.size());
  actions_.push_back(std::move(finished));
}

void RegistryCore::check_invariants() const {
  NOEX_CHECK(to_self_.empty() && appeared_.empty());
  table_.check_invariants();
  arbiter_.check_invariants();
  claims_.check_invariants();
  finds_.check_invariants();
  replicator_.check_invariants();
  for (const auto& [name, entry] : table_.own().names()) {
    NOEX_CHECK(table_.winner(name)->owner == self_, "{} has lost and is still here", name);
  }
  NOEX_CHECK(table_.own().size() + claims_.size() <= 2 * options_.names_max);
}

void RegistryCore::digest(Writer& writer) const {
  NOEX_CHECK(finds_.size() == 0);
  encode(writer, self_);
  writer.varint(last_request_);
  peers_.digest(writer);
  table_.digest(writer);
  replicator_.digest(writer);
  arbiter_.digest(writer);
  claims_.digest(writer);
}

std::unique_ptr<Registry> Registry::create(Incarnation self, const Options& options,
                                           HybridClock& clock) {
  return std::make_unique<RegistryCore>(std::move(self), options, clock);
}

}  // namespace noex

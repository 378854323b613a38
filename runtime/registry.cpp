// The registry as a whole: it puts its parts together and lets each know what concerns it.
//
// NameTable stores, Replicator copies, Arbiter promises, Claims asks. What one part sends to this
// same node, and which
// names have got a visible entry, waits in a queue until the event's own work is done (drain), so
// that no part is ever called from inside itself.
#include "runtime/registry.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <set>
#include <utility>

#include "runtime/arbiter.h"
#include "runtime/claims.h"
#include "runtime/name_table.h"
#include "runtime/registry_peers.h"
#include "runtime/registry_ports.h"
#include "runtime/registry_wire.h"
#include "runtime/replicator.h"
#include "transport/base/check.h"

namespace noex {

namespace {

class RegistryCore final : public Registry, private RegistryPorts {
 public:
  RegistryCore(Incarnation self, const Options& options, HybridClock& clock)
      : self_(self), options_(options), clock_(clock), peers_(self), table_(self) {}
  RegistryCore(const RegistryCore& other, HybridClock& clock)
      : self_(other.self_),
        options_(other.options_),
        clock_(clock),
        peers_(other.peers_),
        table_(other.table_),
        replicator_(other.replicator_, peers_, table_, *this),
        arbiter_(other.arbiter_, table_, *this),
        claims_(other.claims_, peers_, table_, *this),
        last_request_(other.last_request_) {
    NOEX_CHECK(other.actions_.empty());
  }

  std::uint64_t register_name(std::string name, ProcessId process, Instant now, WallTime wall,
                              Instant deadline) override;
  void cancel(std::uint64_t request) override;
  bool unregister_name(std::string_view name, ProcessId process) override;
  bool move_name(std::string_view name, ProcessId from, ProcessId to) override;
  void process_ended(ProcessId process, std::string_view kept) override;

  void set_settled(bool settled) override;
  void on_link_up(const Incarnation& peer) override;
  void on_link_down(const Incarnation& peer) override;
  void on_node_up(const Incarnation& peer) override;
  void on_node_down(const Incarnation& peer) override;
  void on_node_left(const Incarnation& peer) override;
  bool on_message(const Incarnation& peer, ByteView bytes, Instant now) override;
  Bytes snapshot() override;
  std::uint64_t hash() const override { return table_.hash(); }
  void on_differs(const Incarnation& peer, Instant now) override;
  bool uses_link(const NodeId& peer) const override;

  void on_time(Instant now) override;
  std::optional<Instant> next_deadline() const override;
  std::vector<RegistryAction> take_actions() override;

  std::optional<NameHolder> lookup(std::string_view name) const override;
  std::map<std::string, NameHolder> names() const override { return table_.winners(); }
  std::vector<NameHolder> entries(std::string_view name) const override {
    return table_.entries(name);
  }
  std::uint64_t version() const override { return table_.version(); }
  std::size_t pending_requests() const override { return claims_.size(); }
  std::size_t promises() const override { return arbiter_.promises(); }
  std::size_t pulls() const override { return replicator_.pulls(); }
  std::size_t copies() const override { return table_.copies(); }
  void check_invariants() const override;
  std::unique_ptr<Registry> clone(HybridClock& clock) const override {
    return std::make_unique<RegistryCore>(*this, clock);
  }
  void digest(Writer& writer) const override;

 private:
  void send(const Incarnation& to, const RegistryMessage& message) override;
  void finish(RegistryFinished finished) override { actions_.push_back(std::move(finished)); }
  std::uint64_t publish(const std::string& name, const RegistryEntry& entry) override;
  void withdraw(const std::string& name) override { table_.remove_own({name}); }
  void forward(const RegistryMessage& message, const NodeId& sender, const NodeId& owner) override;
  void appeared(std::vector<std::string> names) override;
  void reach(const NodeId& to) override { reached_.insert(to); }
  void known(const Incarnation& owner) override { actions_.push_back(RegistryKnown{owner}); }

  void tell_changes();
  std::optional<RegistryFinished> refuse_at_once(const std::string& name, Instant now,
                                                 Instant deadline) const;
  void forget_link(const NodeId& peer);

  bool is_acceptable(const Incarnation& peer, const RegistryMessage& message);
  void apply(const Incarnation& from, const NamesSnapshot& snapshot);
  void apply(const Incarnation& from, const NamesDelta& delta) {
    replicator_.on_delta(from, delta, now_);
  }
  void apply(const Incarnation& from, const NamesVector& vector);
  void apply(const Incarnation& from, const NamesPull& pull);
  void apply(const Incarnation& from, const NameClaim& claim) { arbiter_.on_claim(from, claim); }
  void apply(const Incarnation& from, const ClaimGrant& grant) {
    claims_.on_grant(from, grant.number);
  }
  void apply(const Incarnation& from, const ClaimRefuse& refusal) {
    claims_.on_refuse(from, refusal);
  }
  void apply(const Incarnation& from, const ClaimAbort& abort) {
    arbiter_.on_abort(from.id, abort.number);
  }
  void apply(const Incarnation& from, const NamesApplied& applied) {
    claims_.on_applied(from, applied.sequence);
  }

  void say_applied(const Incarnation& owner);
  void drain();
  void judge(std::vector<std::string> names);

  Incarnation self_;
  Options options_;
  HybridClock& clock_;
  RegistryPeers peers_;
  NameTable table_;
  Replicator replicator_{options_, peers_, table_, *this};
  Arbiter arbiter_{table_, *this};
  Claims claims_{peers_, table_, *this};
  std::uint64_t last_request_ = 0;
  Instant now_{};  // of the message that is being applied
  std::vector<RegistryAction> actions_;
  std::set<NodeId> reached_;             // to be said with the actions
  std::deque<RegistryMessage> to_self_;  // Invariant: empty between calls
  std::vector<std::string> appeared_;    // Invariant: empty between calls
};

// --- Requests ---

std::uint64_t RegistryCore::register_name(std::string name, ProcessId process, Instant now,
                                          WallTime wall, Instant deadline) {
  NOEX_CHECK(process != 0);
  const std::uint64_t request = ++last_request_;
  if (auto refusal = refuse_at_once(name, now, deadline)) {
    refusal->request = request;
    finish(std::move(*refusal));
    return request;
  }
  claims_.add(request, name, RegistryEntry{clock_.next(wall), process}, deadline);
  drain();
  return request;
}

std::optional<RegistryFinished> RegistryCore::refuse_at_once(const std::string& name, Instant now,
                                                             Instant deadline) const {
  if (!is_registry_name(name)) {
    return RegistryFinished{0, fail(ErrorCode::invalid_argument, "a name has 1 to 255 bytes"), {}};
  }
  if (const NameHolder* holder = table_.winner(name); holder != nullptr) {
    return RegistryFinished{0, fail(ErrorCode::name_taken), *holder};
  }
  const std::size_t cost = table_.own().cost() + claims_.cost() + snapshot_cost(name);
  if (table_.own().size() + claims_.size() >= options_.names_max ||
      cost > snapshot_cost_max(options_)) {
    return RegistryFinished{0, fail(ErrorCode::overloaded), {}};
  }
  if (deadline <= now) return RegistryFinished{0, fail(ErrorCode::timeout), {}};
  return std::nullopt;
}

void RegistryCore::cancel(std::uint64_t request) {
  claims_.cancel(request);
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
  drain();
}

// --- The cluster's word ---

void RegistryCore::set_settled(bool settled) {
  claims_.set_settled(settled);
  drain();
}

void RegistryCore::on_link_up(const Incarnation& peer) {
  NOEX_CHECK(peer.id != self_.id);
  forget_link(peer.id);
  peers_.link_up(peer);
  claims_.on_link_up(peer);
  drain();
}

void RegistryCore::on_link_down(const Incarnation& peer) {
  if (peers_.link(peer) == nullptr) return;
  forget_link(peer.id);
  drain();
}

// What was still to be sent over the old link must not open the next one: that is the snapshot's.
void RegistryCore::forget_link(const NodeId& peer) {
  peers_.link_down(peer);
  arbiter_.release(peer);
  claims_.on_link_down(peer);
  replicator_.on_link_down(peer);
  std::erase_if(actions_, [&peer](const RegistryAction& action) {
    const auto* sent = std::get_if<RegistrySend>(&action);
    return sent != nullptr && sent->to == peer;
  });
}

void RegistryCore::on_node_up(const Incarnation& peer) {
  NOEX_CHECK(peer.id != self_.id && !peers_.up().contains(peer.id), "{}", peer.id.text());
  peers_.node_up(peer);
  table_.show(peer);
  const OwnerSet* set = table_.copy(peer.id);
  if (set != nullptr && set->boot == peer.boot) {
    for (const auto& [name, entry] : set->names()) appeared_.push_back(name);
  }
  say_applied(peer);
  claims_.on_node_up();
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
  drain();
}

void RegistryCore::on_node_left(const Incarnation& peer) {
  if (!peers_.is_up(peer)) table_.drop_copy(peer);
}

void RegistryCore::on_differs(const Incarnation& peer, Instant now) {
  tell_changes();
  replicator_.on_differs(peer, now);
}

void RegistryCore::on_time(Instant now) {
  claims_.on_time(now);
  replicator_.on_time(now);
  drain();
}

std::optional<Instant> RegistryCore::next_deadline() const {
  const auto claims = claims_.next_deadline();
  const auto pulls = replicator_.next_deadline();
  return claims && pulls ? std::min(claims, pulls) : claims ? claims : pulls;
}

// The changes go first: who is told that he has a name may speak of it at once.
std::vector<RegistryAction> RegistryCore::take_actions() {
  auto others = std::exchange(actions_, {});
  tell_changes();
  std::ranges::move(others, std::back_inserter(actions_));
  replicator_.flush();
  for (const NodeId& to : std::exchange(reached_, {})) {
    if (peers_.link_to_any(to) == nullptr) actions_.push_back(RegistryReach{to});
  }
  return std::exchange(actions_, {});
}

bool RegistryCore::uses_link(const NodeId& peer) const {
  return claims_.uses_link(peer) || arbiter_.uses_link(peer) || replicator_.uses_link(peer);
}

// --- Messages ---

Bytes RegistryCore::snapshot() {
  tell_changes();
  return encode_registry_message(replicator_.snapshot_of(self_, table_.own()), clock_.last());
}

bool RegistryCore::on_message(const Incarnation& peer, ByteView bytes, Instant now) {
  auto* link = peers_.link(peer);
  if (link == nullptr) return false;
  const auto received = decode_registry_message(bytes);
  if (!received || !is_acceptable(peer, received->message)) return false;
  clock_.merge(Stamp{received->sent.wall, received->sent.counter, peer.id});
  link->has_snapshot = true;
  now_ = now;
  std::visit([&](const auto& body) { apply(peer, body); }, received->message);
  drain();
  return true;
}

bool RegistryCore::is_acceptable(const Incarnation& peer, const RegistryMessage& message) {
  const auto* snapshot = std::get_if<NamesSnapshot>(&message);
  if (!peers_.link(peer)->has_snapshot) return snapshot != nullptr && snapshot->owner == peer;
  if (snapshot != nullptr) return replicator_.is_acceptable(peer, *snapshot);
  if (const auto* delta = std::get_if<NamesDelta>(&message)) {
    return replicator_.is_acceptable(peer, *delta);
  }
  if (const auto* claim = std::get_if<NameClaim>(&message)) {
    return arbiter_.is_acceptable(peer.id, *claim, snapshot_cost_max(options_));
  }
  return true;
}

void RegistryCore::apply(const Incarnation& from, const NamesSnapshot& snapshot) {
  replicator_.on_snapshot(from, snapshot, now_);
  if (snapshot.owner == from) say_applied(from);
}

void RegistryCore::apply(const Incarnation& from, const NamesVector& vector) {
  tell_changes();
  replicator_.on_vector(from, vector, now_);
}

void RegistryCore::apply(const Incarnation& from, const NamesPull& pull) {
  tell_changes();
  replicator_.on_pull(from, pull);
}

// After the beginning of a link, or of its time as a member, an owner learns what we show of it.
void RegistryCore::say_applied(const Incarnation& owner) {
  const OwnerSet* set = table_.copy(owner.id);
  if (set == nullptr || set->boot != owner.boot || !peers_.is_up(owner)) return;
  send(owner, NamesApplied{set->sequence});
}

void RegistryCore::send(const Incarnation& to, const RegistryMessage& message) {
  if (to == self_) {
    to_self_.push_back(message);
  } else if (peers_.is_reachable(to)) {
    actions_.push_back(RegistrySend{to.id, encode_registry_message(message, clock_.last())});
  }
}

void RegistryCore::forward(const RegistryMessage& message, const NodeId& sender,
                           const NodeId& owner) {
  const Bytes bytes = encode_registry_message(message, clock_.last());
  for (const auto& [peer, link] : peers_.links()) {
    if (peer != sender && peer != owner) actions_.push_back(RegistrySend{peer, bytes});
  }
}

void RegistryCore::appeared(std::vector<std::string> names) {
  std::ranges::move(names, std::back_inserter(appeared_));
}

// --- The own names ---

std::uint64_t RegistryCore::publish(const std::string& name, const RegistryEntry& entry) {
  table_.put_own(name, entry);
  appeared_.push_back(name);
  return table_.own().sequence;
}

// All that has changed since the last time is one delta.
void RegistryCore::tell_changes() {
  auto delta = table_.take_delta();
  if (!delta) return;
  delta->direct = peers_.direct();
  forward(*delta, self_.id, self_.id);
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
    if (claims_.on_entry_lost(lost[i], winner)) continue;
    actions_.push_back(RegistryConflictLost{lost[i], entries[i].process, winner});
  }
  for (const auto& name : names) {
    if (const NameHolder* holder = table_.winner(name)) claims_.on_entry(name, *holder);
  }
}

void RegistryCore::check_invariants() const {
  NOEX_CHECK(to_self_.empty() && appeared_.empty());
  table_.check_invariants();
  arbiter_.check_invariants();
  claims_.check_invariants();
  replicator_.check_invariants();
  for (const auto& [name, entry] : table_.own().names()) {
    NOEX_CHECK(table_.winner(name)->owner == self_, "{} has lost and is still here", name);
  }
  NOEX_CHECK(table_.own().size() + claims_.size() <= 2 * options_.names_max);
}

void RegistryCore::digest(Writer& writer) const {
  encode(writer, self_);
  writer.varint(last_request_);
  peers_.digest(writer);
  table_.digest(writer);
  replicator_.digest(writer);
  arbiter_.digest(writer);
  claims_.digest(writer);
}

}  // namespace

std::unique_ptr<Registry> Registry::create(Incarnation self, const Options& options,
                                           HybridClock& clock) {
  return std::make_unique<RegistryCore>(std::move(self), options, clock);
}

}  // namespace noex

// RegistryCore: the Registry. It puts its parts together and lets each know what concerns it.
//
// NameTable stores, Replicator copies, Arbiter promises, Claims and Finds ask. What one part sends
// to this same node, and which names have got a visible entry, waits in a queue until the event's
// own work is done (drain), so that no part is ever called from inside itself. It is cut in two
// files by subject: registry.cpp (requests, the cluster's word, what follows),
// registry_messages.cpp (what peers say and are told).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "noex/runtime/core/index.h"
#include "noex/runtime/registry/arbiter.h"
#include "noex/runtime/registry/claims.h"
#include "noex/runtime/registry/finds.h"
#include "noex/runtime/registry/name_table.h"
#include "noex/runtime/registry/registry.h"
#include "noex/runtime/registry/registry_peers.h"
#include "noex/runtime/registry/registry_ports.h"
#include "noex/runtime/registry/registry_wire.h"
#include "noex/runtime/registry/replicator.h"
#include "noex/transport/base/check.h"

namespace noex {

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
        finds_(other.finds_, peers_, *this),
        last_request_(other.last_request_) {
    NOEX_CHECK(other.actions_.empty() && other.sends_.empty());
  }

  std::uint64_t register_name(std::string name, ProcessId process, Instant now, WallTime wall,
                              Instant deadline) override;
  void cancel(std::uint64_t request) override;
  bool unregister_name(std::string_view name, ProcessId process) override;
  bool move_name(std::string_view name, ProcessId from, ProcessId to) override;
  std::uint64_t find(std::string name, Instant now, Instant deadline) override;
  void watch(const std::string& name) override { table_.visible().watch(name); }
  void unwatch(std::string_view name) override { table_.visible().unwatch(name); }
  Result<void> join_group(const std::string& group, ProcessId process) override;
  bool leave_group(const std::string& group, ProcessId process) override;
  void process_ended(ProcessId process, std::string_view kept) override;

  void set_settled(bool settled) override;
  void on_link_up(const Incarnation& peer, LinkSerial link) override;
  void on_link_down(LinkSerial link) override;
  void on_node_up(const Incarnation& peer) override;
  void on_node_down(const Incarnation& peer) override;
  void set_route(std::function<bool(const NodeId&)> is_on_it) override {
    peers_.set_route(std::move(is_on_it));
  }
  void on_node_left(const Incarnation& peer) override;
  bool on_message(LinkSerial link, ByteView bytes, Instant now) override;
  Bytes snapshot() override;
  std::uint64_t hash() const override { return table_.hash(); }
  void on_differs(LinkSerial link, Instant now) override;
  bool uses_link(LinkSerial link) const override;

  void on_time(Instant now) override;
  std::optional<Instant> next_deadline() const override;
  std::vector<RegistryAction> take_actions() override;

  std::optional<NameHolder> lookup(std::string_view name) const override;
  std::map<std::string, NameHolder> names(std::string_view prefix) const override {
    return table_.visible().winners(prefix);
  }
  const std::vector<NameHolder>& entries(std::string_view name) const override {
    return table_.visible().entries(name);
  }
  const std::set<GroupHolder>& members(std::string_view group) const override {
    return table_.visible().members(group);
  }
  std::vector<std::string> groups() const override { return table_.visible().groups(); }
  bool shows(const Incarnation& owner) const override {
    return peers_.is_up(owner) && holds(owner);
  }
  std::uint64_t version() const override { return table_.version(); }
  std::size_t own_names() const override { return table_.own().names().size(); }
  std::size_t own_memberships() const override { return table_.own().members().size(); }
  std::size_t pending_requests() const override { return claims_.size(); }
  std::size_t pending_finds() const override { return finds_.size(); }
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
  void finish(RegistryFinished finished) override;
  void finish(RegistryFound found) override { actions_.push_back(std::move(found)); }
  std::uint64_t publish(const std::string& name, const RegistryEntry& entry) override;
  void withdraw(const std::string& name) override { table_.remove_own({name}); }
  void forward(const RegistryMessage& message, const NodeId& sender, const NodeId& owner) override;
  void appeared(std::vector<std::string> names) override;
  void reach(const NodeId& to) override { reached_.insert(to); }
  void known(const Incarnation& owner) override { actions_.push_back(RegistryKnown{owner}); }

  void tell_changes();
  std::optional<RegistryFinished> refuse_at_once(const std::string& name, Instant now,
                                                 Instant deadline) const;
  bool holds(const Incarnation& owner) const {
    const OwnerSet* set = table_.copy(owner.id);
    return set != nullptr && set->boot == owner.boot;
  }
  bool has_room_for(std::string_view name) const;
  void forget_link(const NodeId& peer);
  void send_over(const RegistryPeers::Link& link, const NodeId& to, Bytes message);

  bool is_acceptable(const Incarnation& peer, const RegistryMessage& message);
  void apply(const Incarnation& from, const NamesSnapshot& snapshot);
  void apply(const Incarnation& from, const NamesDelta& delta) {
    replicator_.on_delta(from, delta, now_);
  }
  void apply(const Incarnation& from, const NamesVector& vector);
  void apply(const Incarnation& from, const NamesPull& pull);
  void apply(const Incarnation& from, const NameFind& find);
  void apply(const Incarnation& from, const NameFound& found) { finds_.on_found(from, found); }
  void apply(const Incarnation& from, const NameClaim& claim) { arbiter_.on_claim(from, claim); }
  void apply(const Incarnation& from, const ClaimGrant& grant) {
    claims_.on_grant(from, grant.number, now_);
  }
  void apply(const Incarnation& from, const ClaimRefuse& refusal) {
    claims_.on_refuse(from, refusal);
  }
  void apply(const Incarnation& from, const ClaimHeld& held) {
    claims_.on_held(from, held.number, now_);
  }
  void apply(const Incarnation& from, const ClaimWanted& wanted) {
    claims_.on_wanted(from, wanted.number, now_);
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
  bool refuse_after_all(const std::string& name, const NameHolder& winner);

  Incarnation self_;
  Options options_;
  HybridClock& clock_;
  RegistryPeers peers_;
  NameTable table_;
  Replicator replicator_{options_, peers_, table_, *this};
  Arbiter arbiter_{table_, *this};
  Claims claims_{options_, peers_, table_, *this};
  Finds finds_{options_, peers_, *this};
  std::uint64_t last_request_ = 0;
  Instant now_{};  // of the message that is being applied
  std::vector<RegistrySend> sends_;
  std::vector<RegistryAction> actions_;        // all others
  Index<std::string, std::size_t> succeeded_;  // names; where in actions_
  std::set<NodeId> reached_;                   // to be said with the actions
  std::deque<RegistryMessage> to_self_;        // Invariant: empty between calls
  std::vector<std::string> appeared_;          // Invariant: empty between calls
};

}  // namespace noex

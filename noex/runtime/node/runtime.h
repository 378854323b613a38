// Runtime: the parts of one boot of a node, made together and destroyed together.
//
// Owns every part and is where their events meet, so that the order of consequences stands in one
// place (docs/PROTOCOL.md): withdrawal of names before Down; what is decided before what comes
// later; at node_down first Downs, then names hidden, then the callbacks. Decides nothing itself.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "noex/runtime/clients/clients.h"
#include "noex/runtime/clients/desk.h"
#include "noex/runtime/clients/relay.h"
#include "noex/runtime/cluster/cluster.h"
#include "noex/runtime/names/group_service.h"
#include "noex/runtime/names/name_monitors.h"
#include "noex/runtime/names/name_service.h"
#include "noex/runtime/node/client_side.h"
#include "noex/runtime/node/node.h"
#include "noex/runtime/process/processes.h"
#include "noex/runtime/remote/calls.h"
#include "noex/runtime/remote/delivery.h"
#include "noex/runtime/remote/flow.h"
#include "noex/runtime/remote/inbox.h"
#include "noex/runtime/remote/links.h"
#include "noex/runtime/remote/monitors.h"
#include "noex/runtime/remote/process_links.h"
#include "noex/runtime/remote/replies.h"
#include "noex/runtime/remote/router.h"
#include "noex/runtime/remote/spawner.h"

namespace noex {

// What happens to a node that its program is told of.
class NodeEvents {
 public:
  virtual ~NodeEvents() = default;
  virtual void on_node_up(const NodeId& node) = 0;
  virtual void on_node_down(const NodeId& node, DownReason reason) = 0;
  virtual void on_seed_unreachable(const NodeId& seed, ErrorCode why) = 0;
  virtual void on_name_refused(const NodeId& holder) = 0;
  // The boot is too low: the node has to start again in place, later, with one from `lowest` on.
  virtual void on_boot_too_low(Boot lowest) = 0;
};

// What one boot of a node is made of, and with; all of it outlives it.
struct RuntimeWorld {
  Node& node;
  const NodeConfig& config;
  Loop& loop;
  Network& network;
  Log& log;
  Observer& observer;
  HybridClock& clock;
  Behaviors& behaviors;
  Sender& sender;
  NodeEvents& events;
  ClientSide* client = nullptr;  // nullptr: the node is a member of its cluster
};

class Runtime final : public ClusterHandler, public ProcessEvents, public NamesEvents {
 public:
  // random: of the cluster, and of the processes. restart_from: before that, it must not start
  // again in place.
  Runtime(const RuntimeWorld& world, Boot boot, Random cluster_random, Random process_random,
          Instant restart_from);
  ~Runtime() override;
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  const Incarnation self;
  Node& node;
  Loop& loop;
  Log& log;
  Observer& observer;
  const Random random;  // of its processes: each splits its own
  Links links;
  RefusedCasts refused_casts;
  Flow flow;
  Calls calls;
  Replies replies;
  Processes processes;
  Monitors monitors;
  ProcessLinks process_links;
  NameService names;
  NameMonitors name_monitors;
  GroupService groups;
  Spawner spawner;
  std::unique_ptr<Cluster> cluster;
  Router router;

  Ref local_ref(ProcessId process);
  // Broken: stops us. Every index says what its table says.
  void check_invariants() const;
  // Clients of this node are let go; no further ones are let in.
  void leave_clients();
  std::size_t client_count() const { return clients_ != nullptr ? clients_->count() : 0; }
  // Ends everything without a word, while all parts still stand.
  void destroy_processes() { processes.destroy_all(); }

  // --- ClusterHandler ---
  void on_link_up(Link& link) override;
  void on_link_down(Link& link) override;
  bool on_message(Link& link, ByteView message) override {
    return inbox_.on_message(link, message);
  }
  void on_writable(Link& link) override { flow.on_room(link); }
  void on_link_reopened(Link& link) override;
  bool link_in_use(const Link& link) const override;
  std::uint64_t registry_hash() const override { return names.core().hash(); }
  void on_registry_differs(Link& link) override { names.on_differs(link.serial()); }
  void on_node_up(const Incarnation& peer) override;
  void on_node_down(const Incarnation& peer, DownReason reason) override;
  void on_member_changed(const TableEntry& entry, const NodeId& source) override {
    observer.on_member_changed(entry, source);
  }
  void on_verdict(const Verdict& verdict) override { observer.on_verdict(verdict); }
  void on_client(std::unique_ptr<Session> session, const ClientHello& hello) override {
    clients().accept(std::move(session), hello);
  }
  void on_peer_blamed(const Blame& blame) override { observer.on_peer_blamed(blame); }
  void on_settled(bool settled) override { names.set_settled(settled); }
  void on_seed_unreachable(const NodeId& seed, ErrorCode why) override {
    events_.on_seed_unreachable(seed, why);
  }
  void on_boot_too_low(Boot boot) override { events_.on_boot_too_low(boot); }
  void on_name_refused(const NodeId& holder) override;

  // --- ProcessEvents, NamesEvents ---
  std::unique_ptr<Context> make_context(ProcessId process) override;
  void on_process_ended(ProcessId process, const ExitReason& reason) override;
  void on_overflow(ProcessId process) override { monitors.on_process_overflow(process); }
  void on_conflict_lost(const RegistryConflictLost& lost) override;
  void on_winner_changed(const RegistryWinnerChanged& change) override {
    name_monitors.on_winner_changed(change.name, change.winner);
  }
  bool handles_name_conflict(ProcessId process) const override;

 private:
  Clients& clients();

  const Options& options_;
  const Behaviors& behaviors_;
  Sender& sender_;
  NodeEvents& events_;
  Delivery delivery_;
  Inbox inbox_;
  Relay relay_;
  const DeskParts desk_parts_;
  std::unique_ptr<Clients> clients_;  // made with the first client
};

}  // namespace noex

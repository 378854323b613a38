// Observer: how checkers see a node from inside without changing what it does.
//
// Every function has an empty body, so that a node without an observer has one that hears and does
// nothing. Each is called by who knows it first. Not for applications: those have callbacks and
// monitors.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "noex/runtime/cluster/cluster.h"
#include "noex/runtime/core/ids.h"
#include "noex/runtime/message/exit_reason.h"
#include "noex/runtime/message/message.h"
#include "noex/runtime/process/process_observer.h"
#include "noex/runtime/registry/registry.h"

namespace noex {

class Observer : public ProcessObserver {
 public:
  virtual void on_link_up(const Incarnation&) {}
  virtual void on_link_down(const Incarnation&) {}
  virtual void on_node_up(const Incarnation&) {}
  virtual void on_node_down(const Incarnation&, DownReason) {}
  // What this node takes another, or itself, for has changed; see ClusterHandler.
  virtual void on_member_changed(const TableEntry&, const NodeId& /*source*/) {}
  virtual void on_verdict(const Verdict&) {}
  // This node refused a peer or ended a connection of its own will.
  virtual void on_peer_blamed(const Blame&) {}

  // A call began at this node / ended with that code / an answer came for a call that is not
  // pending any more. `call` is unique within the boot.
  virtual void on_call_started(CallId, const Ref& /*to*/, Instant /*deadline*/) {}
  virtual void on_call_ended(CallId, ErrorCode) {}
  virtual void on_late_reply(CallId) {}
  // `answered` is the call that the reply names, `pending` the one that it is given to: the same.
  virtual void on_reply_delivered(CallId /*answered*/, CallId /*pending*/) {}

  // A process watches another / does not any more.
  virtual void on_monitor_made(ProcessId /*watcher*/, MonitorId, const Ref& /*target*/) {}
  virtual void on_monitor_removed(MonitorId) {}

  // This node holds one end of a process link / does not any more, by unlink.
  virtual void on_process_linked(ProcessId, const Ref& /*other*/) {}
  virtual void on_process_unlinked(ProcessId, const Ref& /*other*/) {}

  // A process was started here for another node / this node was told of one that it wanted there.
  virtual void on_spawned_for_other(ProcessId) {}
  virtual void on_spawn_told(const Ref&) {}
  // Whoever wanted a process that was started here has confirmed it.
  virtual void on_spawn_confirmed(ProcessId) {}
  // A process that was started here for another node is ended, because it did not confirm in time.
  virtual void on_spawn_taken_back(ProcessId) {}

  virtual void on_claim_started(std::uint64_t /*request*/, std::string_view /*name*/, ProcessId) {}
  // A claim of this node has become an entry, which may be gone again by now.
  virtual void on_name_published(std::string_view /*name*/, const RegistryEntry&) {}
  // `holder`: with name_taken, if known.
  virtual void on_claim_ended(std::uint64_t /*request*/, const Result<void>&,
                              const std::optional<NameHolder>& /*holder*/) {}
  virtual void on_find_ended(Instant /*deadline*/) {}
  virtual void on_conflict_lost(const RegistryConflictLost&) {}
};

}  // namespace noex

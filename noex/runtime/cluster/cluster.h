// Cluster: this node's place among the others: links, who is a member, who is up.
//
// Owns: the listener, dials, handshakes, one Link per linked peer, heartbeats, and the sans-IO
// Membership that decides. Never looks into a data message: it hands those up, whole. Two levels
// of events that are never merged: link_up / link_down say that this connection works or is gone;
// node_up / node_down are the cluster's verdict about a node.
// Rules and reasons: docs/PROTOCOL.md, "Links" and "Membership".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "noex/runtime/cluster/blame.h"
#include "noex/runtime/cluster/link.h"
#include "noex/runtime/core/ids.h"
#include "noex/runtime/core/options.h"
#include "noex/runtime/core/stamp.h"
#include "noex/runtime/membership/member.h"
#include "noex/runtime/message/exit_reason.h"
#include "noex/transport/base/bytes.h"
#include "noex/transport/base/error.h"
#include "noex/transport/base/log.h"
#include "noex/transport/base/random.h"
#include "noex/transport/client_handshake.h"
#include "noex/transport/handshake.h"
#include "noex/transport/loop.h"
#include "noex/transport/network.h"
#include "noex/transport/node_id.h"

namespace noex {

class Session;      // noex/runtime/cluster/session.h
struct TableEntry;  // noex/runtime/membership/control.h
struct Verdict;     // noex/runtime/membership/verdict.h

// What Cluster tells its owner: always from a turn of its own, never inside a call to Cluster, and
// one thing after the other. Whatever the owner does in one of these calls, and whatever follows
// from that, is over before the next one begins: a link that it opens is told afterwards.
class ClusterHandler {
 public:
  virtual ~ClusterHandler() = default;

  // Before any of its messages. The owner begins with its registry (send_first), and says
  // registry_known() when it has applied the peer's.
  virtual void on_link_up(Link& link) = 0;
  // Exactly once for each link_up; `link` is gone when this returns.
  virtual void on_link_down(Link& link) = 0;
  // The connection was given up as idle when something was sent again: the same link opens anew,
  // and begins anew. The peer has seen the end of its link.
  virtual void on_link_reopened(Link& /*link*/) {}
  // Something hangs on that very link: a call, a monitor. It is then not given up as idle.
  virtual bool link_in_use(const Link& /*link*/) const { return false; }
  // False: the message was malformed; the link is then closed, with a log line.
  virtual bool on_message(Link& link, ByteView message) = 0;
  // Room in the queue again: it fell below queue_bytes_soft after having been above.
  virtual void on_writable(Link& link) = 0;

  // What heartbeats carry of the owner's registry: two that hold the same have equal hashes.
  virtual std::uint64_t registry_hash() const { return 0; }
  // A heartbeat brought another hash than registry_hash().
  virtual void on_registry_differs(Link& /*link*/) {}

  virtual void on_node_up(const Incarnation& node) = 0;
  virtual void on_node_down(const Incarnation& node, DownReason reason) = 0;

  // What this node takes `entry.id` for has changed, its own entry included; for those who watch.
  // `source`: who said so; empty: this node's own conclusion.
  virtual void on_member_changed(const TableEntry& /*entry*/, const NodeId& /*source*/) {}

  // A dial to a seed that was never linked yet has failed; said again each time.
  virtual void on_seed_unreachable(const NodeId& /*seed*/, ErrorCode /*why*/) {}
  // What it has concluded or heard of another, and why; for people.
  virtual void on_verdict(const Verdict& /*verdict*/) {}
  virtual void on_peer_blamed(const Blame& /*blame*/) {}

  // Somebody says that he is a client, over the very connection that he speaks of. It is the
  // owner's, who keeps it until the call has returned.
  virtual void on_client(std::unique_ptr<Session> session, const ClientHello& hello) = 0;

  // settled() has changed.
  virtual void on_settled(bool /*settled*/) {}

  // The id was used before with a boot as high as ours: the node has to start again in place,
  // with `boot`. Cluster does nothing more until then.
  virtual void on_boot_too_low(Boot boot) = 0;
  // A living member at `holder` has our name: the cluster refuses us. Reported once.
  virtual void on_name_refused(const NodeId& holder) = 0;
};

struct ClusterConfig {
  NodeId self;
  Boot boot = 0;
  std::vector<NodeId> seeds;  // without self
  Options options;
  Instant restart_from = Instant::min();  // before that, on_boot_too_low() is not called
};

class Cluster {
 public:
  // loop, network, clock, log and handler outlive it.
  static std::unique_ptr<Cluster> create(ClusterConfig config, Loop& loop, Network& network,
                                         Random random, HybridClock& clock, Log& log,
                                         ClusterHandler& handler);
  virtual ~Cluster() = default;

  // Listens and begins to dial the seeds. Errors: as Network::listen.
  [[nodiscard]] virtual Result<void> start() = 0;
  // Tells the peers, waits for their acknowledgements until leave_timeout, closes everything, then
  // calls `done` from a later turn.
  virtual void leave(Task done) = 0;

  // The link to that incarnation, be it that it opens, or nullptr. boot 0: to any incarnation.
  virtual Link* find(const NodeId& id, Boot boot = 0) const = 0;
  // The same; if it is up and has no link, one is opened. It can be used at once; on_link_up()
  // comes in a later turn, before any of its messages, and on_link_down() if it never stands.
  virtual Link* open(const NodeId& id, Boot boot = 0) = 0;
  // The owner holds that incarnation's names, as they are now as far as anybody says, with a link
  // to it or without: it may be announced. Said again after each node_down.
  virtual void registry_known(const Incarnation& node) = 0;

  // Everyone heard of and not left, by id, without self.
  virtual std::vector<Member> members() const = 0;
  // It lives as far as we know, and should be linked even if nobody asks for it.
  virtual bool is_wanted(const NodeId& node) const = 0;
  // Between node_up and node_down.
  virtual bool is_up(const Incarnation& node) const = 0;
  // In which boot it is up; 0: it is not.
  virtual Boot up_boot(const NodeId& id) const = 0;
  // True once every seed and every member that should be linked has been linked or has failed once.
  virtual bool settled() const = 0;
  // Counts queued and dropped, for people and checkers.
  virtual std::uint64_t overload_refusals() const = 0;
  // What goes over its links begins with the owner's registry, of which each peer has a copy.
  virtual bool shares_registry() const { return true; }
  // A process of this node has ended: for who knows it by another id.
  virtual void on_process_ended(ProcessId /*process*/, const ExitReason& /*reason*/) {}
};

}  // namespace noex

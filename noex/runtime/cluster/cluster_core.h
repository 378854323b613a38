// ClusterCore: the Cluster. Carries out what Membership decides, and tells it what happened.
//
// Owns the parts that make, serve and end links, which know each other only as far as their
// constructors say; the listener; and one timer for all that is due. What the owner has to be told
// waits in OwnerEvents until an event's own work is done.
#pragma once

#include <memory>
#include <vector>

#include "noex/runtime/cluster/acceptor.h"
#include "noex/runtime/cluster/cluster.h"
#include "noex/runtime/cluster/complaints.h"
#include "noex/runtime/cluster/departure.h"
#include "noex/runtime/cluster/dialler.h"
#include "noex/runtime/cluster/graveyard.h"
#include "noex/runtime/cluster/handshake_rules.h"
#include "noex/runtime/cluster/handshakes.h"
#include "noex/runtime/cluster/idle_links.h"
#include "noex/runtime/cluster/life.h"
#include "noex/runtime/cluster/link_ends.h"
#include "noex/runtime/cluster/link_table.h"
#include "noex/runtime/cluster/link_traffic.h"
#include "noex/runtime/cluster/own_boot.h"
#include "noex/runtime/cluster/owner_events.h"
#include "noex/runtime/cluster/peer_clocks.h"
#include "noex/runtime/cluster/sessions.h"
#include "noex/runtime/cluster/turn.h"
#include "noex/runtime/core/node_map.h"
#include "noex/runtime/membership/membership.h"
#include "noex/transport/base/lifeline.h"

namespace noex {

class ClusterCore final : public Cluster, private Turn {
 public:
  ClusterCore(ClusterConfig config, Loop& loop, Network& network, Random random, HybridClock& clock,
              Log& log, ClusterHandler& handler);

  Result<void> start() override;
  void leave(Task done) override;
  Link* find(const NodeId& id, Boot boot) const override { return links_.find(id, boot); }
  Link* open(const NodeId& id, Boot boot) override;
  void registry_known(const Incarnation& node) override;
  std::vector<Member> members() const override;
  bool is_wanted(const NodeId& node) const override { return membership_.is_wanted(node); }
  bool is_up(const Incarnation& node) const override;
  Boot up_boot(const NodeId& id) const override;
  bool settled() const override { return membership_.settled(); }
  std::uint64_t overload_refusals() const override {
    return sessions_.refusals() + links_.refusals();
  }

 private:
  // --- Turn ---
  void run_actions() override;
  void settle() override;
  void arm() override;

  void on_timer();
  void post_settle();
  bool clear_graveyard();

  // --- What membership wants ---
  void run(const AnnounceUp& action);
  void run(const AnnounceDown& action);
  void run(const TellChange& action);
  void run(const TellVerdict& action);
  void run(const BootTooLow& action);
  void run(const TableFull& action);
  void run(const CloseLink& action) { ends_.run(action); }
  void run(const StartDial& action) { handshakes_.run(action); }
  void run(const StopDial& action) { handshakes_.run(action); }
  template <class Message>
  void run(const Message& action) {
    traffic_.run(action);
  }

  const ClusterConfig config_;
  const Incarnation self_;
  Loop& loop_;
  Network& network_;
  Log& log_;
  ClusterHandler& handler_;

  Life life_;
  Membership membership_;
  NodeMap<Boot> up_;  // what the owner was told
  PeerClocks clocks_;
  Complaints complaints_;
  OwnBoot own_boot_;
  HandshakeRules rules_;
  Graveyard graveyard_;
  OwnerEvents events_;
  LinkTable links_;
  Sessions sessions_;
  Dialler dialler_;
  Acceptor acceptor_;
  IdleLinks idle_;
  LinkEnds ends_;
  LinkTraffic traffic_;
  Handshakes handshakes_;
  Departure departure_;

  bool told_settled_ = false;  // what the owner was told last
  bool settle_posted_ = false;

  std::unique_ptr<Listener> listener_;
  Timer timer_;
  Instant armed_{};
  Lifeline lifeline_;
};

}  // namespace noex

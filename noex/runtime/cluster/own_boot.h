// OwnBoot: what others say of this node's own boot, and whether it is believed.
//
// Whoever knows of a boot of this node that is not below its own has met an earlier run of it, so
// it has to start again above that one. A boot began as a reading of a clock, and none is far ahead
// of ours: so there is always room above the boots that a node has to exceed, and nobody can lock
// it out.
#pragma once

#include "noex/runtime/cluster/complaints.h"
#include "noex/runtime/core/ids.h"
#include "noex/runtime/membership/membership.h"
#include "noex/transport/base/log.h"
#include "noex/transport/loop.h"

namespace noex {

class OwnBoot {
 public:
  // All outlive it.
  OwnBoot(const Incarnation& self, const ClusterConfig& config, const Loop& loop, Log& log,
          Complaints& complaints, Membership& membership)
      : self_(self),
        config_(config),
        loop_(loop),
        log_(log),
        complaints_(complaints),
        membership_(membership) {}

  // No boot above this one is anybody's.
  Boot believed_max() const;
  // A linked peer, or one whom we have dialled, knows of `boot`. True: it is above ours and
  // believed; membership then says what follows.
  bool hear(Boot boot, const NodeId& teller);
  // What is concluded from now on was said by that peer.
  void listen_to(const NodeId& teller) { teller_ = teller; }
  // Membership wants to start again with that boot: may it?
  bool may_restart_with(Boot boot);

 private:
  bool believes(Boot boot, const NodeId& teller);

  const Incarnation& self_;
  const ClusterConfig& config_;
  const Loop& loop_;
  Log& log_;
  Complaints& complaints_;
  Membership& membership_;
  NodeId teller_;
  bool told_waits_ = false;  // people were told that it has to wait before it starts again
};

}  // namespace noex

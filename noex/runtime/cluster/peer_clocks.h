// PeerClocks: this node's hybrid clock as it is told to peers, and theirs as they are taken over:
// of linked peers only.
#pragma once

#include "noex/runtime/cluster/session.h"
#include "noex/runtime/core/stamp.h"
#include "noex/transport/base/log.h"
#include "noex/transport/handshake.h"
#include "noex/transport/loop.h"

namespace noex {

class PeerClocks {
 public:
  // All outlive it.
  PeerClocks(HybridClock& clock, const Loop& loop, Log& log)
      : clock_(clock), loop_(loop), log_(log) {}

  ClockReading reading() const {
    const Stamp last = clock_.last();
    return ClockReading{last.wall, last.counter};
  }

  void observe() { clock_.observe(loop_.wall_now()); }

  void merge(Session& session, const ClockReading& clock) {
    observe();
    const NodeId& peer = session.peer().id;
    if (clock_.merge(Stamp{clock.wall, clock.counter, peer}) || !session.warn_once()) return;
    log_.warning("the clock of {} is too far ahead of this node's: what it says is not taken over",
                 peer.text());
  }

 private:
  HybridClock& clock_;
  const Loop& loop_;
  Log& log_;
};

}  // namespace noex

// Departure: how this node leaves: tells its peers, lets what waits for a link that opens still go
// over it, and waits for their acknowledgements, until a deadline.
#pragma once

#include <optional>

#include "noex/runtime/cluster/handshakes.h"
#include "noex/runtime/cluster/life.h"
#include "noex/runtime/cluster/link_ends.h"
#include "noex/runtime/cluster/link_table.h"
#include "noex/runtime/cluster/link_traffic.h"
#include "noex/runtime/cluster/owner_events.h"
#include "noex/runtime/cluster/turn.h"
#include "noex/transport/base/lifeline.h"

namespace noex {

class Departure {
 public:
  // All outlive it.
  Departure(Turn& turn, Loop& loop, const Options& options, Life& life, OwnerEvents& events,
            LinkTable& links, LinkEnds& ends, LinkTraffic& traffic, Handshakes& handshakes)
      : turn_(turn),
        loop_(loop),
        options_(options),
        life_(life),
        events_(events),
        links_(links),
        ends_(ends),
        traffic_(traffic),
        handshakes_(handshakes) {}

  // `done` is called in a later turn, once, when it is over; it may destroy this.
  void start(Task done);
  // Until when it waits; nullopt: it does not wait yet, or any more.
  std::optional<Instant> deadline() const { return deadline_; }
  void on_time(Instant now);
  // A link has ended.
  void on_link_gone();

 private:
  void begin();
  void finish();

  Turn& turn_;
  Loop& loop_;
  const Options& options_;
  Life& life_;
  OwnerEvents& events_;
  LinkTable& links_;
  LinkEnds& ends_;
  LinkTraffic& traffic_;
  Handshakes& handshakes_;
  std::optional<Instant> deadline_;
  Task done_;
  Lifeline lifeline_;
};

}  // namespace noex

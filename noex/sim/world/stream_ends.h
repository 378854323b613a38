// StreamEnds: the state of both ends of each connection: who has it, how it ends, who is told.
//
// Ends and resets meet cuts like bytes do, so that half-open connections arise by themselves. A
// process is told in a turn of its own, and of each end once. A stream is over when nothing
// observable can come of it any more.
// Source: RFC 9293 (states), as Linux does it.
#pragma once

#include <memory>

#include "noex/sim/world/connection.h"
#include "noex/sim/world/stream.h"
#include "noex/sim/world/stream_reports.h"
#include "noex/sim/world/stream_sender.h"
#include "noex/sim/world/stream_table.h"
#include "noex/sim/world/transit.h"
#include "noex/sim/world/world.h"

namespace noex::sim {

class Fabric;

class StreamEnds {
 public:
  // `control` is what a process's handles speak to.
  StreamEnds(World& world, Fabric& fabric, StreamTable& table, StreamSender& sender,
             const Transit& transit, const StreamReports& reports, EndControl& control)
      : world_(world),
        fabric_(fabric),
        table_(table),
        sender_(sender),
        transit_(transit),
        reports_(reports),
        control_(control) {}

  // The process's handle of an end; its destruction is abort().
  std::unique_ptr<Connection> attach(EndRef end);
  // The process's handle is empty from now on.
  void close(EndRef end);
  void abort(EndRef end);
  // The system closes what its process left: in order, unless bytes were never read.
  void leave(EndRef end);
  // Its machine has no power any more.
  void vanish(EndRef end);

  // The system is done with this end; the process is told, if it still has it.
  void finish(EndRef end, CloseReason reason);
  void tell_closed(EndRef end);
  // All that was written is on its way: the last of it ends a closed end, or the process is told.
  void flushed(EndRef end);
  // In order: an answer to bytes that nobody wants. Else it may overtake what is on its way.
  void send_reset(EndRef from, bool in_order);
  void reset_arrives(EndRef end);

  void release_if_over(EndRef end);

 private:
  void detach(End& end);
  void linger(EndRef end);
  void forget(EndRef end);
  void tell_drained(EndRef end);

  World& world_;
  Fabric& fabric_;
  StreamTable& table_;
  StreamSender& sender_;
  const Transit& transit_;
  const StreamReports& reports_;
  EndControl& control_;
};

}  // namespace noex::sim

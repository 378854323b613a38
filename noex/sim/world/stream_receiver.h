// StreamReceiver: what a system does with segments as they arrive, until the process has the bytes.
//
// TCP keeps no boundaries: bytes come split and merged. The last segment of the handshake makes
// the listening end; whatever an end does not know is answered with a reset.
#pragma once

#include "noex/sim/world/buffer_pool.h"
#include "noex/sim/world/stream.h"
#include "noex/sim/world/stream_ends.h"
#include "noex/sim/world/stream_reports.h"
#include "noex/sim/world/stream_sender.h"
#include "noex/sim/world/transit.h"
#include "noex/sim/world/world.h"

namespace noex::sim {

class Fabric;
struct Port;

class StreamReceiver {
 public:
  StreamReceiver(World& world, Fabric& fabric, StreamSender& sender, StreamEnds& ends,
                 const Transit& transit, const StreamReports& reports, BufferPool& buffers)
      : world_(world),
        fabric_(fabric),
        sender_(sender),
        ends_(ends),
        transit_(transit),
        reports_(reports),
        buffers_(buffers) {}

  // The first segment that `from` has on its way may be there.
  void arrive(EndRef from);
  // What waits is given in the order in which it came: bytes, then the end.
  void set_reading(EndRef end, bool reading);

 private:
  void lose(EndRef from);
  bool chunk(EndRef from, Bytes& part);
  void deliver(EndRef from, Bytes bytes);
  void read(EndRef end);
  void refuse(EndRef from);
  const Port* find_listener(EndRef end) const;
  void accept(EndRef end);
  void tell_accepted(EndRef end);

  World& world_;
  Fabric& fabric_;
  StreamSender& sender_;
  StreamEnds& ends_;
  const Transit& transit_;
  const StreamReports& reports_;
  BufferPool& buffers_;
};

}  // namespace noex::sim

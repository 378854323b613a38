// StreamSender: a system that sends what its process writes: room, segments, retransmission.
//
// Owns nothing; everything is in the pipe of the end that sends. Bytes that meet a cut are sent
// again once the path is open; who has waited too long for an acknowledgement gives up. It never
// changes the state of an end: it tells the owner what happened.
// Source: RFC 6298 (retransmission), as Linux does it.
#pragma once

#include <cstdint>

#include "noex/sim/world/buffer_pool.h"
#include "noex/sim/world/stream.h"
#include "noex/sim/world/stream_reports.h"
#include "noex/sim/world/transit.h"
#include "noex/sim/world/world.h"

namespace noex::sim {

struct FabricOptions;

class SenderOwner {
 public:
  virtual ~SenderOwner() = default;
  // The first segment may be there: an event of the receiving machine.
  virtual void on_arrival(EndRef from) = 0;
  // Nothing waits for room any more.
  virtual void on_flushed(EndRef from) = 0;
  // Nothing was acknowledged for the time-out.
  virtual void on_given_up(EndRef from) = 0;
};

class StreamSender {
 public:
  StreamSender(World& world, const FabricOptions& options, const Transit& transit,
               const StreamReports& reports, BufferPool& buffers, SenderOwner& owner)
      : world_(world),
        options_(options),
        transit_(transit),
        reports_(reports),
        buffers_(buffers),
        owner_(owner) {}

  void write(EndRef from, ByteView bytes);
  void send(EndRef from, Control control) { push(from, {}, control); }
  void schedule_arrival(EndRef from);
  // The receiver has taken `bytes`: room for as many more, once the sender hears of it.
  void credit(EndRef from, std::uint64_t bytes);

  // The first segment cannot arrive; all others wait behind it.
  void stall(EndRef from);
  void retransmit(EndRef from);
  // Bytes arrive, and their acknowledgement does not come back.
  void silence(EndRef from);
  // A path that was cut may be open: what waited for it goes on.
  void reopen(EndRef from);

  // What waited for bandwidth is on its way now, as if it had just been sent.
  void leave_at_once(EndRef from);
  // Nobody sends what waits for room, or again what a cut had lost.
  void stop(EndRef from);
  // Nor what waits for bandwidth.
  void lose_power(EndRef from);

 private:
  void push(EndRef from, ByteView bytes, Control control);
  void push_segment(EndRef from, ByteView bytes, Control control);
  void credit_arrives(EndRef from);
  void flush(EndRef from);

  World& world_;
  const FabricOptions& options_;
  const Transit& transit_;
  const StreamReports& reports_;
  BufferPool& buffers_;
  SenderOwner& owner_;
};

}  // namespace noex::sim

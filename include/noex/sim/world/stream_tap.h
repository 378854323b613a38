// StreamTap: listens to every simulated connection, to record a run, and changes nothing.
//
// An end is named by the number of its connection (1, 2, ... as they are opened) and its side: 0
// has dialled, 1 has accepted. All bytes are counted, so that a listener who cuts them into
// messages knows what became of each message.
#pragma once

#include <cstdint>

#include "noex/transport/base/bytes.h"

namespace noex::sim {

// One end of a connection.
struct TapEnd {
  std::uint64_t connection = 0;  // its number
  std::uint32_t side = 0;        // 0: it has dialled; 1: it has accepted
  std::uint32_t machine = 0;     // whose end it is
  std::uint32_t peer = 0;        // the machine at the other end
};

// Called while these things happen: it must not call the world.
class StreamTap {
 public:
  virtual ~StreamTap() = default;

  // The process at `from` hands bytes to its system; the view is valid during the call.
  virtual void on_written(const TapEnd& from, ByteView bytes) = 0;
  // So many of them leave the machine: there was room.
  virtual void on_sent(const TapEnd& from, std::uint64_t bytes) = 0;
  // What is on its way from there has met a cut, or a machine without power.
  virtual void on_held(const TapEnd& from) = 0;
  // So many of them have arrived at the other machine.
  virtual void on_arrived(const TapEnd& from, std::uint64_t bytes) = 0;
  // The process there has read so many of them.
  virtual void on_read(const TapEnd& from, std::uint64_t bytes) = 0;
  // That end takes nothing any more.
  virtual void on_gone(const TapEnd& end) = 0;
};

}  // namespace noex::sim

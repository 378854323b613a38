// StreamTap: who listens to every simulated connection, for recording a run. Changes nothing.
//
// An end is named by its connection's number (1, 2, ... as they are opened) and its side: 0 has
// dialled, 1 has accepted. What one side writes is counted in bytes from the connection's start,
// so that a listener who cuts them into messages knows what became of each.
#pragma once

#include <cstdint>

#include "noex/transport/base/bytes.h"

namespace noex::sim {

struct TapEnd {
  std::uint64_t connection = 0;
  std::uint32_t side = 0;
  std::uint32_t machine = 0;  // whose end it is
  std::uint32_t peer = 0;     // the machine at the other end
};

class StreamTap {
 public:
  virtual ~StreamTap() = default;

  // The process hands bytes to its system.
  virtual void on_written(const TapEnd& from, ByteView bytes) = 0;
  // So many of them leave the machine: there was room for them.
  virtual void on_sent(const TapEnd& from, std::uint64_t bytes) = 0;
  // What is on its way met a cut, or a machine without power.
  virtual void on_held(const TapEnd& from) = 0;
  // So many bytes from `from` are in the other machine / were read by its process.
  virtual void on_arrived(const TapEnd& from, std::uint64_t bytes) = 0;
  virtual void on_read(const TapEnd& from, std::uint64_t bytes) = 0;
  // This end takes nothing any more.
  virtual void on_gone(const TapEnd& end) = 0;
};

}  // namespace noex::sim

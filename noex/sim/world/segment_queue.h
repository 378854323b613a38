// SegmentQueue: what one side of a connection has on its way, in order; arrival never decreases.
//
// Sans-IO: it is told the time, draws nothing and counts no faults. What is lost is still here: it
// arrives once it is sent again, and all others wait behind it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "noex/sim/world/buffer_pool.h"
#include "noex/transport/base/bytes.h"
#include "noex/transport/base/fifo.h"
#include "noex/transport/base/time.h"

namespace noex::sim {

enum class Control : std::uint8_t { none, established, end };

struct Segment {
  Bytes bytes;
  Instant sent{};
  Instant arrival{};
  Control control = Control::none;
  bool lost = false;    // met a cut: arrives only by retransmission
  bool waited = false;  // held back once already, to merge it with the next
};

// What arrives at one instant, as one run of bytes; what comes after a control stays behind it.
struct Arrival {
  Bytes bytes;
  Control control = Control::none;
  std::uint32_t merged = 0;  // times that bytes which had been held back met the next
};

class SegmentQueue {
 public:
  bool empty() const { return segments_.empty(); }
  Segment& front() { return segments_.front(); }
  const Segment& front() const { return segments_.front(); }
  void push(Segment segment) { segments_.push(std::move(segment)); }
  void clear() { segments_.clear(); }

  // What is written at one instant shares segments: how many of the first of `bytes` the last one
  // took.
  std::size_t append_to_last(ByteView bytes, Instant now, std::uint64_t segment_bytes_max);
  Arrival take_arrived(Instant now, BufferPool& buffers);

  // All is sent again, and arrives from then on.
  void resend(Instant arrival);
  // Nothing arrives later than that / nothing that would does at all.
  void hasten(Instant latest);
  void drop_later_than(Instant latest);
  // True if there is more than an end.
  bool holds_news();

 private:
  Fifo<Segment> segments_;
};

}  // namespace noex::sim

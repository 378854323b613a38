#include "noex/sim/world/segment_queue.h"

#include <algorithm>
#include <utility>

namespace noex::sim {

std::size_t SegmentQueue::append_to_last(ByteView bytes, Instant now,
                                         std::uint64_t segment_bytes_max) {
  if (segments_.empty()) return 0;
  Segment& last = segments_.back();
  const bool open = last.sent == now && last.control == Control::none && !last.waited;
  if (!open || last.bytes.size() >= segment_bytes_max) return 0;
  const ByteView part = bytes.substr(0, segment_bytes_max - last.bytes.size());
  last.bytes.append(part);
  return part.size();
}

Arrival SegmentQueue::take_arrived(Instant now, BufferPool& buffers) {
  Arrival all;
  bool waited = false;
  while (!segments_.empty() && segments_.front().arrival <= now && !segments_.front().lost) {
    Segment segment = segments_.pop();
    all.control = segment.control;
    if (segment.control != Control::none) break;
    if (all.bytes.empty()) {
      all.bytes = std::move(segment.bytes);
    } else {
      all.bytes.append(segment.bytes);
      buffers.recycle(std::move(segment.bytes));
      if (waited) ++all.merged;
    }
    waited = waited || segment.waited;
  }
  return all;
}

void SegmentQueue::resend(Instant arrival) {
  for (Segment& segment : segments_) {
    segment.lost = false;
    segment.arrival = std::max(segment.arrival, arrival);
  }
}

void SegmentQueue::hasten(Instant latest) {
  for (Segment& segment : segments_) segment.arrival = std::min(segment.arrival, latest);
}

void SegmentQueue::drop_later_than(Instant latest) {
  Fifo<Segment> left;
  while (!segments_.empty() && segments_.front().arrival <= latest) left.push(segments_.pop());
  segments_ = std::move(left);
}

bool SegmentQueue::holds_news() {
  return std::ranges::any_of(
      segments_, [](const Segment& segment) { return segment.control != Control::end; });
}

}  // namespace noex::sim

#include "noex/sim/world/stream_sender.h"

#include <algorithm>
#include <utility>

#include "noex/sim/world/fabric.h"

namespace noex::sim {

void StreamSender::write(EndRef from, ByteView bytes) {
  reports_.written(from, bytes);
  SendBuffer& buffer = from.out().buffer;
  if (!buffer.waits()) {
    const ByteView part = buffer.fitting(bytes, options_.buffer_bytes);
    push(from, part, Control::none);
    bytes.remove_prefix(part.size());
  }
  buffer.hold(bytes);
}

// Adds segments; what is written at one instant shares them.
void StreamSender::push(EndRef from, ByteView bytes, Control control) {
  Pipe& pipe = from.out();
  pipe.buffer.leave(bytes.size());
  reports_.sent(from, bytes.size());
  if (!bytes.empty()) {
    bytes.remove_prefix(
        pipe.segments.append_to_last(bytes, world_.now(), options_.segment_bytes_max));
    if (bytes.empty()) return;
  }
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), options_.segment_bytes_max))) {
    push_segment(from, bytes.substr(0, options_.segment_bytes_max), Control::none);
  }
  if (control != Control::none) push_segment(from, {}, control);
  if (!pipe.stalled && pipe.arrival_event == 0 && !pipe.segments.empty()) schedule_arrival(from);
}

void StreamSender::push_segment(EndRef from, ByteView bytes, Control control) {
  Segment segment;
  if (!bytes.empty()) segment.bytes = buffers_.take(bytes);
  segment.control = control;
  segment.sent = world_.now();
  segment.arrival = transit_.draw_arrival(from, bytes.size());
  segment.lost = transit_.meets_cut(from);
  from.out().segments.push(std::move(segment));
}

void StreamSender::schedule_arrival(EndRef from) {
  from.out().arrival_event = world_.schedule(from.out().segments.front().arrival, EventKind::bytes,
                                             from.other().end().machine, [from, this] {
                                               if (!from.valid()) return;
                                               from.out().arrival_event = 0;
                                               owner_.on_arrival(from);
                                             });
}

void StreamSender::credit(EndRef from, std::uint64_t bytes) {
  Pipe& pipe = from.out();
  if (pipe.unacknowledged) {
    pipe.withheld += bytes;
  } else if (!pipe.buffer.waits()) {
    pipe.buffer.credit(bytes);
  } else {
    pipe.credit_waiting += bytes;
    if (pipe.credit_event != 0) return;
    const Instant heard = world_.now() + transit_.link(from.other()).latency;
    pipe.credit_event = world_.schedule(heard, EventKind::kernel, from.end().machine,
                                        [from, this] { credit_arrives(from); });
  }
}

void StreamSender::credit_arrives(EndRef from) {
  if (!from.valid()) return;
  Pipe& pipe = from.out();
  pipe.credit_event = 0;
  pipe.buffer.credit(std::exchange(pipe.credit_waiting, 0));
  flush(from);
}

// Sends what waited for room.
void StreamSender::flush(EndRef from) {
  SendBuffer& buffer = from.out().buffer;
  if (!buffer.waits()) return;
  const ByteView part = buffer.fitting(buffer.held(), options_.buffer_bytes);
  push(from, part, Control::none);
  buffer.drop(part.size());
  if (!buffer.waits()) owner_.on_flushed(from);
}

void StreamSender::stall(EndRef from) {
  Pipe& pipe = from.out();
  pipe.stalled = true;
  reports_.held(from);
  const std::uint32_t stall = ++pipe.stalls;
  const Instant deadline = pipe.segments.front().sent + options_.tcp_timeout;
  world_.schedule(deadline, EventKind::kernel, from.end().machine, [this, from, stall] {
    const bool same = from.valid() && from.out().stalled && from.out().stalls == stall;
    if (same) owner_.on_given_up(from);
  });
}

// The longer a system has tried in vain, the longer it waits between two attempts.
void StreamSender::retransmit(EndRef from) {
  Pipe& pipe = from.out();
  pipe.stalled = false;
  const Duration outage = world_.now() - pipe.segments.front().sent;
  const Duration longest = std::clamp(outage, options_.retransmit_min, options_.retransmit_max);
  const std::int64_t wait =
      pipe.latency_random.between(options_.retransmit_min.count(), longest.count());
  const Instant arrival = world_.now() + Duration{wait} + transit_.draw_latency(from);
  pipe.last_arrival = std::max(pipe.last_arrival, arrival);
  pipe.segments.resend(arrival);
  schedule_arrival(from);
}

void StreamSender::silence(EndRef from) {
  transit_.count_cut(from.other());
  Pipe& pipe = from.out();
  if (pipe.unacknowledged) return;
  pipe.unacknowledged = true;
  const std::uint32_t silence = ++pipe.silences;
  const Instant deadline = world_.now() + options_.tcp_timeout;
  world_.schedule(deadline, EventKind::kernel, from.end().machine, [this, from, silence] {
    const bool same = from.valid() && from.out().unacknowledged && from.out().silences == silence;
    if (same) owner_.on_given_up(from);
  });
}

void StreamSender::reopen(EndRef from) {
  Pipe& pipe = from.out();
  if (pipe.stalled && !pipe.segments.empty() && !transit_.blocked(from)) retransmit(from);
  if (pipe.unacknowledged && !transit_.blocked(from.other())) {
    pipe.unacknowledged = false;
    credit(from, std::exchange(pipe.withheld, 0));
  }
}

void StreamSender::leave_at_once(EndRef from) {
  const LinkProfile& link = transit_.link(from);
  Pipe& pipe = from.out();
  if (pipe.busy_until <= world_.now()) return;
  pipe.busy_until = world_.now();
  const Instant latest = world_.now() + link.latency + link.jitter;
  pipe.segments.hasten(latest);
  pipe.last_arrival = std::min(pipe.last_arrival, latest);
  // A machine that lost its power has lost its segments, too.
  if (pipe.arrival_event == 0 || pipe.segments.empty()) return;
  world_.cancel(pipe.arrival_event);
  schedule_arrival(from);
}

void StreamSender::stop(EndRef from) {
  from.out().buffer.clear();
  if (from.out().stalled) from.out().segments.clear();
}

void StreamSender::lose_power(EndRef from) {
  stop(from);
  const LinkProfile& link = transit_.link(from);
  from.out().segments.drop_later_than(world_.now() + link.latency + link.jitter + link.tail);
}

}  // namespace noex::sim

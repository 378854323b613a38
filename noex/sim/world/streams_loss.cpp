// Cuts, machines without power, and the time-outs that follow.
#include <algorithm>
#include <utility>

#include "noex/sim/world/fabric.h"
#include "noex/sim/world/streams.h"

namespace noex::sim {

bool Streams::blocked(EndRef from) const {
  const std::uint32_t near = from.end().machine;
  const std::uint32_t far = from.other().end().machine;
  return from.stream->severed || fabric_.links().is_cut(near, far) ||
         !fabric_.machine(far).powered();
}

// The same, of a segment that is there: whatever holds it back has hit.
bool Streams::meets_cut(EndRef from) {
  const std::uint32_t near = from.end().machine;
  const std::uint32_t far = from.other().end().machine;
  if (fabric_.links().is_cut(near, far)) {
    world_.hit(fabric_.links().kind_of_cut(near, far), near, far);
  } else if (from.stream->severed) {
    world_.hit(FaultKind::half_open, near, far);
  } else {
    return !fabric_.machine(far).powered();
  }
  return true;
}

// The first segment cannot arrive; all others wait behind it.
void Streams::stall(EndRef from) {
  Pipe& pipe = from.out();
  if (from.end().state == EndState::gone) {  // nobody is there to send it again
    pipe.segments.clear();
    return release_if_over(from);
  }
  pipe.stalled = true;
  if (tap_ != nullptr) [[unlikely]]
    tap_->on_held(tap_end(from));
  const std::uint32_t stall = ++pipe.stalls;
  const Instant deadline = pipe.segments.front().sent + fabric_.options().tcp_timeout;
  world_.schedule(deadline, EventKind::kernel, from.end().machine, [this, from, stall] {
    if (from.valid() && from.out().stalled && from.out().stalls == stall) give_up(from);
  });
}

// The longer a system has tried in vain, the longer it waits between two attempts.
void Streams::retransmit(EndRef from) {
  Pipe& pipe = from.out();
  const FabricOptions& options = fabric_.options();
  pipe.stalled = false;
  const Duration outage = world_.now() - pipe.segments.front().sent;
  const Duration longest = std::clamp(outage, options.retransmit_min, options.retransmit_max);
  const std::int64_t wait =
      pipe.latency_random.between(options.retransmit_min.count(), longest.count());
  const Instant arrival = world_.now() + Duration{wait} + draw_latency(from);
  pipe.last_arrival = std::max(pipe.last_arrival, arrival);
  for (Segment& segment : pipe.segments) {
    segment.lost = false;
    segment.arrival = std::max(segment.arrival, arrival);
  }
  schedule_arrival(from);
}

// Bytes arrive, and their acknowledgement does not come back.
void Streams::silence(EndRef from) {
  const std::uint32_t far = from.other().end().machine;
  const std::uint32_t near = from.end().machine;
  world_.hit(fabric_.links().kind_of_cut(far, near), far, near);
  Pipe& pipe = from.out();
  if (pipe.unacknowledged) return;
  pipe.unacknowledged = true;
  const std::uint32_t silence = ++pipe.silences;
  const Instant deadline = world_.now() + fabric_.options().tcp_timeout;
  world_.schedule(deadline, EventKind::kernel, from.end().machine, [this, from, silence] {
    const bool same = from.valid() && from.out().unacknowledged && from.out().silences == silence;
    if (same) give_up(from);
  });
}

// The sender's system has waited long enough. The other end hears nothing of it.
void Streams::give_up(EndRef from) {
  if (from.end().state == EndState::gone) return;
  trace(from.other(), EventKind::kernel, "timed out");
  finish(from, CloseReason::reset);
}

// A path that was cut is open: what waited for it goes on.
void Streams::reopen(EndRef from) {
  if (!from.valid()) return;
  Pipe& pipe = from.out();
  if (pipe.stalled && !pipe.segments.empty() && !blocked(from)) retransmit(from);
  if (pipe.unacknowledged && !blocked(from.other())) {
    pipe.unacknowledged = false;
    credit(from, std::exchange(pipe.withheld, 0));
  }
}

void Streams::path_opened(std::uint32_t from, std::uint32_t to) {
  for (Stream& stream : streams_) {
    for (std::uint32_t side = 0; side < 2; ++side) {
      const std::uint32_t near = stream.ends[side].machine;
      const std::uint32_t far = stream.ends[1 - side].machine;
      // Backwards too: an acknowledgement or a reset may have met the cut.
      const bool concerned = (near == from && far == to) || (near == to && far == from);
      if (stream.live && concerned) reopen(ref(stream, side));
    }
  }
}

void Streams::machine_appeared(std::uint32_t machine) {
  for (Stream& stream : streams_) {
    for (std::uint32_t side = 0; side < 2; ++side) {
      if (stream.live && stream.ends[1 - side].machine == machine) reopen(ref(stream, side));
    }
  }
}

}  // namespace noex::sim

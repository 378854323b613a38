// From the process into the pipe: room, segments, latency, credit, resets.
#include <algorithm>
#include <utility>

#include "noex/sim/world/connection.h"
#include "noex/sim/world/fabric.h"
#include "noex/sim/world/streams.h"

namespace noex::sim {

void Streams::write(EndRef from, ByteView bytes) {
  if (from.end().state != EndState::open || bytes.empty()) return;
  HostLoop& loop = from.end().host->loop();
  if (loop.doomed()) return;
  if (write_watch_ != nullptr) {
    if (const auto size = write_watch_->dies_after(*from.end().host, bytes)) {
      loop.doom();
      bytes = bytes.substr(0, *size);
      if (bytes.empty()) return;
    }
  }
  if (tap_ != nullptr) [[unlikely]]
    tap_->on_written(tap_end(from), bytes);
  Pipe& pipe = from.out();
  std::uint64_t taken = 0;
  if (pipe.unsent.empty()) {
    taken = std::min<std::uint64_t>(fabric_.options().buffer_bytes - pipe.in_flight, bytes.size());
    push(from, bytes.substr(0, taken), Control::none);
  }
  pipe.unsent.append(bytes.substr(taken));
}

std::uint64_t Streams::unsent(EndRef from) const {
  return from.out().unsent.size() - from.out().unsent_from;
}

// Adds segments; what is written at one instant shares them.
void Streams::push(EndRef from, ByteView bytes, Control control) {
  Pipe& pipe = from.out();
  const std::uint64_t size_max = fabric_.options().segment_bytes_max;
  pipe.in_flight += bytes.size();
  if (tap_ != nullptr) [[unlikely]]
    tap_->on_sent(tap_end(from), bytes.size());
  if (!bytes.empty() && !pipe.segments.empty()) {
    Segment& last = pipe.segments.back();
    if (last.sent == world_.now() && last.control == Control::none && !last.waited &&
        last.bytes.size() < size_max) {
      const ByteView part = bytes.substr(0, size_max - last.bytes.size());
      last.bytes.append(part);
      bytes.remove_prefix(part.size());
      if (bytes.empty()) return;
    }
  }
  while (!bytes.empty() || control != Control::none) {
    const ByteView part = bytes.substr(0, size_max);
    bytes.remove_prefix(part.size());
    Segment segment;
    segment.bytes = part.empty() ? Bytes() : take_buffer(part);
    segment.control = part.empty() ? control : Control::none;
    segment.sent = world_.now();
    segment.arrival = draw_arrival(from, part.size());
    segment.lost = meets_cut(from);
    pipe.segments.push(std::move(segment));
    if (part.empty()) break;
  }
  if (!pipe.stalled && pipe.arrival_event == 0 && !pipe.segments.empty()) schedule_arrival(from);
}

Duration Streams::draw_latency(EndRef from) {
  const LinkProfile& link = fabric_.links().profile(from.end().machine, from.other().end().machine);
  Random& random = from.out().latency_random;
  Duration latency = link.latency;
  if (link.jitter.count() > 0) latency += Duration{random.between(0, link.jitter.count())};
  if (link.tail_chance != 0 && random.chance(link.tail_chance)) {
    latency += Duration{random.between(0, link.tail.count())};
    world_.hit(FaultKind::latency);
  }
  return latency;
}

Instant Streams::draw_arrival(EndRef from, std::uint64_t size) {
  const std::uint64_t rate =
      fabric_.links().bytes_per_second(from.end().machine, from.other().end().machine);
  Pipe& pipe = from.out();
  Instant leaves = world_.now();
  if (rate != 0) {
    const auto nanoseconds = static_cast<std::int64_t>(size * 1'000'000'000 / rate);
    leaves = std::max(leaves, pipe.busy_until) + Duration{nanoseconds};
    pipe.busy_until = leaves;
    if (leaves > world_.now()) {
      world_.hit(FaultKind::slow_link, from.end().machine, from.other().end().machine);
    }
  }
  pipe.last_arrival = std::max(pipe.last_arrival, leaves + draw_latency(from));
  return pipe.last_arrival;
}

void Streams::limit_ended(std::uint32_t from, std::uint32_t to) {
  for (Stream& stream : streams_) {
    for (std::uint32_t side = 0; side < 2; ++side) {
      const bool concerned =
          stream.ends[side].machine == from && stream.ends[1 - side].machine == to;
      if (stream.live && concerned) leave_at_once(ref(stream, side));
    }
  }
}

// What waited for bandwidth is on its way now, as if it had just been sent.
void Streams::leave_at_once(EndRef from) {
  const LinkProfile& link = fabric_.links().profile(from.end().machine, from.other().end().machine);
  Pipe& pipe = from.out();
  if (pipe.busy_until <= world_.now()) return;
  pipe.busy_until = world_.now();
  const Instant latest = world_.now() + link.latency + link.jitter;
  for (Segment& segment : pipe.segments) segment.arrival = std::min(segment.arrival, latest);
  pipe.last_arrival = std::min(pipe.last_arrival, latest);
  // A machine that lost its power has lost its segments, too.
  if (pipe.arrival_event == 0 || pipe.segments.empty()) return;
  world_.cancel(pipe.arrival_event);
  schedule_arrival(from);
}

void Streams::schedule_arrival(EndRef from) {
  from.out().arrival_event =
      world_.schedule(from.out().segments.front().arrival, EventKind::bytes,
                      from.other().end().machine, [from, this] { arrive(from); });
}

// The receiver has taken `bytes`: room for as many more, once the sender hears of it.
void Streams::credit(EndRef from, std::uint64_t bytes) {
  Pipe& pipe = from.out();
  if (pipe.unacknowledged) {
    pipe.withheld += bytes;
  } else if (pipe.unsent.empty()) {
    pipe.in_flight -= bytes;
  } else {
    pipe.credit_waiting += bytes;
    if (pipe.credit_event != 0) return;
    const LinkProfile& back =
        fabric_.links().profile(from.other().end().machine, from.end().machine);
    pipe.credit_event = world_.schedule(world_.now() + back.latency, EventKind::kernel,
                                        from.end().machine, [from, this] { credit_arrives(from); });
  }
}

void Streams::credit_arrives(EndRef from) {
  if (!from.valid()) return;
  Pipe& pipe = from.out();
  pipe.credit_event = 0;
  pipe.in_flight -= std::exchange(pipe.credit_waiting, 0);
  flush(from);
}

// Sends what waited for room; the last of it ends a closed stream, or tells the process.
void Streams::flush(EndRef from) {
  Pipe& pipe = from.out();
  if (pipe.unsent.empty()) return;
  const ByteView waiting = ByteView(pipe.unsent).substr(pipe.unsent_from);
  const std::uint64_t room = fabric_.options().buffer_bytes - pipe.in_flight;
  const ByteView part = waiting.substr(0, room);
  push(from, part, Control::none);
  pipe.unsent_from += part.size();
  if (pipe.unsent_from < pipe.unsent.size()) {
    if (pipe.unsent_from * 2 > pipe.unsent.size()) {
      pipe.unsent.erase(0, std::exchange(pipe.unsent_from, 0));
    }
    return;
  }
  pipe.unsent.clear();
  pipe.unsent_from = 0;
  if (from.end().state == EndState::closing) {
    linger(from);
  } else if (from.end().state == EndState::open) {
    from.end().host->loop().give(EventKind::kernel, [from, this] { tell_drained(from); });
  }
}

void Streams::tell_drained(EndRef end) {
  if (!end.valid() || end.end().state != EndState::open || !end.out().unsent.empty()) return;
  SimConnection* connection = end.end().connection;
  if (connection != nullptr && connection->handler() != nullptr) {
    connection->handler()->on_drained();
  }
}

// In order: an answer to bytes that nobody wants. Else it may overtake what is on its way.
void Streams::send_reset(EndRef from, bool in_order) {
  if (meets_cut(from)) return;
  Instant at = world_.now() + draw_latency(from);
  if (in_order) at = std::max(at, from.out().last_arrival + Duration{1});
  const EndRef to = from.other();
  world_.schedule(at, EventKind::kernel, to.end().machine, [to, this] {
    // A system that still sends what its process closed ends the stream by that.
    const bool ending = to.valid() && to.other().end().state == EndState::lingering;
    if (!ending || to.in().segments.empty()) reset_arrives(to);
  });
}

void Streams::reset_arrives(EndRef end) {
  if (!end.valid() || end.end().state == EndState::gone) return;
  trace(end.other(), EventKind::kernel, "reset");
  end.in().segments.clear();
  finish(end, CloseReason::reset);
}

}  // namespace noex::sim

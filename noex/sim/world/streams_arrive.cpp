// From the pipe to the process: arrival, chunking, acceptance, reading.
#include <utility>

#include <fmt/format.h>

#include "noex/sim/world/connection.h"
#include "noex/sim/world/fabric.h"
#include "noex/sim/world/streams.h"

namespace noex::sim {

void Streams::arrive(EndRef from) {
  if (!from.valid()) return;
  Pipe& pipe = from.out();
  pipe.arrival_event = 0;
  if (pipe.segments.empty()) return;
  if (pipe.segments.front().arrival > world_.now()) return schedule_arrival(from);
  const bool cut = meets_cut(from);
  if (cut || pipe.segments.front().lost) {
    stall(from);
    if (!cut && from.valid() && pipe.stalled) retransmit(from);
    return;
  }
  const EndRef to = from.other();
  // Whoever listened may have gone during the handshake.
  if (to.end().state == EndState::embryo && find_listener(to) == nullptr) {
    to.end().state = EndState::gone;
  }
  if (to.end().state == EndState::gone || to.end().state == EndState::lingering) {
    return refuse(from);
  }
  Bytes bytes;
  bool established = false;
  bool end = false;
  if (!chunk(from, bytes)) end = gather(from, bytes, established);
  if (established) accept(to);
  if (!bytes.empty()) deliver(from, std::move(bytes));
  if (!from.valid()) return;
  if (end && to.end().state != EndState::gone) {
    trace(from, EventKind::bytes, "end");
    finish(to, CloseReason::peer);
  }
  if (from.valid() && !pipe.segments.empty() && pipe.arrival_event == 0) schedule_arrival(from);
}

// TCP keeps no boundaries. True if `part` is all that arrives now, possibly nothing: the first
// segment was split, or waits to be merged with the next.
bool Streams::chunk(EndRef from, Bytes& part) {
  Segment& first = from.out().segments.front();
  const LinkProfile& link = fabric_.links().profile(from.end().machine, from.other().end().machine);
  if (link.chunk_chance == 0 || first.bytes.empty()) return false;
  Random& random = from.out().chunk_random;
  if (!random.chance(link.chunk_chance)) return false;
  const bool split = random.chance(500'000);
  if (split && first.bytes.size() > 1) {
    const std::uint64_t size = 1 + random.below(first.bytes.size() - 1);
    part = take_buffer(ByteView(first.bytes).substr(0, size));
    first.bytes.erase(0, size);
    first.arrival = world_.now() + Duration{random.between(1'000, 100'000)};
    world_.hit(FaultKind::chunking);
    return true;
  }
  if (split || first.waited) return false;
  first.waited = true;
  first.arrival = world_.now() + Duration{random.between(1'000, 200'000)};
  return true;
}

// Everything that has arrived, in order, as one run of bytes. True if the stream's end is there.
bool Streams::gather(EndRef from, Bytes& bytes, bool& established) {
  Pipe& pipe = from.out();
  bool waited = false;
  while (!pipe.segments.empty()) {
    const Segment& first = pipe.segments.front();
    if (first.arrival > world_.now() || first.lost) break;
    Segment segment = pipe.segments.pop();
    if (segment.control == Control::end) return true;
    if (segment.control == Control::established) {
      established = true;
      break;  // the process is told of the connection before any bytes
    }
    if (bytes.empty()) {
      bytes = std::move(segment.bytes);
    } else {
      bytes.append(segment.bytes);
      recycle(std::move(segment.bytes));
      if (waited) world_.hit(FaultKind::chunking);
    }
    waited = waited || segment.waited;
  }
  return false;
}

void Streams::deliver(EndRef from, Bytes bytes) {
  const EndRef to = from.other();
  Pipe& pipe = from.out();
  world_.mix(bytes);
  if (tap_ != nullptr) [[unlikely]]
    tap_->on_arrived(tap_end(from), bytes.size());
  if (world_.tracing()) trace(from, EventKind::bytes, fmt::format("{} bytes", bytes.size()));
  if (fabric_.links().is_cut(to.end().machine, from.end().machine)) silence(from);
  if (to.end().state == EndState::closing) return credit(from, bytes.size());
  if (pipe.received.empty()) {
    pipe.received.swap(bytes);
  } else {
    pipe.received.append(bytes);
    recycle(std::move(bytes));
  }
  if (pipe.read_given) return;
  pipe.read_given = true;
  to.end().host->loop().give(EventKind::bytes, [to, this] { read(to); });
}

void Streams::read(EndRef end) {
  if (!end.valid()) return;
  end.in().read_given = false;
  if (!end.end().reads) return;
  Bytes bytes = std::exchange(end.in().received, Bytes());
  credit(end.other(), bytes.size());
  if (tap_ != nullptr) [[unlikely]]
    tap_->on_read(tap_end(end.other()), bytes.size());
  SimConnection* connection = end.end().connection;
  if (connection != nullptr && connection->handler() != nullptr) {
    connection->handler()->on_bytes(bytes);
  }
  recycle(std::move(bytes));
}

// What waits is given in the order in which it came: bytes, then the end.
void Streams::set_reading(EndRef end, bool reading) {
  End& here = end.end();
  here.reads = reading;
  if (!reading) return;
  if (!end.in().received.empty() && !std::exchange(end.in().read_given, true)) {
    here.host->loop().give(EventKind::bytes, [end, this] { read(end); });
  }
  if (std::exchange(here.end_waits, false)) {
    here.host->loop().give(EventKind::kernel, [end, this] { tell_closed(end); });
  }
}

// Bytes for a connection that the system does not know: a reset, if it gets through.
void Streams::refuse(EndRef from) {
  Pipe& pipe = from.out();
  bool unwanted = false;
  for (const Segment& segment : pipe.segments) {
    unwanted = unwanted || segment.control != Control::end;
  }
  if (unwanted && meets_cut(from.other())) return stall(from);
  pipe.segments.clear();
  if (unwanted) send_reset(from.other(), true);
  release_if_over(from);
}

// The listening port that a connection was dialled to, if it is the same one still.
const Port* Streams::find_listener(EndRef end) const {
  const auto& ports = fabric_.machine(end.end().machine).ports();
  const auto port = ports.find(end.end().port);
  const bool same = port != ports.end() && port->second.id == end.stream->listener;
  return same ? &port->second : nullptr;
}

// The handshake is complete.
void Streams::accept(EndRef end) {
  End& here = end.end();
  here.state = EndState::open;
  here.host = fabric_.machine(here.machine).host();
  trace(end.other(), EventKind::handshake, "accepted");
  here.host->loop().give(EventKind::handshake, [end, this] { tell_accepted(end); });
}

void Streams::tell_accepted(EndRef end) {
  if (!end.valid()) return;
  const Port* port = find_listener(end);
  if (port == nullptr) return abort(end);
  const std::shared_ptr<Network::AcceptHandler> accept = port->accept;
  (*accept)(attach(end));
}

}  // namespace noex::sim

#include "noex/sim/world/stream_receiver.h"

#include <utility>

#include "noex/sim/world/connection.h"
#include "noex/sim/world/fabric.h"

namespace noex::sim {

void StreamReceiver::arrive(EndRef from) {
  Pipe& pipe = from.out();
  if (pipe.segments.empty()) return;
  if (pipe.segments.front().arrival > world_.now()) return sender_.schedule_arrival(from);
  const bool cut = transit_.meets_cut(from);
  if (cut || pipe.segments.front().lost) {
    lose(from);
    if (!cut && from.valid() && pipe.stalled) sender_.retransmit(from);
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
  Arrival arrival;
  if (!chunk(from, arrival.bytes)) arrival = pipe.segments.take_arrived(world_.now(), buffers_);
  for (; arrival.merged != 0; --arrival.merged) world_.hit(FaultKind::chunking);
  if (arrival.control == Control::established) accept(to);
  if (!arrival.bytes.empty()) deliver(from, std::move(arrival.bytes));
  if (!from.valid()) return;
  if (arrival.control == Control::end && to.end().state != EndState::gone) {
    reports_.trace(from, EventKind::bytes, "end");
    ends_.finish(to, CloseReason::peer);
  }
  if (from.valid() && !pipe.segments.empty() && pipe.arrival_event == 0) {
    sender_.schedule_arrival(from);
  }
}

// It waits for its sender to send it again, if there is one still.
void StreamReceiver::lose(EndRef from) {
  if (from.end().state != EndState::gone) return sender_.stall(from);
  from.out().segments.clear();
  ends_.release_if_over(from);
}

// True if `part` is all that arrives now, possibly nothing: the first segment was split, or waits
// to be merged with the next.
bool StreamReceiver::chunk(EndRef from, Bytes& part) {
  Segment& first = from.out().segments.front();
  const LinkProfile& link = transit_.link(from);
  if (link.chunk_chance == 0 || first.bytes.empty()) return false;
  Random& random = from.out().chunk_random;
  if (!random.chance(link.chunk_chance)) return false;
  const bool split = random.chance(500'000);
  if (split && first.bytes.size() > 1) {
    const std::uint64_t size = 1 + random.below(first.bytes.size() - 1);
    part = buffers_.take(ByteView(first.bytes).substr(0, size));
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

void StreamReceiver::deliver(EndRef from, Bytes bytes) {
  const EndRef to = from.other();
  Pipe& pipe = from.out();
  world_.mix(bytes);
  reports_.arrived(from, bytes.size());
  if (transit_.is_cut(to)) sender_.silence(from);
  if (to.end().state == EndState::closing) return sender_.credit(from, bytes.size());
  if (pipe.received.empty()) {
    pipe.received.swap(bytes);
  } else {
    pipe.received.append(bytes);
    buffers_.recycle(std::move(bytes));
  }
  if (std::exchange(pipe.read_given, true)) return;
  to.end().host->loop().give(EventKind::bytes, [to, this] { read(to); });
}

void StreamReceiver::read(EndRef end) {
  if (!end.valid()) return;
  end.in().read_given = false;
  if (!end.end().reads) return;
  Bytes bytes = std::exchange(end.in().received, Bytes());
  sender_.credit(end.other(), bytes.size());
  reports_.read(end.other(), bytes.size());
  SimConnection* connection = end.end().connection;
  if (connection != nullptr && connection->handler() != nullptr) {
    connection->handler()->on_bytes(bytes);
  }
  buffers_.recycle(std::move(bytes));
}

void StreamReceiver::set_reading(EndRef end, bool reading) {
  End& here = end.end();
  here.reads = reading;
  if (!reading) return;
  if (!end.in().received.empty() && !std::exchange(end.in().read_given, true)) {
    here.host->loop().give(EventKind::bytes, [end, this] { read(end); });
  }
  if (std::exchange(here.end_waits, false)) {
    here.host->loop().give(EventKind::kernel, [end, this] { ends_.tell_closed(end); });
  }
}

// Bytes for a connection that the system does not know: a reset, if it gets through.
void StreamReceiver::refuse(EndRef from) {
  Pipe& pipe = from.out();
  const bool unwanted = pipe.segments.holds_news();
  if (unwanted && transit_.meets_cut(from.other())) return lose(from);
  pipe.segments.clear();
  if (unwanted) ends_.send_reset(from.other(), true);
  ends_.release_if_over(from);
}

// The listening port that a connection was dialled to, if it is the same one still.
const Port* StreamReceiver::find_listener(EndRef end) const {
  const auto& ports = fabric_.machine(end.end().machine).ports();
  const auto port = ports.find(end.end().port);
  const bool same = port != ports.end() && port->second.id == end.stream->listener;
  return same ? &port->second : nullptr;
}

// The handshake is complete.
void StreamReceiver::accept(EndRef end) {
  End& here = end.end();
  here.state = EndState::open;
  here.host = fabric_.machine(here.machine).host();
  reports_.trace(end.other(), EventKind::handshake, "accepted");
  here.host->loop().give(EventKind::handshake, [end, this] { tell_accepted(end); });
}

void StreamReceiver::tell_accepted(EndRef end) {
  if (!end.valid()) return;
  const Port* port = find_listener(end);
  if (port == nullptr) return ends_.abort(end);
  const std::shared_ptr<Network::AcceptHandler> accept = port->accept;
  (*accept)(ends_.attach(end));
}

}  // namespace noex::sim

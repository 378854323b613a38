#include "noex/sim/world/streams.h"

#include <algorithm>

#include <fmt/format.h>

#include "noex/sim/world/connection.h"
#include "noex/sim/world/fabric.h"

namespace noex::sim {

Streams::Streams(World& world, Fabric& fabric) : world_(world), fabric_(fabric) {}

Streams::~Streams() = default;

EndRef Streams::ref(Stream& stream, std::uint32_t side) const {
  return {&stream, stream.generation, side};
}

// Random streams are keyed by who dials whom for which time, so that one connection more or less
// elsewhere changes nothing here.
EndRef Streams::allocate(std::uint32_t from, std::uint32_t to) {
  if (opened_.size() <= from) opened_.resize(from + 1);
  const std::uint64_t number =
      (std::uint64_t{from} << 48) | (std::uint64_t{to} << 32) | ++opened_[from];
  Stream fresh(world_.random("latency out", number), world_.random("chunks out", number),
               world_.random("latency back", number), world_.random("chunks back", number));
  if (free_.empty()) {
    streams_.push_back(std::move(fresh));
    return ref(streams_.back(), 0);
  }
  Stream& stream = *free_.back();
  free_.pop_back();
  fresh.generation = stream.generation + 1;
  stream = std::move(fresh);
  return ref(stream, 0);
}

EndRef Streams::open(Host& host, std::uint16_t local_port, std::uint32_t to, std::uint16_t port,
                     std::uint64_t listener) {
  const std::uint32_t from = host.machine().index();
  const EndRef dialled = allocate(from, to);
  dialled.stream->number = ++connections_;
  dialled.stream->listener = listener;
  End& near = dialled.end();
  near.machine = from;
  near.port = local_port;
  near.state = EndState::open;
  near.host = &host;
  End& far = dialled.other().end();
  far.machine = to;
  far.port = port;
  push(dialled, {}, Control::established);
  return dialled;
}

std::unique_ptr<Connection> Streams::attach(EndRef end) {
  auto connection = std::make_unique<SimConnection>(*this, end);
  end.end().connection = connection.get();
  return connection;
}

Address Streams::peer(EndRef end) const {
  const End& far = end.other().end();
  return {fabric_.machine(far.machine).address(), far.port};
}

void Streams::detach(End& end) {
  if (end.connection != nullptr) end.connection->detach();
  end.connection = nullptr;
}

void Streams::close(EndRef end) {
  detach(end.end());
  if (end.end().state != EndState::open) return forget(end);
  if (end.out().unsent.empty()) return linger(end);
  end.end().state = EndState::closing;
  world_.schedule(world_.now() + fabric_.options().linger_max, EventKind::kernel, end.end().machine,
                  [this, end] {
                    if (end.valid() && end.end().state == EndState::closing) abort(end);
                  });
}

// Everything is in the system's hands, which sends it, then the end.
void Streams::linger(EndRef end) {
  push(end, {}, Control::end);
  end.end().state = EndState::lingering;
  tap_gone(end);
  forget(end);
}

void Streams::abort(EndRef end) {
  detach(end.end());
  if (end.end().state == EndState::open || end.end().state == EndState::closing) {
    end.end().state = EndState::gone;
    tap_gone(end);
    end.out().unsent.clear();
    if (end.out().stalled) end.out().segments.clear();
    send_reset(end, false);
  }
  forget(end);
}

// The process has nothing to do with this end any more.
void Streams::forget(EndRef end) {
  end.end().host = nullptr;
  release_if_over(end);
}

// The system is done with this end; the process is told, if it still has it.
void Streams::finish(EndRef end, CloseReason reason) {
  End& here = end.end();
  const bool wanted = here.host != nullptr && here.state == EndState::open;
  here.state = EndState::gone;
  here.reason = reason;
  tap_gone(end);
  end.out().unsent.clear();
  end.out().unsent_from = 0;
  end.out().segments.clear();
  if (!wanted) {
    here.host = nullptr;
    return release_if_over(end);
  }
  // An end that is not accepted yet has its handle by the time this task runs.
  here.host->loop().give(EventKind::kernel, [this, end] { tell_closed(end); });
}

void Streams::tell_closed(EndRef end) {
  if (!end.valid()) return;
  SimConnection* connection = end.end().connection;
  if (connection != nullptr && !end.end().reads) {
    end.end().end_waits = true;
    return;
  }
  const CloseReason reason = end.end().reason;
  detach(end.end());
  forget(end);
  if (connection != nullptr && connection->handler() != nullptr) {
    connection->handler()->on_closed(reason);
  }
}

// Nothing observable can come of a stream whose ends both are over and told.
void Streams::release_if_over(EndRef end) {
  if (!end.valid()) return;
  for (const End& each : end.stream->ends) {
    if (each.host != nullptr) return;
    // Nobody will ever complete the handshake of an embryo whose dialler forgot it.
    const bool hopeless = each.state == EndState::embryo &&
                          end.stream->ends[0].state == EndState::gone &&
                          end.stream->pipes[0].segments.empty();
    const bool over = each.state == EndState::gone || each.state == EndState::lingering;
    if (!over && !hopeless) return;
  }
  Stream& stream = *end.stream;
  stream.live = false;
  world_.cancel(stream.pipes[0].arrival_event);
  world_.cancel(stream.pipes[1].arrival_event);
  free_.push_back(&stream);
}

void Streams::process_ended(Host& host) {
  for (Stream& stream : streams_) {
    for (std::uint32_t side = 0; side < 2; ++side) {
      if (stream.live && stream.ends[side].host == &host) end_of_process(ref(stream, side));
    }
  }
}

// The system closes what its process left: in order, unless bytes were never read.
void Streams::end_of_process(EndRef end) {
  if (!end.in().received.empty()) return abort(end);
  detach(end.end());
  end.out().unsent.clear();
  if (end.end().state == EndState::open || end.end().state == EndState::closing) {
    linger(end);
  } else {
    forget(end);
  }
}

void Streams::machine_vanished(std::uint32_t machine) {
  for (Stream& stream : streams_) {
    for (std::uint32_t side = 0; side < 2; ++side) {
      const EndRef end = ref(stream, side);
      if (!stream.live || end.end().machine != machine) continue;
      detach(end.end());
      end.end().state = EndState::gone;
      tap_gone(end);
      end.out().unsent.clear();
      if (end.out().stalled) end.out().segments.clear();
      keep_what_left(end);
      forget(end);
    }
  }
}

// A machine without power sends nothing any more: neither again what a cut had lost, nor what
// waited for bandwidth.
void Streams::keep_what_left(EndRef from) {
  const LinkProfile& link = fabric_.links().profile(from.end().machine, from.other().end().machine);
  const Instant latest = world_.now() + link.latency + link.jitter + link.tail;
  Fifo<Segment>& segments = from.out().segments;
  Fifo<Segment> left;
  while (!segments.empty() && segments.front().arrival <= latest) left.push(segments.pop());
  segments = std::move(left);
}

std::vector<EndRef> Streams::between(std::uint32_t a, std::uint32_t b) {
  std::vector<EndRef> found;
  for (Stream& stream : streams_) {
    const End& x = stream.ends[0];
    const End& y = stream.ends[1];
    const bool both_open = x.state == EndState::open && y.state == EndState::open;
    const bool pair = (x.machine == a && y.machine == b) || (x.machine == b && y.machine == a);
    if (stream.live && both_open && pair && !stream.severed) found.push_back(ref(stream, 0));
  }
  return found;
}

bool Streams::reset_one(std::uint32_t a, std::uint32_t b, std::uint64_t key) {
  const std::vector<EndRef> candidates = between(a, b);
  if (candidates.empty()) return false;
  Random random = world_.random("connection fault", key);
  const EndRef chosen = candidates[random.below(candidates.size())];
  world_.hit(FaultKind::reset);
  for (const EndRef end : {chosen, chosen.other()}) {
    const Instant at = world_.now() + draw_latency(end.other());
    world_.schedule(at, EventKind::kernel, end.end().machine, [this, end] { reset_arrives(end); });
  }
  return true;
}

bool Streams::sever_one(std::uint32_t a, std::uint32_t b, std::uint64_t key) {
  const std::vector<EndRef> candidates = between(a, b);
  if (candidates.empty()) return false;
  Random random = world_.random("connection fault", key);
  candidates[random.below(candidates.size())].stream->severed = true;
  return true;
}

std::uint64_t Streams::live() const {
  return static_cast<std::uint64_t>(std::ranges::count_if(streams_, [](const Stream& stream) {
    return stream.live &&
           (stream.ends[0].state == EndState::open || stream.ends[1].state == EndState::open);
  }));
}

// Buffers are reused: a small payload costs a copy, not an allocation.
Bytes Streams::take_buffer(ByteView bytes) {
  if (buffers_.empty()) return Bytes(bytes);
  Bytes buffer = std::move(buffers_.back());
  buffers_.pop_back();
  buffer.assign(bytes);
  return buffer;
}

void Streams::recycle(Bytes bytes) {
  constexpr std::size_t buffers_max = 256;
  constexpr std::size_t capacity_max = 4096;
  if (buffers_.size() < buffers_max && bytes.capacity() <= capacity_max) {
    buffers_.push_back(std::move(bytes));
  }
}

TapEnd Streams::tap_end(EndRef end) const {
  return {end.stream->number, end.side, end.end().machine, end.other().end().machine};
}

void Streams::trace(EndRef from, EventKind kind, std::string_view what) {
  if (!world_.tracing()) return;
  const End& near = from.end();
  const End& far = from.other().end();
  world_.trace(far.machine, kind,
               fmt::format("{}:{} -> {}:{} {}", fabric_.machine(near.machine).name(), near.port,
                           fabric_.machine(far.machine).name(), far.port, what));
}

}  // namespace noex::sim

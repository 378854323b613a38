#include "noex/sim/world/stream_ends.h"

#include <algorithm>

#include "noex/sim/world/fabric.h"

namespace noex::sim {

std::unique_ptr<Connection> StreamEnds::attach(EndRef end) {
  const End& far = end.other().end();
  const Address peer{fabric_.machine(far.machine).address(), far.port};
  auto connection = std::make_unique<SimConnection>(control_, end, peer);
  end.end().connection = connection.get();
  return connection;
}

void StreamEnds::detach(End& end) {
  if (end.connection != nullptr) end.connection->detach();
  end.connection = nullptr;
}

void StreamEnds::close(EndRef end) {
  detach(end.end());
  if (end.end().state != EndState::open) return forget(end);
  if (!end.out().buffer.waits()) return linger(end);
  end.end().state = EndState::closing;
  const Instant latest = world_.now() + fabric_.options().linger_max;
  world_.schedule(latest, EventKind::kernel, end.end().machine, [this, end] {
    if (end.valid() && end.end().state == EndState::closing) abort(end);
  });
}

// Everything is in the system's hands, which sends it, then the end.
void StreamEnds::linger(EndRef end) {
  sender_.send(end, Control::end);
  end.end().state = EndState::lingering;
  reports_.gone(end);
  forget(end);
}

void StreamEnds::abort(EndRef end) {
  detach(end.end());
  if (end.end().state == EndState::open || end.end().state == EndState::closing) {
    end.end().state = EndState::gone;
    reports_.gone(end);
    sender_.stop(end);
    send_reset(end, false);
  }
  forget(end);
}

void StreamEnds::leave(EndRef end) {
  if (!end.in().received.empty()) return abort(end);
  detach(end.end());
  end.out().buffer.clear();
  if (end.end().state == EndState::open || end.end().state == EndState::closing) {
    linger(end);
  } else {
    forget(end);
  }
}

void StreamEnds::vanish(EndRef end) {
  detach(end.end());
  end.end().state = EndState::gone;
  reports_.gone(end);
  sender_.lose_power(end);
  forget(end);
}

// The process has nothing to do with this end any more.
void StreamEnds::forget(EndRef end) {
  end.end().host = nullptr;
  release_if_over(end);
}

void StreamEnds::finish(EndRef end, CloseReason reason) {
  End& here = end.end();
  const bool wanted = here.host != nullptr && here.state == EndState::open;
  here.state = EndState::gone;
  here.reason = reason;
  reports_.gone(end);
  end.out().buffer.clear();
  end.out().segments.clear();
  if (!wanted) return forget(end);
  // An end that is not accepted yet has its handle by the time this task runs.
  here.host->loop().give(EventKind::kernel, [this, end] { tell_closed(end); });
}

void StreamEnds::tell_closed(EndRef end) {
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

void StreamEnds::flushed(EndRef end) {
  if (end.end().state == EndState::closing) {
    linger(end);
  } else if (end.end().state == EndState::open) {
    end.end().host->loop().give(EventKind::kernel, [end, this] { tell_drained(end); });
  }
}

void StreamEnds::tell_drained(EndRef end) {
  if (!end.valid() || end.end().state != EndState::open || end.out().buffer.waits()) return;
  SimConnection* connection = end.end().connection;
  if (connection != nullptr && connection->handler() != nullptr) {
    connection->handler()->on_drained();
  }
}

void StreamEnds::send_reset(EndRef from, bool in_order) {
  if (transit_.meets_cut(from)) return;
  Instant at = world_.now() + transit_.draw_latency(from);
  if (in_order) at = std::max(at, from.out().last_arrival + Duration{1});
  const EndRef to = from.other();
  world_.schedule(at, EventKind::kernel, to.end().machine, [to, this] {
    // A system that still sends what its process closed ends the stream by that.
    const bool ending = to.valid() && to.other().end().state == EndState::lingering;
    if (!ending || to.in().segments.empty()) reset_arrives(to);
  });
}

void StreamEnds::reset_arrives(EndRef end) {
  if (!end.valid() || end.end().state == EndState::gone) return;
  reports_.trace(end.other(), EventKind::kernel, "reset");
  end.in().segments.clear();
  finish(end, CloseReason::reset);
}

// Nothing observable can come of a stream whose ends both are over and told.
void StreamEnds::release_if_over(EndRef end) {
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
  for (const Pipe& pipe : end.stream->pipes) world_.cancel(pipe.arrival_event);
  table_.remove(*end.stream);
}

}  // namespace noex::sim

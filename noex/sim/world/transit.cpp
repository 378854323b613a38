#include "noex/sim/world/transit.h"

#include <algorithm>

#include "noex/sim/world/fabric.h"

namespace noex::sim {

const LinkProfile& Transit::link(EndRef from) const {
  return fabric_.links().profile(from.end().machine, from.other().end().machine);
}

bool Transit::is_cut(EndRef from) const {
  return fabric_.is_cut(from.end().machine, from.other().end().machine);
}

bool Transit::blocked(EndRef from) const {
  return from.stream->severed || is_cut(from) ||
         !fabric_.machine(from.other().end().machine).powered();
}

bool Transit::meets_cut(EndRef from) const {
  const std::uint32_t far = from.other().end().machine;
  if (is_cut(from)) {
    count_cut(from);
  } else if (from.stream->severed) {
    world_.hit(FaultKind::half_open, from.end().machine, far);
  } else {
    return !fabric_.machine(far).powered();
  }
  return true;
}

void Transit::count_cut(EndRef from) const {
  const std::uint32_t near = from.end().machine;
  const std::uint32_t far = from.other().end().machine;
  world_.hit(fabric_.links().kind_of_cut(near, far), near, far);
}

Duration Transit::draw_latency(EndRef from) const {
  const LinkProfile& profile = link(from);
  Random& random = from.out().latency_random;
  Duration latency = profile.latency;
  if (profile.jitter.count() > 0) latency += Duration{random.between(0, profile.jitter.count())};
  if (profile.tail_chance != 0 && random.chance(profile.tail_chance)) {
    latency += Duration{random.between(0, profile.tail.count())};
    world_.hit(FaultKind::latency);
  }
  return latency;
}

Instant Transit::draw_arrival(EndRef from, std::uint64_t size) const {
  const std::uint32_t near = from.end().machine;
  const std::uint32_t far = from.other().end().machine;
  const std::uint64_t rate = fabric_.links().bytes_per_second(near, far);
  Pipe& pipe = from.out();
  Instant leaves = world_.now();
  if (rate != 0) {
    const auto nanoseconds = static_cast<std::int64_t>(size * 1'000'000'000 / rate);
    leaves = std::max(leaves, pipe.busy_until) + Duration{nanoseconds};
    pipe.busy_until = leaves;
    if (leaves > world_.now()) world_.hit(FaultKind::slow_link, near, far);
  }
  pipe.last_arrival = std::max(pipe.last_arrival, leaves + draw_latency(from));
  return pipe.last_arrival;
}

}  // namespace noex::sim

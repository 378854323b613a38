// Time as values: who reads a clock gets it from Loop::now() or Loop::wall_now(), nobody else.
//
// Two clocks, two types, so that they cannot be mixed: Instant (monotonic, for timers, deadlines
// and silence; meaningless on another node) and WallTime (may jump, for boot numbers, stamps and
// display only). Both count integer nanoseconds; the clock types have no now() on purpose.
#pragma once

#include <chrono>
#include <cstdint>

namespace noex {

using Duration = std::chrono::duration<std::int64_t, std::nano>;

struct MonotonicClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonotonicClock>;
  static constexpr bool is_steady = true;
};

struct WallClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<WallClock>;  // since 1970-01-01 UTC
  static constexpr bool is_steady = false;
};

using Instant = MonotonicClock::time_point;
using WallTime = WallClock::time_point;

constexpr std::int64_t to_nanoseconds(Duration duration) {
  return duration.count();
}
constexpr std::int64_t to_milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

using namespace std::chrono_literals;  // NOLINT: 5s, 250ms read as the rules in docs state them

}  // namespace noex

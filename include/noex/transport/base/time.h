// Time as values. The only clocks are Loop::now() and Loop::wall_now().
//
// Two clocks, two types, so that they cannot be mixed: Instant (monotonic, for timers, deadlines
// and silence; meaningless on another node) and WallTime (may jump; for boot numbers, stamps and
// display only). Both count integer nanoseconds. The clock types have no now(), so that nobody
// reads a clock by accident.
#pragma once

#include <chrono>
#include <cstdint>

namespace noex {

// A span of time, in nanoseconds; reaches 292 years.
using Duration = std::chrono::duration<std::int64_t, std::nano>;

// The clock of Instant, as std::chrono wants it.
struct MonotonicClock {
  using duration = Duration;                                   // nanoseconds
  using rep = duration::rep;                                   // of the duration
  using period = duration::period;                             // of the duration
  using time_point = std::chrono::time_point<MonotonicClock>;  // since nothing in particular
  static constexpr bool is_steady = true;                      // it never goes back
};

// The clock of WallTime, as std::chrono wants it.
struct WallClock {
  using duration = Duration;                              // nanoseconds
  using rep = duration::rep;                              // of the duration
  using period = duration::period;                        // of the duration
  using time_point = std::chrono::time_point<WallClock>;  // since 1970-01-01 UTC
  static constexpr bool is_steady = false;                // it may jump
};

// A moment by the monotonic clock of one node.
using Instant = MonotonicClock::time_point;
// A moment by a wall clock.
using WallTime = WallClock::time_point;

// The number of nanoseconds.
constexpr std::int64_t to_nanoseconds(Duration duration) {
  return duration.count();
}
// The number of whole milliseconds, rounded towards zero.
constexpr std::int64_t to_milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

using namespace std::chrono_literals;  // NOLINT: 5s, 250ms read as the rules in docs state them

}  // namespace noex

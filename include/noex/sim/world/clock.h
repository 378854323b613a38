// Clock: the time that a machine believes it is, as a function of true time.
//
// It has two clocks, as "noex/transport/base/time.h" says. The monotonic one starts at a value of
// its own (the uptime of a machine means nothing elsewhere), may run too fast or too slow by a
// constant rate, and never goes back. The wall clock may be wrong, and may jump.
#pragma once

#include <cstdint>

#include "noex/transport/base/time.h"

namespace noex::sim {

// What wall clocks show when a run begins: 2026-01-01 10:30:00 UTC, so that a user sees the same in
// every run.
inline constexpr WallTime wall_start{std::chrono::seconds{1'767'263'400}};

// Both clocks of one machine.
class Clock {
 public:
  // `uptime`: what the monotonic clock shows when the run begins.
  explicit Clock(Duration uptime) : uptime_(uptime), local_(uptime) {}

  // What the monotonic clock shows at that true time.
  Instant monotonic(Instant world) const {
    const std::int64_t elapsed = (world - base_).count();
    return local_ + Duration{elapsed + scaled(elapsed)};
  }
  // What the wall clock shows at that true time.
  WallTime wall(Instant world) const {
    return wall_start + (monotonic(world).time_since_epoch() - uptime_) + wall_offset_;
  }
  // The first true time at which monotonic() is `local` or later.
  Instant world(Instant local) const;

  // From the true time `world` on, the clocks run too fast by so many parts per million (negative:
  // too slow). Timers that are running keep their true time: to be called before the process
  // starts.
  void set_skew(Instant world, std::int32_t parts_per_million);
  // What set_skew() has set last.
  std::int32_t skew() const { return skew_; }
  // The wall clock is wrong by that much.
  void set_wall_offset(Duration offset) { wall_offset_ = offset; }
  // What set_wall_offset() has set last.
  Duration wall_offset() const { return wall_offset_; }

 private:
  std::int64_t scaled(std::int64_t elapsed) const {
    if (skew_ == 0) return 0;
    constexpr std::int64_t million = 1'000'000;
    return elapsed / million * skew_ + elapsed % million * skew_ / million;
  }

  Duration uptime_;
  Instant base_{};  // where the present rate began, in true time
  Instant local_;   // and in local time
  std::int32_t skew_ = 0;
  Duration wall_offset_{0};
};

}  // namespace noex::sim

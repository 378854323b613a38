// Clock: what a machine believes the time is, as a function of true time.
//
// Two clocks, as in include/noex/transport/base/time.h. The monotonic one starts at a value of its
// own (a machine's uptime means nothing elsewhere), may run too fast or too slow by a constant
// rate, and never goes back. The wall clock may be wrong, and may jump.
#pragma once

#include <cstdint>

#include "noex/transport/base/time.h"

namespace noex::sim {

// 2026-01-01 10:30:00 UTC, so that what a user sees is the same in every run.
inline constexpr WallTime wall_start{std::chrono::seconds{1'767'263'400}};

class Clock {
 public:
  explicit Clock(Duration uptime) : uptime_(uptime), local_(uptime) {}

  Instant monotonic(Instant world) const {
    const std::int64_t elapsed = (world - base_).count();
    return local_ + Duration{elapsed + scaled(elapsed)};
  }
  WallTime wall(Instant world) const {
    return wall_start + (monotonic(world).time_since_epoch() - uptime_) + wall_offset_;
  }
  // The first true instant at which monotonic() is `local` or later.
  Instant world(Instant local) const;

  // Parts per million that the clock runs too fast (negative: too slow), from `world` on. Timers
  // that run keep their true instant: call it before the process starts.
  void set_skew(Instant world, std::int32_t parts_per_million);
  std::int32_t skew() const { return skew_; }
  void set_wall_offset(Duration offset) { wall_offset_ = offset; }
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

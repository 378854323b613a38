// Stamp: a hybrid logical clock's time, which orders claims of a name the same way everywhere.
//
// Source: Kulkarni et al., "Logical Physical Clocks", 2014. "Earlier" means the smaller stamp and
// says nothing about true time: wall clocks may be wrong, the order is total all the same. A clock
// takes over what it sees, but for what is too far ahead of its own wall: else one wrong word would
// carry a whole cluster to the end of time, where no larger stamp is left.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <limits>

#include "noex/runtime/core/options.h"
#include "noex/transport/base/time.h"
#include "noex/transport/node_id.h"

namespace noex {

// Nobody's wall is taken for later than this, one's own neither: 36 years below the latest that may
// be sent (clock_wall_max), so that what is honest never becomes malformed.
inline constexpr std::int64_t trusted_wall_max =
    std::numeric_limits<std::int64_t>::max() - (std::int64_t{1} << 60);
// 2026-01-01: this code is younger than that. A wall clock that says otherwise has lost its
// battery, and is no measure for others.
inline constexpr std::int64_t trusted_wall_min = 1'767'225'600'000'000'000;

// The latest moment that another's word may speak of, for whose own wall clock says `wall`.
constexpr std::int64_t latest_believable(WallTime wall, Duration ahead_max) {
  const std::int64_t own =
      std::clamp(wall.time_since_epoch().count(), trusted_wall_min, trusted_wall_max);
  return own + std::min(ahead_max.count(), trusted_wall_max - own);
}

struct Stamp {
  std::int64_t wall = 0;      // nanoseconds since 1970
  std::uint32_t counter = 0;  // orders events of one wall
  NodeId node;                // makes any two stamps different

  auto operator<=>(const Stamp&) const = default;
};

class HybridClock {
 public:
  explicit HybridClock(NodeId self, Duration ahead_max = Options().clock_ahead_max)
      : self_(std::move(self)), ahead_max_(ahead_max) {
    observe(WallTime{});
  }

  // A stamp larger than every one that was given or merged before.
  Stamp next(WallTime wall) {
    advance(std::min(wall.time_since_epoch().count(), trusted_wall_max));
    return Stamp{wall_, counter_, self_};
  }
  // What this machine's own wall clock says now: what others say is held against it.
  void observe(WallTime wall) { latest_ = latest_believable(wall, ahead_max_); }
  // The latest reading that is believed.
  std::int64_t latest_believed() const { return latest_; }
  // Takes note of a stamp seen from another node. False: it is too far ahead, and not believed.
  bool merge(const Stamp& seen) {
    if (seen.wall > latest_) return false;
    if (seen.wall > wall_) {
      wall_ = seen.wall;
      counter_ = seen.counter;
    } else if (seen.wall == wall_) {
      counter_ = std::max(counter_, seen.counter);
    }
    return true;
  }
  // The largest stamp so far: what handshakes carry.
  Stamp last() const { return Stamp{wall_, counter_, self_}; }

 private:
  void advance(std::int64_t wall) {
    if (wall > wall_) {
      wall_ = wall;
      counter_ = 0;
    } else if (++counter_ == 0) {
      ++wall_;  // the counter overflowed: its carry
    }
  }

  NodeId self_;
  Duration ahead_max_;
  std::int64_t latest_ = 0;
  std::int64_t wall_ = 0;
  std::uint32_t counter_ = 0;
};

}  // namespace noex

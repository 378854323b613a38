// Stamp: a hybrid logical clock's time, which orders claims of a name the same way everywhere.
//
// Source: Kulkarni et al., "Logical Physical Clocks", 2014. "Earlier" means the smaller stamp and
// says nothing about true time: wall clocks may be wrong, the order is total all the same.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>

#include "transport/base/time.h"
#include "transport/node_id.h"

namespace noex {

struct Stamp {
  std::int64_t wall = 0;      // nanoseconds since 1970
  std::uint32_t counter = 0;  // orders events of one wall
  NodeId node;                // makes any two stamps different

  auto operator<=>(const Stamp&) const = default;
};

class HybridClock {
 public:
  explicit HybridClock(NodeId self) : self_(std::move(self)) {}

  // A stamp larger than every one that was given or merged before.
  Stamp next(WallTime wall) {
    advance(wall.time_since_epoch().count());
    return Stamp{wall_, counter_, self_};
  }
  // Takes note of a stamp seen from another node, however far ahead it is.
  void merge(const Stamp& seen) {
    if (seen.wall > wall_) {
      wall_ = seen.wall;
      counter_ = seen.counter;
    } else if (seen.wall == wall_) {
      counter_ = std::max(counter_, seen.counter);
    }
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
  std::int64_t wall_ = 0;
  std::uint32_t counter_ = 0;
};

}  // namespace noex

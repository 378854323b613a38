// The ids of the runtime: which start of a node, which process of it.
#pragma once

#include <compare>
#include <cstdint>

#include "noex/transport/node_id.h"

namespace noex {

// Names a process within one boot of its node; never reused there. 0: no process.
using ProcessId = std::uint64_t;
// Names a monitor within the node that made it; never reused within a boot. 0: no monitor.
using MonitorId = std::uint64_t;

// A number that one thing of a kind gets and no other ever will; those of different kinds do not
// mix.
template <class Kind>
class Serial {
 public:
  // Nobody's.
  constexpr Serial() = default;
  // Of a number that value() gave.
  constexpr explicit Serial(std::uint64_t value) : value_(value) {}

  // For people, and for what travels; 0: nobody's.
  constexpr std::uint64_t value() const { return value_; }
  // Whether it is somebody's.
  constexpr explicit operator bool() const { return value_ != 0; }
  // Moves on to the next of its kind.
  constexpr Serial operator++() { return Serial(++value_); }

  // In the order in which they were given.
  auto operator<=>(const Serial&) const = default;

 private:
  std::uint64_t value_ = 0;
};

// Names one link within a boot, so that two links to the same peer are told apart; never reused.
// Where there may be none, LinkSerial() stands for this node itself.
using LinkSerial = Serial<class Link>;

// One start of one node: what was said to an earlier start never reaches a later one.
struct Incarnation {
  NodeId id;      // of the node, the same at every start
  Boot boot = 0;  // which start; 0: unknown

  auto operator<=>(const Incarnation&) const = default;
};

}  // namespace noex

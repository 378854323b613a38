// The ids of the runtime: which start of a node, which process of it.
#pragma once

#include <compare>
#include <cstdint>

#include "noex/transport/node_id.h"

namespace noex {

// Slot and generation of a process; unique within a boot, never reused; 0 is none.
using ProcessId = std::uint64_t;
// Names a monitor within the node that made it; never reused within a boot; 0 is none.
using MonitorId = std::uint64_t;

// A number that one thing of a kind gets and no other ever will; those of different kinds do not
// mix. Serial() is nobody's.
template <class Kind>
class Serial {
 public:
  constexpr Serial() = default;
  constexpr explicit Serial(std::uint64_t value) : value_(value) {}

  constexpr std::uint64_t value() const { return value_; }
  constexpr explicit operator bool() const { return value_ != 0; }
  // The next of its kind.
  constexpr Serial operator++() { return Serial(++value_); }

  auto operator<=>(const Serial&) const = default;

 private:
  std::uint64_t value_ = 0;
};

// Names one link within a boot, so that two to the same peer are told apart. Where none may be:
// LinkSerial() stands for this node itself.
using LinkSerial = Serial<class Link>;

struct Incarnation {
  NodeId id;
  Boot boot = 0;

  auto operator<=>(const Incarnation&) const = default;
};

}  // namespace noex

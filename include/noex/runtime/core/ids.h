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
// Names one link within a boot, so that two to the same peer are told apart; never reused; 0 is
// none.
using LinkSerial = std::uint64_t;

struct Incarnation {
  NodeId id;
  Boot boot = 0;

  auto operator<=>(const Incarnation&) const = default;
};

}  // namespace noex

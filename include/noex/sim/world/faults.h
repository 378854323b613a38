// Faults: what can go wrong in the simulated world, and how often each kind truly did.
//
// A fault hits only when it changed the fate of a byte, a connection, a timer or a process; who
// changes that fate counts it (World::hit). A kind that is on and never hits tests nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace noex::sim {

enum class FaultKind : std::uint8_t {
  latency,       // a segment took the long tail
  chunking,      // a segment was split, or merged with the next
  slow_link,     // a segment waited for a link's bandwidth
  reset,         // a live connection was reset
  half_open,     // a segment vanished in a connection that one side no longer has
  partition,     // a segment or an attempt to connect met a cut of both directions
  one_way,       // the same, or an acknowledgement, met a cut of one direction
  crash,         // a running process was killed, its peers were told
  power_loss,    // a machine that was on went silent
  restart,       // a process started on a machine that had run one before
  pause,         // an event had to wait for a stopped process
  slow_node,     // an event had to wait for a slow process
  clock_skew,    // a process started with a clock that runs too fast or too slow
  clock_jump,    // a machine's wall clock jumped
  backlog_full,  // an attempt to connect met a full listen queue
  bridge,        // as partition, of a cut that leaves somebody whom both sides reach
  outage,        // a process ended at nearly the same moment as another machine's
  crash_point,   // a process was killed right before or after it sent a certain message
};
inline constexpr std::size_t fault_kinds = 18;

// "one_way": as options and scenario files spell it.
std::string_view describe(FaultKind kind);
std::optional<FaultKind> parse_fault_kind(std::string_view text);

using FaultHits = std::array<std::uint64_t, fault_kinds>;

}  // namespace noex::sim

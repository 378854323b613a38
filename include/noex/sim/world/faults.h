// Faults: what can go wrong in the simulated world, and how often each kind did.
//
// A fault hits when it changes the fate of a byte, a connection, a timer or a process; the code
// that changes it counts the hit (World::hit). A kind that is on and never hits tests nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace noex::sim {

// The kinds; docs/SIMULATOR.md, "Faults", says more of each.
enum class FaultKind : std::uint8_t {
  latency,       // segments take longer
  chunking,      // segments are split and merged
  slow_link,     // little bandwidth
  reset,         // a connection is reset
  half_open,     // a connection carries nothing any more, and nobody is told
  partition,     // two parts of the cluster cannot reach each other
  one_way,       // one direction between two machines is cut
  crash,         // a process dies, and its system closes its connections
  power_loss,    // a machine goes dark
  restart,       // what has ended starts again
  pause,         // a process stands still
  slow_node,     // a process is slow
  clock_skew,    // a machine's clocks run too fast or too slow
  clock_jump,    // a machine's wall clock jumps
  backlog_full,  // a machine accepts no connections
  bridge,        // two parts reach each other through one node only
  outage,        // several machines at once
  crash_point,   // a process dies in the middle of a write
};
// How many kinds there are.
inline constexpr std::size_t fault_kinds = static_cast<std::size_t>(FaultKind::crash_point) + 1;

// All that is said of one kind; the texts live as long as the program.
struct FaultRow {
  FaultKind kind;         // which
  std::string_view name;  // "one_way": as options and scenario files spell it
  std::string_view what;  // for people
  std::string_view hits;  // what it has changed when it is counted
  // It is on less often: where everything is disturbed all the time, little can be asked.
  bool rarer = false;
};
// The row of that kind, which lives as long as the program.
const FaultRow& row_of(FaultKind kind);

// Its name.
inline std::string_view describe(FaultKind kind) {
  return row_of(kind).name;
}
// The kind of that name; nullopt: there is none.
std::optional<FaultKind> parse_fault_kind(std::string_view text);

// How often each kind has hit, by its number.
using FaultHits = std::array<std::uint64_t, fault_kinds>;

}  // namespace noex::sim

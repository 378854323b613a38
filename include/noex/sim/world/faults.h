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
  latency,
  chunking,
  slow_link,
  reset,
  half_open,
  partition,
  one_way,
  crash,
  power_loss,
  restart,
  pause,
  slow_node,
  clock_skew,
  clock_jump,
  backlog_full,
  bridge,
  outage,
  crash_point,
};
inline constexpr std::size_t fault_kinds = static_cast<std::size_t>(FaultKind::crash_point) + 1;

struct FaultRow {
  FaultKind kind;
  std::string_view name;  // "one_way": as options and scenario files spell it
  std::string_view what;  // for people
  std::string_view hits;  // what it has changed when it is counted
  // It is on less often: where everything is disturbed all the time, little can be asked.
  bool rarer = false;
};
const FaultRow& row_of(FaultKind kind);

inline std::string_view describe(FaultKind kind) {
  return row_of(kind).name;
}
std::optional<FaultKind> parse_fault_kind(std::string_view text);

using FaultHits = std::array<std::uint64_t, fault_kinds>;

}  // namespace noex::sim

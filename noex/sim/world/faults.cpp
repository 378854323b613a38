#include "noex/sim/world/faults.h"

namespace noex::sim {

namespace {

constexpr std::array<std::string_view, fault_kinds> names = {
    "latency",    "chunking",   "slow_link",    "reset",   "half_open", "partition",
    "one_way",    "crash",      "power_loss",   "restart", "pause",     "slow_node",
    "clock_skew", "clock_jump", "backlog_full", "bridge",  "outage",    "crash_point"};
static_assert(static_cast<std::size_t>(FaultKind::crash_point) + 1 == fault_kinds);

}  // namespace

std::string_view describe(FaultKind kind) {
  return names[static_cast<std::size_t>(kind)];
}

std::optional<FaultKind> parse_fault_kind(std::string_view text) {
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    if (names[i] == text) return static_cast<FaultKind>(i);
  }
  return std::nullopt;
}

}  // namespace noex::sim

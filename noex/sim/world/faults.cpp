#include "noex/sim/world/faults.h"

#include <algorithm>

namespace noex::sim {

namespace {

constexpr std::array<FaultRow, fault_kinds> rows{{
    {FaultKind::latency, "latency", "some bytes take much longer than the rest",
     "a segment took the long tail"},
    {FaultKind::chunking, "chunking", "bytes arrive split and merged, not as they were written",
     "a segment was split, or merged with the next"},
    {FaultKind::slow_link, "slow_link", "a link takes only few bytes a second for a while",
     "a segment waited for a link's bandwidth", true},
    {FaultKind::reset, "reset", "a connection is reset", "a live connection was reset"},
    {FaultKind::half_open, "half_open",
     "a connection passes nothing any more, and neither side is told",
     "a segment vanished in a connection that one side no longer has", true},
    {FaultKind::partition, "partition",
     "nothing passes between two halves, or between one node and the rest, for a while",
     "a segment or an attempt to connect met a cut of both directions"},
    {FaultKind::one_way, "one_way", "nothing passes in one direction for a while",
     "the same, or an acknowledgement, met a cut of one direction"},
    {FaultKind::crash, "crash", "a process is killed; its system closes its connections",
     "a running process was killed, its peers were told"},
    {FaultKind::power_loss, "power_loss", "a machine goes silent",
     "a machine that was on went silent"},
    {FaultKind::restart, "restart",
     "a node comes back after a crash, a power loss or after leaving; without its memory",
     "a process started on a machine that had run one before"},
    {FaultKind::pause, "pause", "a process is stopped for a while",
     "an event had to wait for a stopped process"},
    {FaultKind::slow_node, "slow_node", "everything takes a process long for a while",
     "an event had to wait for a slow process", true},
    {FaultKind::clock_skew, "clock_skew", "clocks run too fast or too slow, by up to two percent",
     "a process started with a clock that runs too fast or too slow", true},
    {FaultKind::clock_jump, "clock_jump", "a wall clock jumps, by up to a year",
     "a machine's wall clock jumped", true},
    {FaultKind::backlog_full, "backlog_full",
     "a node's listen queue takes no connection for a while",
     "an attempt to connect met a full listen queue", true},
    {FaultKind::bridge, "bridge",
     "nothing passes between two sides, and both reach the rest, for a while",
     "as partition, of a cut that leaves somebody whom both sides reach", true},
    {FaultKind::outage, "outage", "several nodes end at nearly the same moment, perhaps all",
     "a process ended at nearly the same moment as another machine's", true},
    {FaultKind::crash_point, "crash_point",
     "a process is killed right before or after it sends a message; see --list-points",
     "a process was killed right before or after it sent a certain message", true},
}};

constexpr bool are_in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].kind != static_cast<FaultKind>(i) || rows[i].name.empty()) return false;
  }
  return true;
}
static_assert(are_in_order());

}  // namespace

const FaultRow& row_of(FaultKind kind) {
  return rows[static_cast<std::size_t>(kind)];
}

std::optional<FaultKind> parse_fault_kind(std::string_view text) {
  const auto* const row = std::ranges::find(rows, text, &FaultRow::name);
  return row != rows.end() ? std::optional(row->kind) : std::nullopt;
}

}  // namespace noex::sim

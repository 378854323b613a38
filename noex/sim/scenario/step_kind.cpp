#include "noex/sim/scenario/step_kind.h"

#include <algorithm>
#include <array>

namespace noex::sim {

namespace {

using enum StepRole;

// clang-format off
constexpr std::array<StepRow, step_kinds> rows{{
    {StepKind::start, "start", StepShape::identity, operation},
    {StepKind::leave, "leave", StepShape::node, operation},
    {StepKind::open, "open", StepShape::user, by_user},
    {StepKind::command, "command", StepShape::line, by_user},
    {StepKind::paste, "paste", StepShape::lines, by_user},
    {StepKind::crash, "crash", StepShape::node, end},
    {StepKind::power_loss, "power_loss", StepShape::node, end},
    {StepKind::pause, "pause", StepShape::node_for, disturbance, FaultKind::pause, {2, 6},
     false, true},
    {StepKind::reset, "reset", StepShape::pair, disturbance, FaultKind::reset, {5, 25}},
    {StepKind::partition, "partition", StepShape::cut_off, disturbance, FaultKind::partition,
     {1, 4}},
    {StepKind::one_way, "one_way", StepShape::one_way, disturbance, FaultKind::one_way, {2, 6}},
    {StepKind::slow_link, "slow_link", StepShape::limited, disturbance, FaultKind::slow_link,
     {2, 6}},
    {StepKind::half_open, "half_open", StepShape::pair, disturbance, FaultKind::half_open, {2, 8},
     true},
    {StepKind::slow_node, "slow_node", StepShape::node_slow, disturbance, FaultKind::slow_node,
     {2, 5}, false, true},
    {StepKind::clock_skew, "clock_skew", StepShape::node_skew, disturbance, FaultKind::clock_skew,
     {1, 2}},
    {StepKind::clock_jump, "clock_jump", StepShape::node_jump, disturbance, FaultKind::clock_jump,
     {2, 5}},
    {StepKind::backlog_full, "backlog_full", StepShape::node_for, disturbance,
     FaultKind::backlog_full, {2, 6}},
    {StepKind::bridge, "bridge", StepShape::two_sides, disturbance, FaultKind::bridge, {1, 4}},
    {StepKind::crash_before, "crash_before", StepShape::send_point, crash_point},
    {StepKind::crash_after, "crash_after", StepShape::send_point, crash_point},
}};
// clang-format on

constexpr bool are_complete() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].kind != static_cast<StepKind>(i) || rows[i].name.empty()) return false;
    if (rows[i].role == disturbance && (!rows[i].fault || rows[i].often.hard == 0)) return false;
  }
  return true;
}
static_assert(are_complete());  // in the order of their kinds

}  // namespace

const StepRow& row_of(StepKind kind) {
  return rows[static_cast<std::size_t>(kind)];
}

std::optional<StepKind> parse_step_kind(std::string_view text) {
  const auto* const row = std::ranges::find(rows, text, &StepRow::name);
  return row != rows.end() ? std::optional(row->kind) : std::nullopt;
}

}  // namespace noex::sim

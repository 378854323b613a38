#include "noex/sim/scenario/scenario.h"

#include <cstdlib>

#include <fmt/format.h>

#include "noex/sim/scenario/line_reader.h"
#include "noex/sim/world/machine.h"

namespace noex::sim {

namespace {

constexpr std::array<std::string_view, step_kinds> names = {
    "start",      "leave",        "open",      "command",      "paste",
    "crash",      "power_loss",   "pause",     "reset",        "partition",
    "one_way",    "slow_link",    "half_open", "slow_node",    "clock_skew",
    "clock_jump", "backlog_full", "bridge",    "crash_before", "crash_after"};
static_assert(static_cast<std::size_t>(StepKind::crash_after) + 1 == step_kinds);

// What a chat does once everybody is linked again: find the winner of a name, join it.
constexpr Duration settling = 3s;

// Times in the words of a report, where 3 digits of a second are enough.
std::string seconds(Duration time) {
  return fmt::format("{} s", format_seconds(time));
}

// "node1 node3 -> node2"
std::string ways(const Step& step, std::string_view between) {
  return fmt::format("{} {} {}", list_nodes(step.side), between, list_nodes(step.others));
}

}  // namespace

std::string_view describe(StepKind kind) {
  return names[static_cast<std::size_t>(kind)];
}

bool is_fault(StepKind kind) {
  return kind >= StepKind::crash;
}

bool is_by_user(StepKind kind) {
  return kind == StepKind::open || kind == StepKind::command || kind == StepKind::paste;
}

std::vector<std::string> typed_lines(const Step& step) {
  if (step.kind == StepKind::command) return {step.text};
  std::vector<std::string> lines;
  if (step.kind != StepKind::paste) return lines;
  for (std::int64_t line = 1; line <= step.amount; ++line) {
    lines.push_back(fmt::format("{} {}", step.text, line));
  }
  return lines;
}

std::string node_name(std::uint32_t node) {
  return fmt::format("node{}", node + 1);
}

std::string full_node_id(std::uint32_t node) {
  return fmt::format("{}@{}:{}", node_name(node), machine_address(node), node_port);
}

std::string list_nodes(const std::vector<std::uint32_t>& nodes) {
  std::string text;
  for (const std::uint32_t node : nodes) {
    if (!text.empty()) text += ' ';
    text += node_name(node);
  }
  return text;
}

std::string describe(const Step& step) {
  const std::string_view kind = describe(step.kind);
  switch (step.kind) {
    case StepKind::start:
      return fmt::format("{}: {}{}{}", kind, node_name(step.node),
                         step.text.empty() ? "" : fmt::format(" as {}", step.text),
                         step.amount == 0 ? "" : fmt::format(" on port {}", step.amount));
    case StepKind::leave:
    case StepKind::crash:
    case StepKind::power_loss:
      return fmt::format("{}: {}", kind, node_name(step.node));
    case StepKind::open:
      return fmt::format("{}: user {} of {}", kind, step.user + 1, node_name(step.node));
    case StepKind::command:
      return fmt::format("{}: user {} of {}: {}", kind, step.user + 1, node_name(step.node),
                         print_text(step.text));
    case StepKind::paste:
      return fmt::format("{}: user {} of {}: {} lines: {} 1, ...", kind, step.user + 1,
                         node_name(step.node), step.amount, print_text(step.text));
    case StepKind::pause:
    case StepKind::backlog_full:
      return fmt::format("{}: {}, for {}", kind, node_name(step.node), seconds(step.lasts));
    case StepKind::reset:
    case StepKind::half_open:
      return fmt::format("{}: {} - {}", kind, node_name(step.node), node_name(step.peer));
    case StepKind::partition:
      return fmt::format("{}: {} | the rest, for {}", kind, list_nodes(step.side),
                         seconds(step.lasts));
    case StepKind::one_way:
      return fmt::format("{}: {} cut, for {}", kind, ways(step, "->"), seconds(step.lasts));
    case StepKind::bridge:
      return fmt::format("{}: {}, for {}", kind, ways(step, "|"), seconds(step.lasts));
    case StepKind::slow_link:
      return fmt::format("{}: {}, {} bytes a second, for {}", kind, ways(step, "->"), step.amount,
                         seconds(step.lasts));
    case StepKind::slow_node:
      return fmt::format("{}: {}, {} a turn, for {}", kind, node_name(step.node),
                         seconds(Duration{step.amount}), seconds(step.lasts));
    case StepKind::clock_skew:
      return fmt::format("{}: {}, {:+} ppm from its next start on", kind, node_name(step.node),
                         step.amount);
    case StepKind::clock_jump:
      return fmt::format("{}: {}, by {}{}", kind, node_name(step.node), step.amount < 0 ? "-" : "",
                         seconds(Duration{std::abs(step.amount)}));
    case StepKind::crash_before:
    case StepKind::crash_after:
      return fmt::format("{}: {}, its {} number {}, within {}", kind, node_name(step.node),
                         step.text, step.amount, seconds(step.lasts));
  }
  return std::string(kind);
}

std::string_view describe(Severity severity) {
  switch (severity) {
    case Severity::off:
      return "off";
    case Severity::mild:
      return "mild";
    case Severity::hard:
      return "hard";
  }
  return "off";
}

Duration quiet_phase(const Options& options) {
  return convergence_bound(options) + skew_slack(convergence_bound(options)) + settling;
}

std::string format_seconds(Duration duration, int digits) {
  std::int64_t unit = 1'000'000'000;
  for (int i = 0; i < digits; ++i) unit /= 10;
  const std::int64_t rounded = (to_nanoseconds(duration) + unit / 2) / unit;
  std::int64_t parts = 1'000'000'000 / unit;
  if (digits == 0) return fmt::format("{}", rounded);
  return fmt::format("{}.{:0{}}", rounded / parts, rounded % parts, digits);
}

}  // namespace noex::sim

#include "noex/sim/scenario/scenario.h"

#include <cstdlib>

#include <fmt/format.h>

#include "noex/sim/scenario/line_reader.h"
#include "noex/sim/world/machine.h"

namespace noex::sim {

namespace {

// What an application does once everybody is linked again: find the winner of a name, call it.
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
  switch (row_of(step.kind).shape) {
    case StepShape::identity:
      return fmt::format("{}: {}{}{}", kind, node_name(step.node),
                         step.text.empty() ? "" : fmt::format(" as {}", step.text),
                         step.amount == 0 ? "" : fmt::format(" on port {}", step.amount));
    case StepShape::node:
      return fmt::format("{}: {}", kind, node_name(step.node));
    case StepShape::user:
      return fmt::format("{}: user {} of {}", kind, step.user + 1, node_name(step.node));
    case StepShape::line:
      return fmt::format("{}: user {} of {}: {}", kind, step.user + 1, node_name(step.node),
                         print_text(step.text));
    case StepShape::lines:
      return fmt::format("{}: user {} of {}: {} lines: {} 1, ...", kind, step.user + 1,
                         node_name(step.node), step.amount, print_text(step.text));
    case StepShape::node_for:
      return fmt::format("{}: {}, for {}", kind, node_name(step.node), seconds(step.lasts));
    case StepShape::pair:
      return fmt::format("{}: {} - {}", kind, node_name(step.node), node_name(step.peer));
    case StepShape::cut_off:
      return fmt::format("{}: {} | the rest, for {}", kind, list_nodes(step.side),
                         seconds(step.lasts));
    case StepShape::one_way:
      return fmt::format("{}: {} cut, for {}", kind, ways(step, "->"), seconds(step.lasts));
    case StepShape::two_sides:
      return fmt::format("{}: {}, for {}", kind, ways(step, "|"), seconds(step.lasts));
    case StepShape::limited:
      return fmt::format("{}: {}, {} bytes a second, for {}", kind, ways(step, "->"), step.amount,
                         seconds(step.lasts));
    case StepShape::node_slow:
      return fmt::format("{}: {}, {} a turn, for {}", kind, node_name(step.node),
                         seconds(Duration{step.amount}), seconds(step.lasts));
    case StepShape::node_skew:
      return fmt::format("{}: {}, {:+} ppm from its next start on", kind, node_name(step.node),
                         step.amount);
    case StepShape::node_jump:
      return fmt::format("{}: {}, by {}{}", kind, node_name(step.node), step.amount < 0 ? "-" : "",
                         seconds(Duration{std::abs(step.amount)}));
    case StepShape::send_point:
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

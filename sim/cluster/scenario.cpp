#include "sim/cluster/scenario.h"

#include <fmt/format.h>

#include "sim/machine.h"

namespace noex::sim {

namespace {

constexpr std::array<std::string_view, step_kinds> names = {
    "start",      "leave", "open",  "command",   "crash",
    "power_loss", "pause", "reset", "partition", "one_way"};
static_assert(static_cast<std::size_t>(StepKind::one_way) + 1 == step_kinds);

// What a chat does once everybody is linked again: find the winner of a name, join it.
constexpr Duration settling = 3s;

std::string list(const std::vector<std::uint32_t>& nodes) {
  std::string text;
  for (const std::uint32_t node : nodes) {
    if (!text.empty()) text += ' ';
    text += node_name(node);
  }
  return text;
}

}  // namespace

std::string_view describe(StepKind kind) {
  return names[static_cast<std::size_t>(kind)];
}

bool is_fault(StepKind kind) {
  return kind >= StepKind::crash;
}

std::string node_name(std::uint32_t node) {
  return fmt::format("node{}", node + 1);
}

std::string full_node_id(std::uint32_t node) {
  return fmt::format("{}@{}:4369", node_name(node), machine_address(node));
}

std::string describe(const Step& step) {
  const std::string_view kind = describe(step.kind);
  switch (step.kind) {
    case StepKind::start:
    case StepKind::leave:
    case StepKind::crash:
    case StepKind::power_loss:
      return fmt::format("{}: {}", kind, node_name(step.node));
    case StepKind::open:
      return fmt::format("{}: user {} of {}", kind, step.user + 1, node_name(step.node));
    case StepKind::command:
      return fmt::format("{}: user {} of {}: {}", kind, step.user + 1, node_name(step.node),
                         step.text);
    case StepKind::pause:
      return fmt::format("{}: {}, for {} s", kind, node_name(step.node),
                         format_seconds(step.lasts));
    case StepKind::reset:
      return fmt::format("{}: {} - {}", kind, node_name(step.node), node_name(step.peer));
    case StepKind::partition:
      return fmt::format("{}: {} | the rest, for {} s", kind, list(step.side),
                         format_seconds(step.lasts));
    case StepKind::one_way:
      return fmt::format("{}: {} -> {} cut, for {} s", kind, list(step.side), list(step.others),
                         format_seconds(step.lasts));
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
  return convergence_bound(options) + settling;
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

#include "sim/cluster/step_text.h"

#include <algorithm>

#include <fmt/format.h>

namespace noex::sim {

namespace {

constexpr Duration moment_max = 24h;

std::string list(const std::vector<std::uint32_t>& nodes) {
  std::string text;
  for (const std::uint32_t node : nodes) {
    if (!text.empty()) text += ' ';
    text += node_name(node);
  }
  return text;
}

std::string print_targets(const Step& step) {
  switch (step.kind) {
    case StepKind::start:
    case StepKind::leave:
    case StepKind::crash:
    case StepKind::power_loss:
      return node_name(step.node);
    case StepKind::open:
      return fmt::format("{} user{}", node_name(step.node), step.user + 1);
    case StepKind::command:
      return fmt::format("{} user{} says {}", node_name(step.node), step.user + 1,
                         print_text(step.text));
    case StepKind::pause:
      return fmt::format("{} for {}", node_name(step.node), print_time(step.lasts));
    case StepKind::reset:
      return fmt::format("{} - {}", node_name(step.node), node_name(step.peer));
    case StepKind::partition:
      return fmt::format("{} | rest for {}", list(step.side), print_time(step.lasts));
    case StepKind::one_way:
      return fmt::format("{} -> {} for {}", list(step.side), list(step.others),
                         print_time(step.lasts));
  }
  return {};
}

StepKind read_kind(LineReader& line) {
  const std::string_view word = line.word("what happens");
  std::string all;
  for (std::size_t i = 0; i < step_kinds; ++i) {
    const auto kind = static_cast<StepKind>(i);
    if (describe(kind) == word) return kind;
    all += fmt::format("{}{}", all.empty() ? "" : ", ", describe(kind));
  }
  line.refuse(fmt::format("'{}' is no step; there are: {}", word, all));
  return StepKind::start;
}

// The first one, if the line names none.
std::uint32_t read_user(LineReader& line) {
  const std::string_view word = line.peek();
  constexpr std::string_view prefix = "user";
  if (!word.starts_with(prefix)) return 0;
  line.take(word);
  const std::string_view number = word.substr(prefix.size());
  return static_cast<std::uint32_t>(line.number(number, "the user", 1, users_per_node) - 1);
}

Duration read_lasts(LineReader& line) {
  line.expect("for");
  return line.time("how long it lasts", 1ns, moment_max);
}

void read_targets(LineReader& line, Step& step) {
  switch (step.kind) {
    case StepKind::start:
    case StepKind::leave:
    case StepKind::crash:
    case StepKind::power_loss:
      step.node = line.node();
      break;
    case StepKind::open:
      step.node = line.node();
      step.user = read_user(line);
      break;
    case StepKind::command:
      step.node = line.node();
      step.user = read_user(line);
      line.expect("says");
      step.text = line.text();
      break;
    case StepKind::pause:
      step.node = line.node();
      step.lasts = read_lasts(line);
      break;
    case StepKind::reset:
      step.node = line.node();
      line.expect("-");
      step.peer = line.node();
      if (step.peer == step.node) line.refuse("a node has no connection to itself");
      break;
    case StepKind::partition:
      step.side = line.nodes();
      line.expect("|");
      line.expect("rest");
      step.lasts = read_lasts(line);
      break;
    case StepKind::one_way:
      step.side = line.nodes();
      line.expect("->");
      step.others = line.nodes();
      step.lasts = read_lasts(line);
      break;
  }
  line.end();
}

}  // namespace

std::string print_step(const Step& step) {
  return fmt::format("at {} #{} {} {}", print_moment(step.at), step.id, describe(step.kind),
                     print_targets(step));
}

Step read_step(LineReader& line) {
  Step step;
  step.at = Instant{line.time("the moment", 0s, moment_max)};
  step.id = line.id().value_or(0);
  step.kind = read_kind(line);
  read_targets(line, step);
  return step;
}

}  // namespace noex::sim

#include "noex/sim/scenario/step_text.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "noex/sim/scenario/send_point.h"
#include "noex/transport/node_id.h"

namespace noex::sim {

namespace {

constexpr Duration moment_max = 24h;
constexpr Duration jump_max = 24h * 3650;
constexpr Duration turn_max = 1s;
constexpr std::uint64_t paste_max = 10'000;

std::string print_targets(const Step& step) {
  switch (step.kind) {
    case StepKind::start:
      return fmt::format("{}{}{}", node_name(step.node),
                         step.text.empty() ? "" : fmt::format(" as {}", step.text),
                         step.amount == 0 ? "" : fmt::format(" on port {}", step.amount));
    case StepKind::leave:
    case StepKind::crash:
    case StepKind::power_loss:
      return node_name(step.node);
    case StepKind::open:
      return fmt::format("{} user{}", node_name(step.node), step.user + 1);
    case StepKind::command:
      return fmt::format("{} user{} says {}", node_name(step.node), step.user + 1,
                         print_text(step.text));
    case StepKind::paste:
      return fmt::format("{} user{} {} lines {}", node_name(step.node), step.user + 1, step.amount,
                         print_text(step.text));
    case StepKind::pause:
    case StepKind::backlog_full:
      return fmt::format("{} for {}", node_name(step.node), print_time(step.lasts));
    case StepKind::reset:
    case StepKind::half_open:
      return fmt::format("{} - {}", node_name(step.node), node_name(step.peer));
    case StepKind::partition:
      return fmt::format("{} | rest for {}", list_nodes(step.side), print_time(step.lasts));
    case StepKind::one_way:
      return fmt::format("{} -> {} for {}", list_nodes(step.side), list_nodes(step.others),
                         print_time(step.lasts));
    case StepKind::bridge:
      return fmt::format("{} | {} for {}", list_nodes(step.side), list_nodes(step.others),
                         print_time(step.lasts));
    case StepKind::slow_link:
      return fmt::format("{} -> {} at {} for {}", list_nodes(step.side), list_nodes(step.others),
                         step.amount, print_time(step.lasts));
    case StepKind::slow_node:
      return fmt::format("{} by {} for {}", node_name(step.node), print_time(Duration{step.amount}),
                         print_time(step.lasts));
    case StepKind::clock_skew:
      return fmt::format("{} by {}", node_name(step.node), step.amount);
    case StepKind::clock_jump:
      return fmt::format("{} by {}{}", node_name(step.node), step.amount < 0 ? "-" : "",
                         print_time(Duration{std::abs(step.amount)}));
    case StepKind::crash_before:
    case StepKind::crash_after:
      return fmt::format("{} {} {} for {}", node_name(step.node), step.text, step.amount,
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
  line.refuse(fmt::format("'{}' is no step; there are: {}", shown(word), all));
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

// "-250ms": true, and the word without the sign.
bool read_sign(std::string_view& word) {
  const bool negative = word.starts_with('-');
  if (negative) word.remove_prefix(1);
  return negative;
}

std::int64_t read_jump(LineReader& line) {
  line.expect("by");
  std::string_view word = line.word("by how much it jumps");
  const bool negative = read_sign(word);
  const std::int64_t by = line.time(word, "by how much it jumps", 1ns, jump_max).count();
  return negative ? -by : by;
}

std::int64_t read_skew(LineReader& line) {
  line.expect("by");
  std::string_view word = line.word("parts per million");
  const bool negative = read_sign(word);
  const auto by = static_cast<std::int64_t>(line.number(word, "parts per million", 1, skew_max));
  return negative ? -by : by;
}

void read_point(LineReader& line, Step& step) {
  step.node = line.node();
  step.text = line.word("which message");
  if (!is_send_point(step.text)) {
    line.refuse(
        fmt::format("'{}' is no message that nodes send; see --list-points", shown(step.text)));
  }
  step.amount = static_cast<std::int64_t>(line.number("which of them", 1, 1'000'000));
  step.lasts = read_lasts(line);
}

// "as ghost on port 4999": the one, the other, or both.
void read_identity(LineReader& line, Step& step) {
  if (line.take("as")) {
    step.text = line.word("the node's name");
    if (!is_node_name(step.text)) {
      line.refuse(fmt::format("'{}' is no name of a node: a letter, then letters, digits, _ and -",
                              shown(step.text)));
    }
    if (step.text == node_name(step.node)) step.text.clear();
  }
  if (!line.take("on")) return;
  line.expect("port");
  step.amount = static_cast<std::int64_t>(line.number("the port", 1, 65535));
  if (step.amount == node_port) step.amount = 0;
}

void read_pair(LineReader& line, Step& step) {
  step.node = line.node();
  line.expect("-");
  step.peer = line.node();
  if (step.peer == step.node) line.refuse("a node has no connection to itself");
}

void read_ways(LineReader& line, Step& step, std::string_view between) {
  step.side = line.nodes();
  line.expect(between);
  step.others = line.nodes();
  if (step.kind != StepKind::bridge) return;
  for (const std::uint32_t node : step.side) {
    if (std::ranges::count(step.others, node) > 0) line.refuse("a node is on both sides");
  }
}

void read_node_step(LineReader& line, Step& step) {
  step.node = line.node();
  if (is_by_user(step.kind)) step.user = read_user(line);
  if (step.kind == StepKind::start) {
    read_identity(line, step);
  } else if (step.kind == StepKind::command) {
    line.expect("says");
    step.text = line.text();
  } else if (step.kind == StepKind::paste) {
    step.amount = static_cast<std::int64_t>(line.number("how many lines", 1, paste_max));
    line.expect("lines");
    step.text = line.text();
  } else if (step.kind == StepKind::pause || step.kind == StepKind::backlog_full) {
    step.lasts = read_lasts(line);
  } else if (step.kind == StepKind::slow_node) {
    line.expect("by");
    step.amount = line.time("how long a turn takes", 1ns, turn_max).count();
    step.lasts = read_lasts(line);
  } else if (step.kind == StepKind::clock_skew) {
    step.amount = read_skew(line);
  } else if (step.kind == StepKind::clock_jump) {
    step.amount = read_jump(line);
  }
}

void read_targets(LineReader& line, Step& step) {
  switch (step.kind) {
    case StepKind::reset:
    case StepKind::half_open:
      read_pair(line, step);
      break;
    case StepKind::partition:
      step.side = line.nodes();
      line.expect("|");
      line.expect("rest");
      step.lasts = read_lasts(line);
      break;
    case StepKind::one_way:
      read_ways(line, step, "->");
      step.lasts = read_lasts(line);
      break;
    case StepKind::bridge:
      read_ways(line, step, "|");
      step.lasts = read_lasts(line);
      break;
    case StepKind::slow_link:
      read_ways(line, step, "->");
      line.expect("at");
      step.amount = static_cast<std::int64_t>(line.number("bytes a second", 1, 1'000'000'000));
      step.lasts = read_lasts(line);
      break;
    case StepKind::crash_before:
    case StepKind::crash_after:
      read_point(line, step);
      break;
    default:
      read_node_step(line, step);
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

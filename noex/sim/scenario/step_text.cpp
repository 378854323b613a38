#include "noex/sim/scenario/step_text.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

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
  switch (row_of(step.kind).shape) {
    case StepShape::identity:
      return fmt::format("{}{}{}", node_name(step.node),
                         step.text.empty() ? "" : fmt::format(" as {}", step.text),
                         step.amount == 0 ? "" : fmt::format(" on port {}", step.amount));
    case StepShape::node:
      return node_name(step.node);
    case StepShape::user:
      return fmt::format("{} user{}", node_name(step.node), step.user + 1);
    case StepShape::line:
      return fmt::format("{} user{} says {}", node_name(step.node), step.user + 1,
                         print_text(step.text));
    case StepShape::lines:
      return fmt::format("{} user{} {} lines {}", node_name(step.node), step.user + 1, step.amount,
                         print_text(step.text));
    case StepShape::node_for:
      return fmt::format("{} for {}", node_name(step.node), print_time(step.lasts));
    case StepShape::pair:
      return fmt::format("{} - {}", node_name(step.node), node_name(step.peer));
    case StepShape::cut_off:
      return fmt::format("{} | rest for {}", list_nodes(step.side), print_time(step.lasts));
    case StepShape::one_way:
      return fmt::format("{} -> {} for {}", list_nodes(step.side), list_nodes(step.others),
                         print_time(step.lasts));
    case StepShape::two_sides:
      return fmt::format("{} | {} for {}", list_nodes(step.side), list_nodes(step.others),
                         print_time(step.lasts));
    case StepShape::limited:
      return fmt::format("{} -> {} at {} for {}", list_nodes(step.side), list_nodes(step.others),
                         step.amount, print_time(step.lasts));
    case StepShape::node_slow:
      return fmt::format("{} by {} for {}", node_name(step.node), print_time(Duration{step.amount}),
                         print_time(step.lasts));
    case StepShape::node_skew:
      return fmt::format("{} by {}", node_name(step.node), step.amount);
    case StepShape::node_jump:
      return fmt::format("{} by {}{}", node_name(step.node), step.amount < 0 ? "-" : "",
                         print_time(Duration{std::abs(step.amount)}));
    case StepShape::send_point:
      return fmt::format("{} {} {} for {}", node_name(step.node), step.text, step.amount,
                         print_time(step.lasts));
  }
  return {};
}

StepKind read_kind(LineReader& line) {
  const std::string_view word = line.word("what happens");
  if (const std::optional<StepKind> kind = parse_step_kind(word)) return *kind;
  std::string all;
  for (std::size_t i = 0; i < step_kinds; ++i) {
    all += fmt::format("{}{}", all.empty() ? "" : ", ", describe(static_cast<StepKind>(i)));
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
}

void refuse_both_sides(LineReader& line, const Step& step) {
  for (const std::uint32_t node : step.side) {
    if (std::ranges::count(step.others, node) > 0) line.refuse("a node is on both sides");
  }
}

void read_line(LineReader& line, Step& step) {
  step.user = read_user(line);
  if (row_of(step.kind).shape == StepShape::user) return;
  if (row_of(step.kind).shape == StepShape::line) {
    line.expect("says");
  } else {
    step.amount = static_cast<std::int64_t>(line.number("how many lines", 1, paste_max));
    line.expect("lines");
  }
  step.text = line.text();
}

void read_slowness(LineReader& line, Step& step) {
  line.expect("by");
  step.amount = line.time("how long a turn takes", 1ns, turn_max).count();
  step.lasts = read_lasts(line);
}

// What comes after the node of a step that is one node's.
void read_rest_of_node(LineReader& line, Step& step) {
  switch (row_of(step.kind).shape) {
    case StepShape::identity:
      return read_identity(line, step);
    case StepShape::user:
    case StepShape::line:
    case StepShape::lines:
      return read_line(line, step);
    case StepShape::node_for:
      step.lasts = read_lasts(line);
      return;
    case StepShape::node_slow:
      return read_slowness(line, step);
    case StepShape::node_skew:
      step.amount = read_skew(line);
      return;
    case StepShape::node_jump:
      step.amount = read_jump(line);
      return;
    default:
      return;
  }
}

void read_targets(LineReader& line, Step& step) {
  switch (row_of(step.kind).shape) {
    case StepShape::pair:
      read_pair(line, step);
      break;
    case StepShape::cut_off:
      step.side = line.nodes();
      line.expect("|");
      line.expect("rest");
      step.lasts = read_lasts(line);
      break;
    case StepShape::one_way:
      read_ways(line, step, "->");
      step.lasts = read_lasts(line);
      break;
    case StepShape::two_sides:
      read_ways(line, step, "|");
      refuse_both_sides(line, step);
      step.lasts = read_lasts(line);
      break;
    case StepShape::limited:
      read_ways(line, step, "->");
      line.expect("at");
      step.amount = static_cast<std::int64_t>(line.number("bytes a second", 1, 1'000'000'000));
      step.lasts = read_lasts(line);
      break;
    case StepShape::send_point:
      read_point(line, step);
      break;
    default:
      step.node = line.node();
      read_rest_of_node(line, step);
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

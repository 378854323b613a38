#include "noex/sim/scenario/scenario_parser.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "noex/sim/scenario/option_text.h"
#include "noex/sim/scenario/scenario_text.h"
#include "noex/sim/scenario/step_text.h"

namespace noex::sim {

namespace {

constexpr Duration duration_max = 24h;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

Result<Scenario> ScenarioParser::parse() {
  if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
  while (!rest_.empty() && !error_) {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    ++line_;
    read_line(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
  }
  number_steps();
  count_nodes();
  complete_links();
  complete_times();
  complete_seeds();
  check_steps();
  if (!given("faults")) scenario_.faults = faults_of(scenario_);
  if (error_) return fail(ErrorCode::invalid_argument, *error_);
  return std::move(scenario_);
}

void ScenarioParser::refuse(std::size_t line, std::string reason) {
  if (!error_) error_ = fmt::format("{}: {}", line, reason);
}

// A file that leaves a setting out is refused for it at its end.
std::size_t ScenarioParser::line_of(std::string_view setting) const {
  const auto found = settings_.find(setting);
  return found == settings_.end() ? line_ : found->second;
}

// --- Lines ---

void ScenarioParser::read_line(std::string_view text) {
  LineReader line(text);
  const std::string_view first = line.peek();
  if (first.empty()) return;
  if (first.starts_with('#')) return;  // a comment may begin with a digit, too
  line.take(first);
  if (first == "at") {
    steps_.push_back({line_, read_step(line)});
  } else {
    read_setting(first, line);
    line.end();
  }
  if (line.error()) refuse(line_, *line.error());
}

void ScenarioParser::read_setting(std::string_view name, LineReader& line) {
  const bool repeats = name == "option" || name == "seeds";
  if (!settings_.emplace(name, line_).second && !repeats) {
    return line.refuse(fmt::format("'{}' is there twice", name));
  }
  if (name == "seed") {
    scenario_.seed = line.number("the seed", 0, std::numeric_limits<std::uint64_t>::max());
  } else if (name == "nodes") {
    scenario_.nodes =
        static_cast<std::uint32_t>(line.number("the number of nodes", nodes_min, nodes_max));
  } else if (name == "duration") {
    scenario_.duration = line.time("the duration", 1s, duration_max);
  } else if (name == "quiet_from") {
    scenario_.quiet_from = Instant{line.time("the moment", 0s, duration_max)};
  } else if (name == "faults") {
    read_faults(line);
  } else if (name == "links") {
    scenario_.links = read_links(line);
  } else if (name == "calm") {
    scenario_.calm = read_links(line);
  } else if (name == "option") {
    read_options(line, scenario_.options);
  } else if (name == "seeds") {
    read_seeds(line);
  } else if (name == "prober") {
    read_switch(line, scenario_.company.prober);
  } else if (name == "couriers") {
    read_switch(line, scenario_.company.couriers);
  } else if (name == "ties") {
    read_switch(line, scenario_.company.ties);
  } else {
    line.refuse(fmt::format(
        "'{}' begins no line; there are: seed, nodes, duration, quiet_from, faults, links, calm, "
        "option, seeds, prober, couriers, ties, at",
        shown(name)));
  }
}

void ScenarioParser::read_faults(LineReader& line) {
  if (line.take("none")) return;
  do {
    const std::string_view word = line.word("a kind of fault, or none,");
    const std::size_t colon = word.find(':');
    const auto kind = parse_fault_kind(word.substr(0, colon));
    const std::string_view severity =
        colon == std::string_view::npos ? describe(Severity::mild) : word.substr(colon + 1);
    const bool hard = severity == describe(Severity::hard);
    if (!kind || (!hard && severity != describe(Severity::mild))) {
      return line.refuse(
          fmt::format("'{}' is no fault; write KIND:mild or KIND:hard", shown(word)));
    }
    scenario_.faults[static_cast<std::size_t>(*kind)] = hard ? Severity::hard : Severity::mild;
  } while (!line.peek().empty() && !line.error());
}

void ScenarioParser::read_switch(LineReader& line, bool& on) {
  on = line.take("on");
  if (!on) line.expect("off");
}

void ScenarioParser::read_seeds(LineReader& line) {
  const std::uint32_t node = line.node();
  line.expect("->");
  std::vector<std::uint32_t> seeds = line.nodes_to_end();
  if (std::ranges::count(seeds, node) > 0) line.refuse("a node is no seed of its own");
  if (!seeds_.emplace(node, std::pair(line_, std::move(seeds))).second) {
    line.refuse(fmt::format("the seeds of {} are there twice", node_name(node)));
  }
}

// --- What the lines leave out ---

// Ids that are written down stay; where one comes again (a line was copied), the first has it. All
// other steps get the next one after the largest so far that is written down nowhere: a line that
// is put in changes no other one's that has an id.
void ScenarioParser::number_steps() {
  std::set<std::uint32_t> ids;
  for (NumberedStep& numbered : steps_) {
    Step& step = numbered.step;
    if (step.id != 0 && !ids.insert(step.id).second) step.id = 0;
  }
  std::uint32_t largest = 0;
  for (NumberedStep& numbered : steps_) {
    Step& step = numbered.step;
    while (step.id == 0) {
      largest = largest == id_max ? 1 : largest + 1;
      if (ids.insert(largest).second) step.id = largest;
    }
    largest = std::max(largest, step.id);
  }
  std::ranges::sort(steps_, {},
                    [](const NumberedStep& one) { return std::make_pair(one.step.at, one.line); });
  for (const NumberedStep& one : steps_) scenario_.steps.push_back(one.step);
}

// As many as are named, if the file does not say.
void ScenarioParser::count_nodes() {
  if (given("nodes")) return;
  std::uint32_t last = nodes_min - 1;
  for (const Step& step : scenario_.steps) {
    last = std::max({last, step.node, step.peer});
    for (const std::uint32_t node : step.side) last = std::max(last, node);
    for (const std::uint32_t node : step.others) last = std::max(last, node);
  }
  for (const auto& [node, seeds] : seeds_) {
    last = std::max(last, node);
    for (const std::uint32_t seed : seeds.second) last = std::max(last, seed);
  }
  scenario_.nodes = last + 1;
}

void ScenarioParser::complete_links() {
  if (given("calm")) return;
  scenario_.calm.latency = scenario_.links.latency;
  scenario_.calm.jitter = scenario_.links.jitter;
}

void ScenarioParser::complete_times() {
  const Duration quiet = quiet_phase(scenario_.options);
  if (!given("quiet_from")) {
    scenario_.quiet_from =
        given("duration") ? Instant{scenario_.duration - quiet} : end_of_steps(scenario_.steps);
  }
  if (!given("duration")) scenario_.duration = scenario_.quiet_from.time_since_epoch() + quiet;
  const Duration left = Instant{scenario_.duration} - scenario_.quiet_from;
  if (left >= quiet && scenario_.quiet_from >= Instant{}) return;
  refuse(line_of(given("duration") ? "duration" : "quiet_from"),
         fmt::format("the quiet phase has to last {} s, so that everything can converge",
                     format_seconds(quiet, 1)));
}

void ScenarioParser::complete_seeds() {
  scenario_.seeds = default_seeds(scenario_.nodes);
  for (const auto& [node, seeds] : seeds_) {
    check_nodes(seeds.first, {node});
    check_nodes(seeds.first, seeds.second);
    if (!error_) scenario_.seeds[node] = seeds.second;
  }
}

void ScenarioParser::check_nodes(std::size_t line, const std::vector<std::uint32_t>& nodes) {
  for (const std::uint32_t node : nodes) {
    if (node < scenario_.nodes) continue;
    refuse(line, fmt::format("{}: there are only {} nodes", node_name(node), scenario_.nodes));
  }
}

void ScenarioParser::check_steps() {
  for (const NumberedStep& numbered : steps_) {
    const Step& step = numbered.step;
    check_nodes(numbered.line, {step.node, step.peer});
    check_nodes(numbered.line, step.side);
    check_nodes(numbered.line, step.others);
    const bool last_start = step.kind == StepKind::start && step.at == scenario_.quiet_from;
    if (step.at < scenario_.quiet_from || last_start) continue;
    refuse(numbered.line, fmt::format("nothing may happen in the quiet phase, from {} s on",
                                      format_seconds(scenario_.quiet_from)));
  }
}

}  // namespace noex::sim

#include "noex/sim/scenario/scenario_text.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "noex/sim/scenario/option_text.h"
#include "noex/sim/scenario/scenario_parser.h"
#include "noex/sim/scenario/step_text.h"

namespace noex::sim {

namespace {

std::string print_faults(const Scenario& scenario) {
  std::string text;
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    if (scenario.faults[i] == Severity::off) continue;
    text +=
        fmt::format(" {}:{}", describe(static_cast<FaultKind>(i)), describe(scenario.faults[i]));
  }
  return text.empty() ? " none" : text;
}

std::string print_seeds(const Scenario& scenario) {
  if (scenario.seeds == default_seeds(scenario.nodes)) return {};
  std::string text;
  for (std::uint32_t node = 0; node < scenario.nodes; ++node) {
    text += fmt::format("seeds {} ->", node_name(node));
    for (const std::uint32_t seed : scenario.seeds[node]) {
      text += fmt::format(" {}", node_name(seed));
    }
    text += '\n';
  }
  return text;
}

std::string print_company(const Company& company) {
  std::string text;
  if (!company.prober) text += "prober off\n";
  if (!company.couriers) text += "couriers off\n";
  if (!company.ties) text += "ties off\n";
  return text;
}

}  // namespace

std::string print_scenario(const Scenario& scenario) {
  std::string text = fmt::format(
      "seed {}\nnodes {}\nduration {}\nquiet_from {}\nfaults{}\nlinks{}\ncalm{}\n", scenario.seed,
      scenario.nodes, print_time(scenario.duration), print_moment(scenario.quiet_from),
      print_faults(scenario), print_links(scenario.links), print_links(scenario.calm));
  text += print_options(scenario.options);
  text += print_seeds(scenario);
  text += print_company(scenario.company);
  text += '\n';
  for (const Step& step : scenario.steps) text += fmt::format("{}\n", print_step(step));
  return text;
}

Result<Scenario> parse_scenario(std::string_view text) {
  return ScenarioParser(text).parse();
}

std::vector<std::vector<std::uint32_t>> default_seeds(std::uint32_t nodes) {
  std::vector<std::vector<std::uint32_t>> seeds(nodes);
  for (std::uint32_t node = 0; node < nodes; ++node) {
    for (std::uint32_t other = 0; other < nodes; ++other) {
      if (other != node) seeds[node].push_back(other);
    }
  }
  return seeds;
}

std::array<Severity, fault_kinds> faults_of(const Scenario& scenario) {
  std::array<Severity, fault_kinds> faults{};
  const auto happens = [&faults](FaultKind kind) {
    faults[static_cast<std::size_t>(kind)] = Severity::mild;
  };
  std::set<std::uint32_t> started;
  const Step* last_end = nullptr;
  for (const Step& step : scenario.steps) {
    if (step.kind == StepKind::start && !started.insert(step.node).second) {
      happens(FaultKind::restart);
    }
    if (const auto kind = parse_fault_kind(describe(step.kind))) happens(*kind);
    if (row_of(step.kind).role == StepRole::crash_point) {
      happens(FaultKind::crash_point);
    }
    if (row_of(step.kind).role != StepRole::end) continue;
    if (last_end != nullptr && step.at - last_end->at <= outage_span) happens(FaultKind::outage);
    last_end = &step;
  }
  if (scenario.links.tail_chance > 0) happens(FaultKind::latency);
  if (scenario.links.chunk_chance > 0) happens(FaultKind::chunking);
  if (scenario.links.bytes_per_second > 0) happens(FaultKind::slow_link);
  return faults;
}

Instant end_of_steps(const std::vector<Step>& steps) {
  Instant last{};
  for (const Step& step : steps) last = std::max(last, step.at + step.lasts);
  return Instant{(last.time_since_epoch() / 1s + 1) * 1s};
}

}  // namespace noex::sim

#include "noex/sim/program/runner.h"

#include <algorithm>

#include <fmt/format.h>

#include "noex/sim/check/runtime_properties.h"

namespace noex::sim {

namespace {

void compare(RunSummary& first, const RunSummary& second) {
  const auto counted = std::ranges::find(first.checks, property::x1, &Checked::property);
  if (counted != first.checks.end()) ++counted->times;
  if (first.fingerprint == second.fingerprint) return;
  first.violations.push_back(
      {property::x1, Instant{first.simulated},
       fmt::format("expected the same fingerprint twice, seen {:016x} after {} events and "
                   "{:016x} after {} events",
                   first.fingerprint, first.events, second.fingerprint, second.events)});
}

}  // namespace

Scenario scenario_of(const SimOptions& options, std::uint64_t seed) {
  if (!options.scenario) return make_scenario(*options.application, options.request(seed));
  Scenario scenario = *options.scenario;
  scenario.seed = seed;
  return scenario;
}

RunSummary run_scenario(const Application& application, const Scenario& scenario, bool check,
                        const Stopwatch& stopwatch, RunWatcher* watcher, const GoesOn& goes_on) {
  const Duration began = stopwatch();
  RunSummary summary = simulate(application, scenario, watcher, goes_on);
  summary.wall = stopwatch() - began;
  if (!check || summary.interrupted) return summary;
  const RunSummary again = simulate(application, scenario, nullptr, goes_on);
  summary.interrupted = again.interrupted;
  if (!again.interrupted) compare(summary, again);
  return summary;
}

RunSummary run_seed(const SimOptions& options, std::uint64_t seed, const Stopwatch& stopwatch,
                    RunWatcher* watcher) {
  return run_scenario(*options.application, scenario_of(options, seed), options.check, stopwatch,
                      watcher);
}

}  // namespace noex::sim

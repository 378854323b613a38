// What one seed comes to: made into a scenario, run, and run again if asked to.
#pragma once

#include <cstdint>
#include <functional>

#include "noex/sim/program/options.h"
#include "noex/sim/run/simulation.h"

namespace noex::sim {

// Real time, for measuring; given by main, the only one who may look.
using Stopwatch = std::function<Duration()>;

// What is run with that seed: what the options' scenario says, or what the seed makes.
Scenario scenario_of(const SimOptions& options, std::uint64_t seed);

// Runs it; with --check a second time, whose other fingerprint is a violation of X1.
RunSummary run_seed(const SimOptions& options, std::uint64_t seed, const Stopwatch& stopwatch,
                    RunWatcher* watcher = nullptr);
RunSummary run_scenario(const Application& application, const Scenario& scenario, bool check,
                        const Stopwatch& stopwatch, RunWatcher* watcher = nullptr,
                        const GoesOn& goes_on = {});

}  // namespace noex::sim

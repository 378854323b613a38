// ShrinkRun: `sim --shrink`: runs a scenario, shrinks it if it fails, says what remains, writes it.
#pragma once

#include "noex/sim/program/options.h"
#include "noex/sim/program/runner.h"
#include "noex/sim/report/report.h"

namespace noex::sim {

// Returns the exit code. A candidate that ends its process only ends a child of this one.
int run_shrink(const SimOptions& options, const Scenario& scenario, const Stopwatch& stopwatch,
               const Paint& paint, bool progress);

// What remains, a line a step.
std::string report_shrunk(const Scenario& before, const Scenario& after, const Paint& paint);

}  // namespace noex::sim

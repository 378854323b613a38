// SingleRun: one scenario run and reported, with all that can be asked of a single run.
#pragma once

#include "noex/sim/program/options.h"
#include "noex/sim/program/runner.h"
#include "noex/sim/program/surroundings.h"

namespace noex::sim {

// Returns the exit code. The run is in a process of its own: if it ends that (a broken invariant
// of the product), its seed and how to see it again are still said.
int run_single(const SimOptions& options, const Scenario& scenario, const Stopwatch& stopwatch,
               const Terminal& terminal);

}  // namespace noex::sim

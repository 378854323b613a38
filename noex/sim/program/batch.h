// Batch: many seeds; one line for each that failed, and what all of them together came to.
#pragma once

#include <string>
#include <vector>

#include "noex/sim/program/batch_totals.h"
#include "noex/sim/program/options.h"
#include "noex/sim/program/runner.h"
#include "noex/sim/program/surroundings.h"
#include "noex/sim/report/report.h"

namespace noex::sim {

// Over a batch of more than 100 seeds (of any number with --strict) a kind of fault that was on and
// never hit, or a property that never had anything to check, fails the batch: it proves less than
// it seems to (X2). Where not all kinds may happen, or a scenario says what does, not all
// properties can have anything to check.
std::vector<std::string> find_gaps(const BatchTotals& totals, const SimOptions& options);

// Runs options.seeds, prints, returns the exit code. The results are printed in order of seeds.
int run_batch(const SimOptions& options, const Stopwatch& stopwatch, const Terminal& terminal);

}  // namespace noex::sim

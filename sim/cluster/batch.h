// Batch: many seeds; one line for each that failed, and what all of them together came to.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/cluster/options.h"
#include "sim/cluster/report.h"
#include "sim/cluster/runner.h"

namespace noex::sim {

// What all runs of a batch came to.
struct BatchTotals {
  std::uint64_t seeds = 0;
  std::uint64_t failed = 0;
  std::uint64_t events = 0;
  Duration simulated{0};
  std::uint32_t faults_on = 0;  // in any of them
  FaultHits hits{};
  std::array<std::uint64_t, property_count> checks{};

  void add(const RunSummary& summary);
};

// Over a batch of more than 100 seeds a kind of fault that was on and never hit, or a property
// that never had anything to check, fails the batch: it proves less than it seems to (X2). Where
// not all kinds may happen, not all properties can have anything to check.
std::vector<std::string> find_gaps(const BatchTotals& totals, const SimOptions& options);

struct Terminal {
  bool colours = false;   // standard output takes them
  bool progress = false;  // standard error is one
};

// Runs options.seeds, prints, returns the exit code. The results are printed in order of seeds.
int run_batch(const SimOptions& options, const Stopwatch& stopwatch, const Terminal& terminal);

}  // namespace noex::sim

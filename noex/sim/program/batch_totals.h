// BatchTotals: what all runs of a batch came to. Data only.
#pragma once

#include <cstdint>
#include <vector>

#include "noex/sim/run/simulation.h"

namespace noex::sim {

// What all runs of a batch came to.
struct BatchTotals {
  std::uint64_t seeds = 0;
  std::uint64_t failed = 0;
  std::uint64_t events = 0;
  Duration simulated{0};
  std::uint32_t faults_on = 0;  // in any of them
  FaultHits hits{};
  std::vector<Checked> checks{};  // in the order of the table; empty before the first run

  void add(const RunSummary& summary);
};

}  // namespace noex::sim

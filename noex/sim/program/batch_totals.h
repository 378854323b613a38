// BatchTotals: what all runs of a batch came to. Data only.
#pragma once

#include <array>
#include <cstdint>

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
  std::array<std::uint64_t, property_count> checks{};

  void add(const RunSummary& summary);
};

}  // namespace noex::sim

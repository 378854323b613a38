// FaultPlan: when nodes start, end and come back, and what else hurts them.
//
// Keeps a run meaningful: two nodes or more run at any time (one, if there are only two), most of
// those that end come back, and everything that lasts is over when the quiet phase begins.
#pragma once

#include <cstdint>
#include <vector>

#include "noex/sim/application/application.h"
#include "noex/sim/scenario/scenario.h"
#include "noex/transport/base/random.h"

namespace noex::sim {

struct FaultPlan {
  std::vector<Step> steps;  // everything but what users do
  std::vector<Life> lives;  // by node, then by time: for whoever plans what users do
};

// keep_alive: so many nodes run at any time, less than all; 0: two, or one of two, but for outages
// that all come back from.
FaultPlan plan_faults(const Scenario& scenario, std::uint32_t keep_alive, const Random& random);

}  // namespace noex::sim

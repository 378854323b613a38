// DisturbancePlan: what hurts links, processes and clocks without ending a node.
#pragma once

#include <vector>

#include "noex/sim/plan/fault_draws.h"
#include "noex/sim/scenario/scenario.h"

namespace noex::sim {

// Everything that lasts is over when the quiet phase begins.
std::vector<Step> plan_disturbances(const FaultDraws& draws);

}  // namespace noex::sim

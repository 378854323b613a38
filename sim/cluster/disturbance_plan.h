// DisturbancePlan: what hurts links, processes and clocks without ending a node.
#pragma once

#include <vector>

#include "sim/cluster/fault_draws.h"
#include "sim/cluster/scenario.h"

namespace noex::sim {

// Everything that lasts is over when the quiet phase begins.
std::vector<Step> plan_disturbances(const FaultDraws& draws);

}  // namespace noex::sim

// Workload: what every user types, and when; part of a scenario.
//
// A script does not know what became of its commands: it is made from what the user means to do.
// So that its lines still do something after a crash, each new session sets its name first, and
// rooms are created again before they are joined, more often than not.
#pragma once

#include "noex/sim/plan/fault_plan.h"
#include "noex/sim/scenario/scenario.h"
#include "noex/transport/base/random.h"

namespace noex::sim {

// Adds the users' steps to the scenario. Without faults every room gets members on two nodes, and
// one room or more is created from another node.
void add_workload(Scenario& scenario, const FaultPlan& plan, const Random& random);

}  // namespace noex::sim

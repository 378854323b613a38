// Workload: what every user types, and when; part of a scenario.
//
// A script does not know what became of its commands: it is made from what the user means to do.
// So that its lines still do something after a crash, each new session sets its name first, and
// rooms are created again before they are joined, more often than not.
#pragma once

#include <vector>

#include "noex/sim/application/application.h"
#include "noex/sim/scenario/scenario.h"
#include "noex/transport/base/random.h"

namespace noex::sim {

// Adds the users' steps to the scenario. Without faults every room gets members on two nodes, and
// one room or more is created from another node.
void plan_users(Scenario& scenario, const std::vector<Life>& lives, const Random& random);

}  // namespace noex::sim

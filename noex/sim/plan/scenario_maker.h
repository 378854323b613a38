// From a seed to a scenario: settings, faults, operations.
//
// Every part draws from a stream of its own, keyed by label, so that one part can be changed
// without shifting what the others draw.
#pragma once

#include <cstdint>

#include "noex/sim/application/application.h"
#include "noex/sim/plan/fault_choice.h"
#include "noex/sim/scenario/scenario.h"

namespace noex::sim {

struct ScenarioRequest {
  std::uint64_t seed = 0;
  std::uint32_t nodes = 5;
  Duration duration = 60s;
  FaultChoice faults;
  std::uint32_t keep_alive = 0;  // as plan_faults

  bool operator==(const ScenarioRequest&) const = default;
};

// What a run must last at least: the quiet phase, and some time in which something happens.
Duration duration_min();

// nodes: nodes_min..nodes_max; duration: at least duration_min().
Scenario make_scenario(const Application& application, const ScenarioRequest& request);

}  // namespace noex::sim

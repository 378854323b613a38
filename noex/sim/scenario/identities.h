// Identities: the node ids that machines run under in a scenario.
//
// Every machine has one of its own, node3@10.0.0.3:4369; a start can give another name or port, and
// whoever was up under the one before is then gone for good. Checkers know nodes by identity: the
// first ones are the machines' own, so that a scenario without others has none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "noex/sim/scenario/scenario.h"
#include "noex/transport/node_id.h"

namespace noex::sim {

struct Identity {
  std::uint32_t machine = 0;
  NodeId id;
};

// The machines' own, then what starts add, in the order of the steps.
std::vector<Identity> identities_of(const Scenario& scenario);

// The id that a start gives its node.
NodeId started_as(const Step& start);

// "node3", or all of the id if it is not the machine's own.
std::string node_label(const Identity& identity);

}  // namespace noex::sim

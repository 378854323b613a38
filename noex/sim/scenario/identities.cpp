#include "noex/sim/scenario/identities.h"

#include <algorithm>

#include "noex/sim/world/machine.h"

namespace noex::sim {

NodeId started_as(const Step& start) {
  const std::string name = start.text.empty() ? node_name(start.node) : start.text;
  const auto port = start.amount == 0 ? node_port : static_cast<std::uint16_t>(start.amount);
  return NodeId(name, machine_address(start.node), port);
}

std::vector<Identity> identities_of(const Scenario& scenario) {
  std::vector<Identity> identities;
  Step own;
  for (own.node = 0; own.node < scenario.nodes; ++own.node) {
    identities.push_back({own.node, started_as(own)});
  }
  for (const Step& step : scenario.steps) {
    if (step.kind != StepKind::start) continue;
    Identity identity{step.node, started_as(step)};
    if (std::ranges::count(identities, identity.id, &Identity::id) > 0) continue;
    identities.push_back(std::move(identity));
  }
  return identities;
}

std::string node_label(const Identity& identity) {
  const std::string text = identity.id.text();
  return text == full_node_id(identity.machine) ? identity.id.name() : text;
}

}  // namespace noex::sim

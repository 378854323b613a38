// SightChecker: H2, what a node can see and use at the moment in which it hears of another.
//
// Owns which links of each node are up, as it was told. Looks in the middle of a turn, where a
// program looks too: inside node_up and node_down, not only after them.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "noex/runtime/core/ids.h"
#include "noex/sim/check/property.h"
#include "noex/sim/check/truth.h"

namespace noex::sim {

class SightChecker {
 public:
  SightChecker(const Truth& truth, Tally& tally)
      : truth_(truth), tally_(tally), links_(truth.nodes()), told_(truth.nodes()) {}

  void on_node_ended(std::size_t index);
  void on_link_up(std::size_t index, const Incarnation& peer) { ++links_[index][peer]; }
  void on_link_down(std::size_t index, const Incarnation& peer);
  void on_node_up(std::size_t index, const Incarnation& peer);
  void on_node_down(std::size_t index, const Incarnation& peer);
  // A program is told of the one of which the node was told last.
  void on_told(std::size_t index, const NodeId& peer, bool up);

 private:
  const Truth& truth_;
  Tally& tally_;
  std::vector<std::map<Incarnation, int>> links_;  // by node
  std::vector<std::map<NodeId, Boot>> told_;       // by node: of whose boot
};

}  // namespace noex::sim

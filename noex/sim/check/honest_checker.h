// HonestChecker: H1, no node blames an honest peer; all of a run's nodes are honest.
//
// Owns which boots of a node were ever started, and which of them began to leave: what a refusal
// may rightly name. A node's word is held against what the simulator knows, never against another
// node's word.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "noex/runtime/cluster/cluster.h"
#include "noex/sim/check/property.h"
#include "noex/sim/check/truth.h"

namespace noex::sim {

class HonestChecker {
 public:
  HonestChecker(const Truth& truth, Tally& tally) : truth_(truth), tally_(tally) {}

  void on_node_started(std::size_t index);
  void on_node_leaving(std::size_t index);
  void on_peer_blamed(std::size_t index, const Blame& blame);

 private:
  bool is_true(std::size_t index, const Blame& blame) const;
  bool is_refusal_true(std::size_t index, const Blame& blame) const;
  bool was_out_of_reach(std::size_t index, const NodeId& peer) const;
  std::optional<std::size_t> index_of(const NodeId& id) const;

  const Truth& truth_;
  Tally& tally_;
  std::map<NodeId, Boot> newest_;  // the highest that was ever started
  std::set<Incarnation> leaving_;
};

}  // namespace noex::sim

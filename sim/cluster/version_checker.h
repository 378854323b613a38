// VersionChecker: M3, from every change of every node's table.
//
// Owns what each node has said of itself, and what each takes the others for. A version that is
// seen anywhere was first raised by the node that it is of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "runtime/control.h"
#include "sim/cluster/property.h"
#include "sim/cluster/truth.h"

namespace noex::sim {

class VersionChecker {
 public:
  VersionChecker(const Truth& truth, Tally& tally)
      : truth_(truth), tally_(tally), seen_(truth.nodes()) {}

  // The node at that place starts, or ends.
  void forget(std::size_t index) { seen_[index].clear(); }
  void on_member_changed(std::size_t index, const TableEntry& entry);

 private:
  void on_self(const TableEntry& entry);

  const Truth& truth_;
  Tally& tally_;
  std::map<Incarnation, std::uint64_t> said_;       // by the node itself; 1 if nothing
  std::vector<std::map<NodeId, TableEntry>> seen_;  // by observer
};

}  // namespace noex::sim

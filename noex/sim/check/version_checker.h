// VersionChecker: M3, from every change of every node's table; and M5's part about whole tables.
//
// Owns what each node has said of itself, and what each takes the others for. A version that is
// seen anywhere was first raised by the node that it is of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "noex/runtime/membership/control.h"
#include "noex/sim/check/property.h"
#include "noex/sim/check/truth.h"

namespace noex::sim {

class VersionChecker {
 public:
  VersionChecker(const Truth& truth, Tally& tally)
      : truth_(truth), tally_(tally), seen_(truth.nodes()) {}

  void on_node_started(std::size_t index);
  void on_node_ended(std::size_t index) { seen_[index].clear(); }
  void on_member_changed(std::size_t index, const TableEntry& entry);
  // M5: these nodes, which know of each other, have the same table, the dead included.
  void at_end(const std::vector<std::size_t>& component);

 private:
  void on_self(std::size_t index, const TableEntry& entry);
  // What the one node takes the other for; nullptr: it has never heard of it.
  const TableEntry* view(std::size_t index, std::size_t other) const;

  const Truth& truth_;
  Tally& tally_;
  std::map<Incarnation, std::uint64_t> said_;       // by the node itself; 1 if nothing
  std::vector<std::map<NodeId, TableEntry>> seen_;  // by observer, itself included
};

}  // namespace noex::sim

// MembershipChecker: M1, M2, M5 and M8, from node_up and node_down as each node announces them.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "runtime/cluster.h"
#include "sim/cluster/property.h"
#include "sim/cluster/truth.h"

namespace noex::sim {

class MembershipChecker {
 public:
  MembershipChecker(const Truth& truth, Tally& tally);

  void on_node_started(std::size_t index);
  void on_node_ended(std::size_t index);
  void on_node_up(std::size_t index, const Incarnation& peer);
  void on_node_down(std::size_t index, const Incarnation& peer, DownReason reason);
  void look();
  void at_end();

  // Nodes that have to know each other at the end: linked by a seed, or by what one of them knows.
  std::vector<std::vector<std::size_t>> components() const;
  // Raised by each node_up at that node: tells apart two times that a peer was up; 0: it is down.
  std::uint64_t up_serial(std::size_t index, const Incarnation& peer) const;

 private:
  struct Up {
    Boot boot = 0;
    std::uint64_t serial = 0;
  };

  bool runs(std::size_t index, Boot boot) const;
  void check_accuracy(std::size_t observer, const Incarnation& peer, DownReason reason);
  bool knows(std::size_t index, std::size_t other) const;
  void check_pair(std::size_t observer, std::size_t peer);
  void check_nobody_else(std::size_t observer);

  const Truth& truth_;
  Tally& tally_;
  std::map<NodeId, std::size_t> index_;
  std::vector<std::map<NodeId, Up>> up_;  // by observer
  std::uint64_t serial_ = 0;
};

}  // namespace noex::sim

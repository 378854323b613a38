// TieChecker: D4, from the process links that nodes make, and from the ends of processes.
//
// Each end of a process link that a node holds is an obligation: when the other process ends, but
// not normally, or its node or the link to it is lost, this one has to end as well, or to be told
// if it traps exits. So is an end that a node should hold and does not: the other side made it, and
// the link over which it said so has lasted.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "noex/runtime/observe/observer.h"
#include "noex/sim/check/property.h"
#include "noex/sim/check/truth.h"

namespace noex::sim {

class TieChecker {
 public:
  TieChecker(const Truth& truth, Tally& tally);

  void on_node_ended(const Incarnation& node);
  void on_linked(std::size_t index, ProcessId process, const Ref& other);
  void on_unlinked(std::size_t index, ProcessId process, const Ref& other);
  void on_exit_told(std::size_t index, ProcessId process, const Ref& other);
  void on_process_ended(std::size_t index, ProcessId process, const ExitReason& reason);
  void on_link_down(std::size_t index, const Incarnation& peer);
  // Every now and then.
  void look();

 private:
  struct Tie {
    Ref near;
    Ref far;
    auto operator<=>(const Tie&) const = default;
  };
  struct Due {
    Instant since{};
    // The far node may have said so over this link only: how many had ended before it.
    std::optional<std::uint64_t> while_link;
  };

  std::optional<std::size_t> index_of(const Incarnation& node) const;
  bool is_alive(const Ref& process) const;
  std::uint64_t links_ended(const NodeId& from, const NodeId& to) const;
  void owe(const Tie& tie, std::optional<std::uint64_t> while_link = std::nullopt);
  void owe_unheld(const Tie& tie);
  void settle(const Tie& tie);
  bool is_over(const Tie& tie, const Due& due) const;
  Instant late_after(const Tie& tie, Instant since) const;

  const Truth& truth_;
  Tally& tally_;
  std::map<NodeId, std::size_t> machines_;
  // As the node of `near` holds them, and how many links to the far node had ended by then.
  std::map<Tie, std::uint64_t> ties_;
  std::set<Tie> held_;  // ever
  std::map<Tie, Due> dues_;
  std::map<Ref, bool> ended_;  // those that were tied; true: normally
  std::map<std::pair<NodeId, NodeId>, std::uint64_t> links_ended_;
};

}  // namespace noex::sim

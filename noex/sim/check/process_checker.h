// ProcessChecker: P5, from the processes that were started for other nodes.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <vector>

#include "noex/runtime/observe/observer.h"
#include "noex/sim/check/property.h"
#include "noex/sim/check/truth.h"

namespace noex::sim {

class ProcessChecker {
 public:
  ProcessChecker(const Truth& truth, Tally& tally)
      : truth_(truth), tally_(tally), started_(truth.nodes()), confirmed_(truth.nodes()) {}

  void on_node_started(std::size_t index) { on_node_ended(index); }
  void on_node_ended(std::size_t index);
  void on_spawned_for_other(std::size_t index, ProcessId process);
  void on_spawn_confirmed(std::size_t index, ProcessId process);
  // The node on machine `index` was told of a process that it wanted elsewhere.
  void on_spawn_told(std::size_t index, const Ref& process) {
    told_.emplace(process, Told{index, truth_.now()});
  }
  void on_spawn_taken_back(std::size_t index, ProcessId process);
  void at_end();

 private:
  struct Told {
    std::size_t spawner = 0;
    Instant at{};
  };

  void check_orphans(std::size_t index);

  const Truth& truth_;
  Tally& tally_;
  std::vector<std::set<ProcessId>> started_;    // by node: for another node
  std::vector<std::set<ProcessId>> confirmed_;  // by node: of those
  std::map<Ref, Told> told_;                    // those that their spawner knows
};

}  // namespace noex::sim

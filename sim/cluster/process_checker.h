// ProcessChecker: D2 and P5, from what processes watch and for whom they were started.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <vector>

#include "runtime/observer.h"
#include "sim/cluster/property.h"
#include "sim/cluster/truth.h"

namespace noex::sim {

class ProcessChecker {
 public:
  ProcessChecker(const Truth& truth, Tally& tally)
      : truth_(truth), tally_(tally), monitors_(truth.nodes()), provisional_(truth.nodes()) {}

  void on_node_started(std::size_t index) { on_node_ended(index); }
  void on_node_ended(std::size_t index);
  void on_monitor_made(std::size_t index, ProcessId watcher, MonitorId monitor, const Ref& target);
  void on_monitor_removed(std::size_t index, MonitorId monitor);
  void on_down(std::size_t index, MonitorId monitor);
  void on_spawned_for_other(std::size_t index, ProcessId process);
  // The node on machine `index` was told of a process that it wanted elsewhere.
  void on_spawn_told(std::size_t index, const Ref& process) {
    told_.emplace(process, Told{index, truth_.now()});
  }
  void on_spawn_taken_back(std::size_t index, ProcessId process);
  void at_end();

 private:
  struct Monitor {
    ProcessId watcher = 0;
    Ref target;
  };

  struct Told {
    std::size_t spawner = 0;
    Instant at{};
  };

  bool is_alive(const Ref& process) const;
  void check_monitors(std::size_t index);
  void check_orphans(std::size_t index);

  const Truth& truth_;
  Tally& tally_;
  std::vector<std::map<MonitorId, Monitor>> monitors_;  // by node: neither taken back nor fired
  std::vector<std::set<ProcessId>> provisional_;        // by node: started for another node
  std::map<Ref, Told> told_;                            // those that their spawner knows
};

}  // namespace noex::sim

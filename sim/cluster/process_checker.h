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
  void on_spawn_told(const Ref& process) { told_.insert(process); }
  void at_end();

 private:
  struct Monitor {
    ProcessId watcher = 0;
    Ref target;
  };

  bool is_alive(const Ref& process) const;
  void check_monitors(std::size_t index);
  void check_orphans(std::size_t index);

  const Truth& truth_;
  Tally& tally_;
  std::vector<std::map<MonitorId, Monitor>> monitors_;  // by node: neither taken back nor fired
  std::vector<std::set<ProcessId>> provisional_;        // by node: started for another node
  std::set<Ref> told_;                                  // those that their spawner knows
};

}  // namespace noex::sim

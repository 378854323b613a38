// MonitorChecker: D2, and D3 and X3 of monitors, from each monitor that is made, taken back, or
// gives its Down.
//
// A monitor owes its Down once its target has ended, or the link to it is lost. What is lost with a
// link is told within the detection bound, counted from the end of the peer's process at the
// latest, and before the watcher handles a later message of that peer.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "noex/runtime/observe/observer.h"
#include "noex/sim/check/property.h"
#include "noex/sim/check/truth.h"

namespace noex::sim {

class MonitorChecker {
 public:
  MonitorChecker(const Truth& truth, Tally& tally);

  void on_node_started(std::size_t index) { monitors_[index].clear(); }
  // The node on that machine, of that incarnation, runs no more.
  void on_node_ended(std::size_t index, const Incarnation& node);
  void on_monitor_made(std::size_t index, ProcessId watcher, MonitorId monitor, const Ref& target);
  void on_monitor_removed(std::size_t index, MonitorId monitor);
  void on_down(std::size_t index, MonitorId monitor, const ExitReason& reason);
  // nullopt: it has given its Down, or was taken back.
  std::optional<Ref> target(std::size_t index, MonitorId monitor) const;
  void on_link_down(std::size_t index, const Incarnation& peer);
  void on_process_ended(std::size_t index, ProcessId process, const ExitReason& reason);
  // A process handles a message of that peer.
  void on_message(std::size_t index, ProcessId process, const Incarnation& peer);
  // Every now and then.
  void look();
  void at_end();

 private:
  struct Monitor {
    ProcessId watcher = 0;
    Ref target;
    bool had_way = false;  // the target was of this node, or of one that was up
    bool lost = false;     // the link to it, since
    // When the link was lost, or the target's node ended.
    std::optional<Instant> owed;
  };
  using Place = std::pair<std::size_t, MonitorId>;

  bool is_alive(const Ref& process) const;
  bool runs(const Ref& process) const;
  bool is_true(const Monitor& made, const ExitReason& reason) const;
  void check_none_left();
  void owe(std::size_t index, MonitorId monitor, Monitor& made);
  void check_reason(std::size_t index, MonitorId monitor, const Monitor& made,
                    const ExitReason& reason);

  const Truth& truth_;
  Tally& tally_;
  std::map<NodeId, std::size_t> machines_;
  std::vector<std::map<MonitorId, Monitor>> monitors_;  // by node: neither taken back nor fired
  std::set<Place> owing_;
  std::map<Ref, ExitReason> ended_;  // how, of all that ended before their node did
};

}  // namespace noex::sim

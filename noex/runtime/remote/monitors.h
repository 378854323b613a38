// Monitors: who is told when which process ends. Each monitor gives at most one Down, and exactly
// one once the process has ended or the link to it is lost, unless it is taken back before.
//
// Owns both ends: monitors that processes of this node made (on processes anywhere), and those
// that other nodes made on processes of this node.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "noex/runtime/cluster/cluster.h"
#include "noex/runtime/core/ids.h"
#include "noex/runtime/core/index.h"
#include "noex/runtime/core/link_quota.h"
#include "noex/runtime/core/options.h"
#include "noex/runtime/message/ref.h"
#include "noex/runtime/observe/observer.h"
#include "noex/runtime/process/processes.h"
#include "noex/runtime/remote/links.h"

namespace noex {

class Monitors {
 public:
  // All of them outlive it.
  Monitors(Incarnation self, const Options& options, Processes& processes, Links& links,
           Observer& observer);

  // Fires at once if the target is gone or cannot be reached.
  MonitorId add(ProcessId watcher, const Ref& target);
  // True if no Down had been handled yet; one that waits in the mailbox is discarded.
  bool remove(ProcessId watcher, MonitorId monitor);

  // --- Messages of peers ---
  // False: malformed (a number used twice, or more than watches_per_link_max).
  [[nodiscard]] bool on_monitor(Link& link, const wire::Monitor& request);
  void on_demonitor(Link& link, const wire::Demonitor& request);
  void on_down(Link& link, const wire::MonitorDown& down);
  void on_overflow(Link& link, const wire::MonitorOverflow& overflow);

  // --- What happens here ---
  void on_process_ended(ProcessId process, const ExitReason& reason);
  void on_process_overflow(ProcessId process);
  void on_link_down(LinkSerial link);
  bool uses(LinkSerial link) const { return by_link_.has(link) || their_quota_.uses(link); }

  std::size_t count() const { return made_.size() + foreign_.size(); }
  void check_invariants() const;

 private:
  struct Made {
    ProcessId watcher = 0;
    Ref target;
    LinkSerial link;  // none: the target is of this node
  };
  using Foreign = std::pair<LinkSerial, MonitorId>;  // link and the peer's number

  bool take_back(ProcessId watcher, MonitorId monitor);
  void insert(MonitorId monitor, Made made);
  Made take(std::map<MonitorId, Made>::iterator found);
  void fire(MonitorId monitor, const ExitReason& reason);
  void tell_overflow(MonitorId monitor);

  Incarnation self_;
  Processes& processes_;
  Links& links_;
  Observer& observer_;
  std::size_t per_link_max_;
  LinkQuota their_quota_;
  MonitorId next_ = 1;
  std::map<MonitorId, Made> made_;
  // Invariant: exactly what is in made_, in the first and in one of the others.
  Index<ProcessId, MonitorId> by_watcher_;
  Index<ProcessId, MonitorId> by_local_target_;
  Index<LinkSerial, MonitorId> by_link_;
  std::map<Foreign, ProcessId> foreign_;
  Index<ProcessId, Foreign> foreign_by_target_;  // Invariant: exactly what is in foreign_
};

}  // namespace noex

// ProcessLinks: which processes end together. (Links are connections; these tie two processes.)
//
// A process link is symmetric: when either end ends, or the link between their nodes is lost, the
// other gets an exit signal. Each is named by who made it and his number, and every message about
// it carries that name: so two nodes that link and unlink the same pair at the same time always
// end up agreeing. Owns both ends: what this node's processes made, and what peers made.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <vector>

#include "noex/runtime/core/link_quota.h"
#include "noex/runtime/core/options.h"
#include "noex/runtime/message/ref.h"
#include "noex/runtime/observe/observer.h"
#include "noex/runtime/process/processes.h"
#include "noex/runtime/remote/links.h"

namespace noex {

class ProcessLinks {
 public:
  ProcessLinks(Incarnation self, const Options& options, Processes& processes, Links& links,
               Sender& sender, Observer& observer);

  // Links them, unless they are. A process that is gone or unreachable gives its exit signal at
  // once.
  void add(ProcessId process, const Ref& other);
  // The same, if the other is not of this node, over that very link to its incarnation; nullptr:
  // there is none.
  void add(ProcessId process, const Ref& other, Link* link);
  // No exit signal of their link reaches `process` any more, also none that waits in its mailbox.
  void remove(ProcessId process, const Ref& other);

  // --- Messages of peers ---
  // False: malformed (a number used twice, or more than watches_per_link_max).
  [[nodiscard]] bool on_link(Link& link, const wire::ProcessLink& request);
  void on_unlink(Link& link, const wire::ProcessUnlink& request);
  void on_exit(Link& link, const wire::ProcessLinkExit& ended);

  // --- What happens here ---
  void on_process_ended(ProcessId process, const ExitReason& reason);
  void on_link_down(LinkSerial link);
  bool uses(LinkSerial link) const { return our_quota_.uses(link) || their_quota_.uses(link); }

  std::size_t count() const { return all_.size(); }
  void check_invariants() const;

 private:
  struct Name {
    LinkSerial link;    // none: both processes are of this node
    bool ours = false;  // made by this node, with its number
    std::uint64_t number = 0;
    auto operator<=>(const Name&) const = default;
  };
  struct Ends {
    ProcessId near = 0;
    Ref far;  // a process of this node if the name has no link
  };
  struct End {  // of one process, for finding
    ProcessId process = 0;
    Ref other;
    Name name;
    auto operator<=>(const End&) const = default;
  };
  struct Signal {
    ProcessId to = 0;
    Exit exit;
    ExitCause cause = ExitCause::link;
  };

  Ref local_ref(ProcessId process) const;
  void insert(const Name& name, Ends ends);
  Ends erase(const Name& name);
  std::vector<End> ends_of(ProcessId process) const;
  std::vector<Name> between(ProcessId process, const Ref& other) const;
  void signal(ProcessId to, Ref from, ExitReason reason, bool ours = true);

  Incarnation self_;
  Processes& processes_;
  Links& links_;
  Sender& sender_;
  Observer& observer_;
  LinkQuota our_quota_;
  LinkQuota their_quota_;
  std::uint64_t next_ = 1;
  std::map<Name, Ends> all_;
  std::set<End> by_process_;  // Invariant: every end that is on this node
  std::deque<Signal> signals_;
  bool signalling_ = false;
};

}  // namespace noex

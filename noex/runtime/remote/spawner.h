// Spawner: starting processes on request, of this node or of another, without orphans.
//
// A process that was started for another node is provisional until that node's Confirm: Cancel or
// the end of the link ends it. So whoever was not told ok, or went away, leaves nothing behind.
// Owns both ends: requests made by this node, and processes being started for somebody.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "noex/runtime/cluster/cluster.h"
#include "noex/runtime/core/link_quota.h"
#include "noex/runtime/core/options.h"
#include "noex/runtime/message/future.h"
#include "noex/runtime/names/name_service.h"
#include "noex/runtime/observe/observer.h"
#include "noex/runtime/process/behavior.h"
#include "noex/runtime/process/processes.h"
#include "noex/runtime/remote/flow.h"
#include "noex/runtime/remote/links.h"
#include "noex/runtime/remote/process_links.h"
#include "noex/transport/loop.h"

namespace noex {

// How a process of this node is to be started.
struct LocalSpawn {
  std::string global_name;  // empty: none
  Duration timeout{};
  ProcessId linked_to = 0;  // of this node; 0: nobody
  ProcessId keeper = 0;     // who keeps its global name, should it end; 0: nobody
};

class Spawner {
 public:
  // All of them outlive it.
  Spawner(Incarnation self, const Options& options, Loop& loop, const Behaviors& behaviors,
          Processes& processes, NameService& names, Links& links, Flow& flow,
          ProcessLinks& process_links, Sender& sender, Observer& observer);
  ~Spawner();
  Spawner(const Spawner&) = delete;
  Spawner& operator=(const Spawner&) = delete;

  Future<Result<Ref>> here(Blueprint blueprint, LocalSpawn spawn);
  // `link`: to the node that shall run it; nullptr: unreachable. `linked_to`: 0: nobody.
  Future<Result<Ref>> there(Link* link, wire::Spawn request, ByteView arguments,
                            ProcessId linked_to);

  // --- Messages of peers: what does not fit the state of that spawn is late, and ignored ---
  // False: malformed (a number that is in use; an answer that says both or neither).
  [[nodiscard]] bool on_spawn(Link& link, const wire::Spawn& request, ByteView arguments);
  [[nodiscard]] bool on_reply(Link& link, const wire::SpawnReply& reply);
  void on_confirm(Link& link, const wire::SpawnConfirm& confirm);
  void on_cancel(Link& link, const wire::SpawnCancel& cancel);

  // --- What happens here ---
  void on_process_ended(ProcessId process);
  void on_link_down(LinkSerial link);
  // A spawn is under way over that link, or provisional.
  bool uses(LinkSerial link) const;

  std::size_t pending() const { return asked_.size() + starting_.size(); }
  void check_invariants() const;

 private:
  using Key = std::pair<LinkSerial, std::uint64_t>;  // link (none: this node) and number

  struct Asked {  // by this node, of another
    Completer<Result<Ref>> completer;
    Incarnation where;
    TimerId timer = 0;
    ProcessId linked_to = 0;
    Flow::Ticket waiting = 0;  // for room; 0: it is sent
  };
  struct AskedHere {
    Completer<Result<Ref>> completer;
    ProcessId linked_to = 0;
  };
  struct Starting {  // on this node, for somebody; provisional once answered
    ProcessId process = 0;
    std::uint64_t claim = 0;
    ProcessId keeper = 0;
    std::string global_name;  // empty: none, or held already
    bool answered = false;
    TimerId timer = 0;
  };

  Result<void> send(Link& link, const wire::Spawn& request, ByteView arguments);
  void send_when_ready(Link& link, wire::Spawn request, ByteView arguments);
  using AskedAt = std::map<Key, Asked>::iterator;
  Asked take_asked(AskedAt at);
  void end_asked(Key key, Result<Ref> result);
  void begin(Key key, Blueprint blueprint, LocalSpawn spawn);
  void on_init_done(Key key, Instant deadline, Result<void> result);
  void finish(Key key, Result<void> result);
  Starting take_starting(std::map<Key, Starting>::iterator at);
  Result<void> refuse_at_once(const wire::Spawn& request) const;
  void answer(Key key, Result<Ref> result);
  void give_up(Key key, ExitReason reason);

  const Incarnation self_;
  const Options& options_;
  Loop& loop_;
  const Behaviors& behaviors_;
  Processes& processes_;
  NameService& names_;
  Links& links_;
  Flow& flow_;
  ProcessLinks& process_links_;
  Sender& sender_;
  Observer& observer_;
  std::uint64_t next_ = 1;
  std::map<Key, Asked> asked_;
  std::map<std::uint64_t, AskedHere> asked_here_;
  std::map<Key, Starting> starting_;
  std::map<ProcessId, Key> by_process_;  // Invariant: those in starting_
  LinkQuota their_quota_;
};

}  // namespace noex

// Names: the registry as processes and programs use it.
//
// Owns the sans-IO Registry: gives it time and messages, carries out what it wants done.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/future.h"
#include "runtime/ids.h"
#include "runtime/kept_names.h"
#include "runtime/observer.h"
#include "runtime/ref.h"
#include "runtime/registry.h"
#include "transport/base/lifeline.h"
#include "transport/loop.h"

namespace noex {

class NamesEvents {
 public:
  virtual ~NamesEvents() = default;
  virtual void on_conflict_lost(const RegistryConflictLost& lost) = 0;
  virtual void on_winner_changed(const RegistryWinnerChanged& change) = 0;
  // Sends one registry message over that link, if it still is.
  virtual void send_registry(const RegistrySend& send) = 0;
  // Something waits for a link to that node.
  virtual void reach(const NodeId& to) = 0;
  // That node's names are held: it may be announced.
  virtual void on_registry_known(const Incarnation& owner) = 0;
};

class Names {
 public:
  using Done = std::move_only_function<void(Result<void>)>;

  Names(Incarnation self, const Options& options, Loop& loop, HybridClock& clock, Waker& waker,
        Sender& sender, NamesEvents& events, Observer* observer);

  // Claims `name` in the whole cluster for a process of this node. Succeeds when the name is
  // visible at every node that granted it. Errors: name_taken (the detail says where), timeout,
  // overloaded, invalid_argument, noproc. timeout 0: register_timeout. Within a process only.
  Future<Result<void>> register_name(std::string name, const Ref& process, Duration timeout = {});
  // True if `process` held it; it is gone from here at once, elsewhere when they hear of it.
  bool unregister_name(std::string_view name, const Ref& process);
  // Who holds the name, as far as this node knows; local, no waiting.
  std::optional<Ref> lookup(std::string_view name) const;
  // The same; where this node knows nobody, asks the nodes that would. Errors: noproc (none of
  // them knows a holder), timeout, invalid_argument. timeout 0: register_timeout. Within a process
  // only.
  Future<Result<Ref>> find(std::string name, Duration timeout = {});
  // All names with a common beginning.
  std::map<std::string, Ref> names(std::string_view prefix = {}) const;

  // Gives the name that `from` holds to `to`, both of this node, in one step: nobody ever misses
  // it. False: `from` does not hold it.
  bool move_name(std::string_view name, const Ref& from, const Ref& to);

  // --- For the node ---
  // After a change of what is kept: settle().
  KeptNames& kept() { return kept_; }
  const KeptNames& kept() const { return kept_; }
  std::uint64_t claim(std::string name, ProcessId process, Duration timeout, Done done);
  void cancel(std::uint64_t request);
  Registry& core() { return *core_; }
  const Registry& core() const { return *core_; }
  // Nobody waits any more for what it wanted found.
  void on_process_ended(ProcessId process);
  // What follows from it is carried out in a later turn, together with what follows from others.
  [[nodiscard]] bool on_message(LinkSerial link, ByteView message);
  // A heartbeat brought another hash than the core's.
  void on_differs(LinkSerial link);
  // Carries out what the core wants; after every event that it was given.
  void settle();

 private:
  void settle_later();
  void gather();
  void carry_out(RegistryAction action);
  Ref ref_of(const NameHolder& holder) const;

  Incarnation self_;
  const Options& options_;
  Loop& loop_;
  Waker& waker_;
  Sender& sender_;
  NamesEvents& events_;
  Observer* observer_;
  std::unique_ptr<Registry> core_;
  KeptNames kept_;
  Timer timer_;
  std::optional<Instant> timer_at_;
  std::map<std::uint64_t, Done> waiting_;
  struct Finding {
    Completer<Result<Ref>> completer;
    Instant deadline;
    ProcessId finder = 0;
  };
  std::map<std::uint64_t, Finding> finding_;
  std::set<std::pair<ProcessId, std::uint64_t>> finders_;  // Invariant: one for each in finding_
  std::deque<RegistryAction> pending_;                     // to be carried out; none of them sends
  bool settling_ = false;
  bool settle_posted_ = false;
  Lifeline lifeline_;
};

}  // namespace noex

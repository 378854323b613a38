// NameService: the Names of a node.
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

#include "noex/runtime/core/ids.h"
#include "noex/runtime/message/future.h"
#include "noex/runtime/message/ref.h"
#include "noex/runtime/names/kept_names.h"
#include "noex/runtime/names/names.h"
#include "noex/runtime/names/registry_links.h"
#include "noex/runtime/observe/observer.h"
#include "noex/runtime/registry/registry.h"
#include "noex/transport/base/lifeline.h"
#include "noex/transport/loop.h"

namespace noex {

class NamesEvents {
 public:
  virtual ~NamesEvents() = default;
  virtual void on_conflict_lost(const RegistryConflictLost& lost) = 0;
  virtual void on_winner_changed(const RegistryWinnerChanged& change) = 0;
  // Whether the process is told of a lost name by a message, and may live on.
  virtual bool handles_name_conflict(ProcessId process) const = 0;
};

class NameService final : public Names {
 public:
  using Done = std::move_only_function<void(Result<void>)>;

  NameService(Incarnation self, const Options& options, Loop& loop, HybridClock& clock,
              Waker& waker, Sender& sender, RegistryLinks& links, NamesEvents& events,
              Observer& observer);

  Future<Result<void>> register_name(std::string name, const Ref& process,
                                     Duration timeout) override;
  bool unregister_name(std::string_view name, const Ref& process) override;
  std::optional<Ref> lookup(std::string_view name) const override;
  Future<Result<Ref>> find(std::string name, Duration timeout) override;
  std::map<std::string, Ref> names(std::string_view prefix) const override;
  bool move_name(std::string_view name, const Ref& from, const Ref& to) override;

  // After a change of what is kept: settle().
  KeptNames& kept() { return kept_; }
  const KeptNames& kept() const { return kept_; }
  std::uint64_t claim(std::string name, ProcessId process, Duration timeout, Done done);
  void cancel(std::uint64_t request);
  Registry& core() { return *core_; }
  const Registry& core() const { return *core_; }
  bool handles_name_conflict(ProcessId process) const {
    return events_.handles_name_conflict(process);
  }
  // Nobody waits any more for what it wanted found.
  void on_process_ended(ProcessId process);

  // --- What the cluster says, and all that follows from it ---
  // Begins the link with all that this node knows.
  void on_link_up(const Incarnation& peer, LinkSerial link);
  // The peer knows nothing of what went over it before.
  void on_link_reopened(const Incarnation& peer, LinkSerial link);
  void on_link_down(LinkSerial link);
  void on_node_up(const Incarnation& peer);
  void on_node_down(const Incarnation& peer, bool has_left);
  void set_settled(bool settled);
  // What follows from it is carried out in a later turn, together with what follows from others.
  [[nodiscard]] bool on_message(LinkSerial link, ByteView message);
  // A heartbeat brought another hash than the core's.
  void on_differs(LinkSerial link);
  // Carries out what the core wants; after every event that it was given.
  void settle();
  void check_invariants() const;

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
  RegistryLinks& links_;
  NamesEvents& events_;
  Observer& observer_;
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

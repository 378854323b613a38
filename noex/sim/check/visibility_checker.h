// VisibilityChecker: R6, from each registration that is acknowledged: who must show it, and stays
// so.
//
// Computes the arbiters of a name itself, by the rule of docs/PROTOCOL.md. Those were asked that
// were up when the entry was made: a majority of them, as far as they are up, has to show it when
// it is acknowledged. Only those are sure to have been asked in time that were arbiters when the
// claim began and up throughout: each of them has to show it that could answer in time. Those who
// do go on as long as they have the owner up and the entry is neither withdrawn nor lost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "noex/runtime/observe/observer.h"
#include "noex/sim/check/membership_checker.h"
#include "noex/sim/check/property.h"
#include "noex/sim/check/truth.h"

namespace noex::sim {

class VisibilityChecker {
 public:
  VisibilityChecker(const Truth& truth, Tally& tally, const MembershipChecker& membership);

  void on_node_ended(std::size_t index);
  void on_claim_started(std::size_t index, std::uint64_t request, std::string_view name,
                        ProcessId process);
  // The claim of that process has become an entry.
  void on_name_published(std::size_t index, std::string_view name, ProcessId process);
  // `own`: the entry that the claimant's node shows.
  void on_acknowledged(std::size_t index, std::uint64_t request, const std::string& name,
                       const NameHolder& own);
  void on_refused(std::size_t index, std::uint64_t request) { asked_[index].erase(request); }
  // The node there does not hold the name any more.
  void on_given_up(std::size_t index, const std::string& name);
  // The registry of that node has changed.
  void on_changed(std::size_t index);

 private:
  // By machine: which of the times that it was up.
  using Arbiters = std::map<std::size_t, std::uint64_t>;
  struct Shown {
    std::size_t owner = 0;
    std::uint64_t serial = 0;  // of the owner's node_up
    NameHolder entry;
  };

  struct Asked {
    std::string name;
    ProcessId process = 0;
    Arbiters arbiters;
    Arbiters members;        // whom its node had up when it made the entry, whether they ran or not
    Arbiters running;        // those of them that did
    bool contested = false;  // others wanted the name meanwhile
    Instant began{};         // on its node's own clock
    Instant at{};            // the same moment, true time
  };

  Arbiters arbiters_of(std::size_t index, std::string_view name) const;
  bool shows(std::size_t index, const std::string& name, const NameHolder& entry) const;
  Arbiters members_of(std::size_t index) const;
  Arbiters running_of(std::size_t index) const;
  void check_majority(std::size_t index, const Asked& asked, const NameHolder& own);
  bool is_in_time(std::size_t index, std::size_t arbiter, const Asked& asked) const;

  const Truth& truth_;
  Tally& tally_;
  const MembershipChecker& membership_;
  std::vector<std::map<std::uint64_t, Asked>> asked_;  // by claimant, by request
  std::vector<std::map<std::string, Shown>> shown_;    // by arbiter
};

}  // namespace noex::sim

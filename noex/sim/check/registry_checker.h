// RegistryChecker: R1 to R5, R7, R8 and X3, from what each node's registry shows and what claims
// were told; with it R6 (VisibilityChecker), R9 and more of R8 (ClaimChecker).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "noex/runtime/observe/observer.h"
#include "noex/sim/check/claim_checker.h"
#include "noex/sim/check/membership_checker.h"
#include "noex/sim/check/property.h"
#include "noex/sim/check/truth.h"
#include "noex/sim/check/visibility_checker.h"

namespace noex::sim {

class RegistryChecker {
 public:
  RegistryChecker(const Truth& truth, Tally& tally, const MembershipChecker& membership);

  void on_node_started(std::size_t index);
  void on_node_ended(std::size_t index);
  // A link or a node is lost, or a process ended: concurrent claims may now fail for good reason.
  void on_disturbance();
  void on_process_ended(std::size_t index, ProcessId process, const ExitReason& reason);
  void on_claim_started(std::size_t index, std::uint64_t request, std::string_view name,
                        ProcessId process);
  void on_name_published(std::size_t index, std::string_view name, const RegistryEntry& entry) {
    each_claim_.on_name_published(index, name, entry);
    visibility_.on_name_published(index, name, entry.process);
  }
  void on_claim_ended(std::size_t index, std::uint64_t request, const Result<void>& result,
                      const std::optional<NameHolder>& holder);
  void on_find_ended(std::size_t index, Instant deadline);
  // A process handles the Down of that one.
  void on_down(std::size_t index, const Ref& target, const ExitReason& reason);
  void on_conflict_lost(std::size_t index, const RegistryConflictLost& lost);
  void after_event(std::size_t index);
  void at_end();

 private:
  struct Claim {
    std::string name;
    ProcessId process = 0;
    Instant began{};  // on its node's own clock
  };
  struct Held {  // acknowledged, and neither ended nor lost since
    ProcessId process = 0;
    Stamp stamp;
  };
  struct Contest {  // overlapping claims of one name
    std::set<std::pair<std::size_t, std::uint64_t>> open;
    std::uint64_t acknowledged = 0;
    std::uint64_t given_up = 0;  // of those: the process has ended
    bool undisturbed = false;
  };

  const Registry& core(std::size_t index) const;
  int detours() const;
  bool is_told_everywhere(std::string_view name) const;
  // After which a claim has ended.
  Duration time_to_ask(std::size_t index) const;
  void check_deadline(std::size_t index, const Claim& claim);
  void check_in_time(std::size_t index, Duration late, std::string_view what);
  bool was_patient(std::size_t index, const Claim& claim) const;
  bool is_whole() const;
  bool is_whole_and_free(std::size_t claimant, std::string_view name) const;
  void check_lookup(std::size_t index, const std::string& name);
  void check_visible(std::size_t index, std::uint64_t request, const Claim& claim);
  void check_told(std::size_t index);
  bool was_told(std::size_t index, ProcessId process) const;
  void check_contests(const std::vector<std::size_t>& component);
  void check_component(const std::vector<std::size_t>& component);
  void check_alive(std::size_t index);
  bool is_alive(const Incarnation& owner, ProcessId process) const;

  const Truth& truth_;
  Tally& tally_;
  const MembershipChecker& membership_;
  std::set<std::string> known_;                          // every name that was ever claimed
  std::map<std::string, Instant, std::less<>> touched_;  // when it was last claimed or withdrawn
  std::set<std::string> contested_;                      // every name that was lost by somebody
  std::vector<std::uint64_t> seen_version_;
  std::vector<bool> promised_;  // anything, after its last turn
  std::vector<std::map<std::uint64_t, Claim>> claims_;
  Instant asked_{};  // when a claim began or a claim or a search ended, last: programs may go on
  std::vector<std::map<std::string, Held>> held_;
  std::set<std::tuple<std::size_t, Boot, ProcessId, std::string>> told_;
  std::vector<std::set<ProcessId>> to_end_;  // by node: have lost a name in this turn
  VisibilityChecker visibility_;
  ClaimChecker each_claim_;
  std::map<std::string, Contest, std::less<>> contests_;
};

}  // namespace noex::sim

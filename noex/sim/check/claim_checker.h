// ClaimChecker: R8 of each claim by itself, and R9; in clusters where all are arbiters, or R9 in
// any.
//
// A claim becomes an entry by the promises of all, or, once its grace is over, of a majority. Whose
// node is linked to a majority that nothing disturbs gets its name or a refusal, never a timeout.
// And whoever is refused is told of a holder that has, or had, an entry.
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

#include "noex/runtime/registry/registry.h"
#include "noex/sim/check/membership_checker.h"
#include "noex/sim/check/property.h"
#include "noex/sim/check/truth.h"

namespace noex::sim {

class ClaimChecker {
 public:
  ClaimChecker(const Truth& truth, Tally& tally, const MembershipChecker& membership)
      : truth_(truth), tally_(tally), membership_(membership), claims_(truth.nodes()) {}

  void on_node_ended(std::size_t index) { claims_[index].clear(); }
  void on_claim_started(std::size_t index, std::uint64_t request, std::string_view name,
                        ProcessId process);
  void on_name_published(std::size_t index, std::string_view name, const RegistryEntry& entry);
  void on_claim_ended(std::size_t index, std::uint64_t request, const Result<void>& result,
                      const std::optional<NameHolder>& holder);
  void on_changed(std::size_t index);  // the registry of that node

 private:
  using Pair = std::pair<std::size_t, std::size_t>;
  struct Claim {
    std::string name;
    ProcessId process = 0;
    std::map<std::size_t, std::uint64_t> up;  // by machine: up_serial when the claim began
    std::size_t members = 0;                  // that its node had up then, itself too
    std::set<Pair> links;                     // of all nodes, as the first one sees it
    std::set<std::size_t> rivals;             // nodes that wanted the name at the same time
    bool settled = false;
    Instant began{};  // on its node's own clock
    Instant at{};     // the same moment, true time
    bool published = false;
  };

  const Registry& core(std::size_t index) const;
  bool all_are_arbiters() const;
  std::size_t members_up(std::size_t index) const;
  std::set<Pair> links() const;
  bool is_calm(std::size_t a, std::size_t b, Instant at) const;
  std::set<std::size_t> reached(std::size_t index, const Claim& claim) const;
  bool is_stuck(std::size_t rival, std::size_t arbiter, const Claim& claim) const;
  void check_promises(std::size_t index, const Claim& claim);
  void check_success(std::size_t index, const Claim& claim);
  void check_holder(std::size_t index, const Claim& claim, const NameHolder& holder);

  const Truth& truth_;
  Tally& tally_;
  const MembershipChecker& membership_;
  std::vector<std::map<std::uint64_t, Claim>> claims_;
  std::set<std::tuple<std::string, NodeId, Boot, Stamp>> made_;  // all entries that ever were
};

}  // namespace noex::sim

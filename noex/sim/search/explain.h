// Explain: why a property was violated, as far as the run and its re-runs tell.
//
// From the story: who is involved, what they did last, who believed what at that moment. By
// running again without one thing after the other: without which steps it does not happen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "noex/sim/scenario/scenario.h"
#include "noex/sim/search/shrink.h"
#include "noex/sim/story/story.h"
#include "noex/sim/text/paint.h"

namespace noex::sim {

struct Explanation {
  std::vector<std::uint32_t> nodes;  // those involved
  // Ids of steps that suffice; without any one of them it does not happen, if it is minimal.
  std::vector<std::uint32_t> steps;
  std::uint64_t runs = 0;  // that it took; 0: nothing was tried
  bool minimal = false;
};

// The nodes that the violation names, and whose turn it was; all, if none.
std::vector<std::uint32_t> involved_nodes(const Story& story, const Violation& violation);

// is_over: asked before each run.
Explanation find_needed(const Scenario& scenario, const Violation& violation,
                        const FailureTest& test, const ShrinkHooks& hooks);

// What a node believed at a moment.
struct Belief {
  bool runs = false;
  std::vector<std::uint32_t> up;  // ascending, without itself
  struct Name {
    std::string name;
    std::uint32_t holder = 0;
    std::string process;  // its role
  };
  std::vector<Name> names;  // by name
};
Belief belief_of(const Story& story, std::uint32_t node, Instant at);

// The steps alone, under a title; empty if nothing was tried.
std::string describe_needed(const Scenario& scenario, const Explanation& explanation,
                            const Paint& paint);

// For the report: the views side by side, the last events, the steps.
std::string describe_explanation(const Scenario& scenario, const Story& story,
                                 const Violation& violation, const Explanation& explanation,
                                 const Paint& paint);

}  // namespace noex::sim

// Shrink: from a scenario that fails to a minimal one that fails in the same way.
//
// Delta debugging (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input",
// 2002) over steps, then over everything else that can be smaller: nodes, users, how long faults
// and the run last, links, options, texts. Knows no file and no clock: whoever calls says what
// fails, and when time is up. The same calls give the same result.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "noex/sim/check/property.h"
#include "noex/sim/scenario/scenario.h"

namespace noex::sim {

// What a scenario violates; nothing: it holds.
using FailureTest = std::function<std::optional<Violation>(const Scenario&)>;

struct ShrinkHooks {
  // Asked before each test.
  std::function<bool()> is_over = [] { return false; };
  // The smallest so far, and how many tests that took.
  std::function<void(const Scenario&, std::uint64_t)> on_smaller = [](const auto&, auto) {};
};

struct Shrunk {
  Scenario scenario;
  Violation violation;  // what it violates
  std::uint64_t tests = 0;
  bool minimal = false;  // false: time was up before nothing more could be removed
};

// violation: what `scenario` violates; only what violates the same property counts.
Shrunk shrink(const Scenario& scenario, const Violation& violation, const FailureTest& test,
              const ShrinkHooks& hooks = {});

// The same, but only steps are removed: what is left has its ids and its moments, and without any
// one of them the violation does not happen (if it is minimal).
Shrunk shrink_steps(const Scenario& scenario, const Violation& violation, const FailureTest& test,
                    const ShrinkHooks& hooks = {});

// --- Its parts, for themselves ---

// Without that node: the later ones move up, in commands' texts, too. Steps that are about nobody
// else go with it.
Scenario without_node(const Scenario& scenario, std::uint32_t node);

struct StepCounts {
  std::size_t faults = 0;
  std::size_t operations = 0;
};
StepCounts count_steps(const Scenario& scenario);

}  // namespace noex::sim

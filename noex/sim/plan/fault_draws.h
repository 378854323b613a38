// FaultDraws: what everybody draws who plans faults: how often, when, to whom, for how long.
//
// Every step draws from a stream of its own, keyed by its kind and number. Knows no kind of fault.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "noex/sim/scenario/scenario.h"
#include "noex/transport/base/random.h"

namespace noex::sim {

class FaultDraws {
 public:
  static constexpr Instant first_fault{1s};

  // The scenario outlives it, and has its quiet phase.
  FaultDraws(const Scenario& scenario, const Random& random)
      : scenario_(scenario), random_(random) {}

  const Scenario& scenario() const { return scenario_; }
  Random split(std::string_view label, std::uint64_t number = 0) const {
    return random_.split(label, number);
  }
  bool is_hard(FaultKind kind) const {
    return scenario_.faults[static_cast<std::size_t>(kind)] == Severity::hard;
  }

  // Calls `plan` as often as the kind asks for, with a moment and that one's own stream.
  void repeat(FaultKind kind, std::string_view label, Often often,
              const std::function<void(Random&, Instant)>& plan) const;

  Instant instant(Random& random) const;
  std::uint32_t node(Random& random) const;
  // Another one.
  std::uint32_t peer(Random& random, std::uint32_t node) const;
  static Duration duration(Random& random, Duration low, Duration high);
  // All nodes, in any order.
  std::vector<std::uint32_t> shuffled(Random& random) const;
  std::vector<std::uint32_t> rest(const std::vector<std::uint32_t>& side) const;
  // Long enough to matter: below, about and far above what it takes to be suspected; over when
  // the quiet phase begins.
  Duration lasting(Random& random, Instant at) const;

 private:
  std::uint64_t count(Random& random, FaultKind kind, Often often) const;

  const Scenario& scenario_;
  const Random random_;
};

}  // namespace noex::sim

// Scenario: everything that a run will do, decided before it begins; plain data.
//
// The run is a function of the scenario and its seed only. A step keeps its id when others are
// removed, and what the run draws for a step is keyed by that id, so that a scenario can be cut
// down without shifting what is left. Who makes one: noex/sim/plan/scenario_maker.h.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "noex/runtime/core/options.h"
#include "noex/sim/scenario/step_kind.h"
#include "noex/sim/world/faults.h"
#include "noex/sim/world/link.h"
#include "noex/transport/base/time.h"

namespace noex::sim {

inline constexpr std::uint32_t nodes_min = 2;
inline constexpr std::uint32_t nodes_max = 1000;  // faults and checkers look at every pair

struct Step {
  std::uint32_t id = 0;
  Instant at{};
  StepKind kind = StepKind::start;
  std::uint32_t node = 0;             // whose step it is; the first end of a reset
  std::uint32_t user = 0;             // of a step by a user: which of the node's
  std::uint32_t peer = 0;             // of a pair: the other end
  Duration lasts{0};                  // of what is over by itself
  std::vector<std::uint32_t> side;    // partition, one_way, slow_link, bridge
  std::vector<std::uint32_t> others;  // the same without partition
  std::int64_t amount = 0;  // slow_link, slow_node, clock_skew, clock_jump, paste, crash_before,
                            // start: the port; 0: its own
  std::string text;         // command, paste; crash_before, crash_after: which message; start: the
                            // name; empty: its own

  bool operator==(const Step&) const = default;
};

// What its user types, line by line; nothing: it is no such step.
std::vector<std::string> typed_lines(const Step& step);
// "partition: node1 node3 | the rest, for 3.250 s"
std::string describe(const Step& step);
// "node1", and "node1@10.0.0.1:4369", as users may name it.
std::string node_name(std::uint32_t node);
std::string full_node_id(std::uint32_t node);
// "node1 node3"
std::string list_nodes(const std::vector<std::uint32_t>& nodes);

enum class Severity : std::uint8_t { off, mild, hard };
std::string_view describe(Severity severity);

inline constexpr std::uint32_t users_per_node = 2;
inline constexpr std::uint16_t node_port = 4369;

// What the simulator does on every node by itself, beside the steps (docs/SIMULATOR.md).
struct Company {
  bool prober = true;    // calls what it wrote down long ago, and may end rooms
  bool couriers = true;  // send each other parcels
  bool ties = true;      // processes that are linked to and watch each other

  bool operator==(const Company&) const = default;
};

struct Scenario {
  std::uint64_t seed = 0;
  std::uint32_t nodes = 0;
  Duration duration{0};
  // From here on every fault is over and nobody does anything: the quiet phase.
  Instant quiet_from{};
  std::array<Severity, fault_kinds> faults{};
  LinkProfile links;  // until quiet_from
  LinkProfile calm;   // from then on
  Options options;
  Company company;
  std::vector<std::vector<std::uint32_t>> seeds;  // of each node: whom it dials first
  std::vector<Step> steps;                        // by time

  // Any fault may happen.
  bool has_trouble() const {
    return std::ranges::any_of(faults, [](Severity each) { return each != Severity::off; });
  }
  bool is_on(FaultKind kind) const {
    return faults[static_cast<std::size_t>(kind)] != Severity::off;
  }
  bool operator==(const Scenario&) const = default;
};

// Clocks that run slower or faster than this are not part of any run.
inline constexpr std::int64_t skew_max = 20'000;  // parts per million
// How much longer than its own time a bound may take on the slowest of these clocks.
constexpr Duration skew_slack(Duration bound) {
  return bound / 1'000'000 * (skew_max + 1000);
}
// Machines that end within this do so together.
inline constexpr Duration outage_span = 100ms;

// How long the quiet phase has to be, so that what must have converged has.
Duration quiet_phase(const Options& options);

// "12.345678901", and "12.346" with 3 digits: seconds since the start, in integers.
std::string format_seconds(Duration duration, int digits = 3);
inline std::string format_seconds(Instant at, int digits = 3) {
  return format_seconds(at.time_since_epoch(), digits);
}

}  // namespace noex::sim

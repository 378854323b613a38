// SimOptions: what the user of `sim` asked for, from its command line.
//
// Scripts use the flags' names: they never change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "noex/sim/plan/scenario_maker.h"
#include "noex/sim/scenario/scenario.h"

namespace noex::sim {

inline constexpr std::uint32_t nodes_default = 5;
inline constexpr Duration duration_default = 60s;
inline constexpr Duration shrink_time_default = 30s;

struct SeedRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;  // in
  std::uint64_t step = 1;  // from one to the next

  std::uint64_t size() const { return (last - first) / step + 1; }
  std::uint64_t at(std::uint64_t index) const { return first + index * step; }
  bool operator==(const SeedRange&) const = default;
};

// Part `number` of `count`: disjoint, and together they are the whole.
struct Shard {
  std::uint64_t number = 1;
  std::uint64_t count = 1;

  bool operator==(const Shard&) const = default;
};

struct SimOptions {
  const Application* application = nullptr;  // never nullptr once parsed; outlives it
  std::optional<std::uint64_t> seed;         // nothing: a random one
  std::optional<SeedRange> seeds;            // a batch
  std::uint32_t nodes = nodes_default;
  Duration duration = duration_default;
  FaultChoice faults;
  std::uint32_t keep_alive = 0;  // as plan_faults
  Shard shard;                   // of the batch; `seeds` has only its seeds
  Duration search_time{0};       // batch: until that is over; 0: until all seeds were run
  std::string junit_file;        // batch: where to write its results; empty: nowhere
  std::uint32_t jobs = 0;        // 0: as many as there are processors
  bool check = false;
  bool json = false;
  std::string trace_file;
  std::string scenario_file;           // to run instead of what a seed makes; empty: none
  std::optional<Scenario> scenario{};  // what is in it, once it was read
  std::string save_file;               // where to write the scenario; empty: nowhere
  bool shrink = false;
  std::string shrink_file;  // empty: seed-N.scenario
  Duration shrink_time = shrink_time_default;
  std::string follow;     // a user, whose chat is printed instead of the report; empty: nobody's
  std::string html_file;  // where to write the page; empty: nowhere
  bool explain = false;   // for as long as shrink_time, not only as far as it is cheap
  bool verbose = false;   // a run that holds is told in full, too
  bool strict = false;    // what hit nothing is a failure
  bool force = false;     // files that exist are overwritten
  std::string command = "sim";  // how this program was called, as words for a shell

  // Also of a scenario that has one of its own.
  bool chooses_seed() const { return seed.has_value() || seeds.has_value(); }
  ScenarioRequest request(std::uint64_t seed_of_run) const {
    return {seed_of_run, nodes, duration, faults, keep_alive};
  }
};

// From `start` on, those of the shard, without an end that anybody would see.
SeedRange endless_range(std::uint64_t start, const Shard& shard);

// Nothing to run: what to print, and the exit code; 2 (bad usage) goes to standard error.
struct Farewell {
  int exit_code = 0;
  std::string text;
};

inline constexpr int exit_held = 0;
inline constexpr int exit_violated = 1;
inline constexpr int exit_usage = 2;  // also: something could not be written
inline constexpr int exit_interrupted = 130;

// command: how the program was called, as words for a shell. The application outlives the options.
std::variant<SimOptions, Farewell> parse_options(const Application& application, int argc,
                                                 const char* const* argv,
                                                 const std::string& version,
                                                 const std::string& command = "sim");

}  // namespace noex::sim

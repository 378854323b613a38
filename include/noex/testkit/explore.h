// Explore: many runs of a Spec under faults; of the first that fails the smallest scenario, why it
// failed, and a page that shows it.
//
// With GoogleTest, include noex/testkit/gtest.h instead.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "noex/testkit/spec.h"

namespace noex::testkit {

// As Exploration::keep_alive: more than half of the nodes.
inline constexpr std::uint32_t majority = ~std::uint32_t{0};

struct Exploration {
  struct Seeds {
    std::uint64_t first = 1;
    std::uint64_t last = 100;
  };
  struct Nodes {
    std::uint32_t least = 3;
    std::uint32_t most = 3;
  };
  Seeds seeds{};
  Nodes nodes{};                 // each seed runs with each number of nodes; 2 .. 1000
  std::string faults = "swarm";  // as `sim --faults`: all, none, or kinds with commas
  Duration duration = 60s;       // of each run, simulated; the last half of it is quiet
  std::uint32_t keep_alive = 0;  // so many nodes run at any time; 0: two, or one of two
  bool check_twice = false;      // each run twice: both have to be alike
  std::uint32_t jobs = 0;        // processes at a time; 0: one a processor
  Duration shrink_time = 20s;    // of real time, for a run that fails
  std::string folder = ".";      // where the scenario and the page of a failure are written
  std::string name = "failure";  // of these files, without their ends
  // Shows a scenario again: a line for a shell, in which {} stands for its file. Empty: the report
  // says only where the file is.
  std::string command{};
  bool progress = false;  // on standard error
};

struct Explored {
  bool held = false;
  std::string report;  // empty if it held
  std::uint64_t runs = 0;
  std::string scenario_file;  // of a failure
  std::string page_file;
};

using SpecFactory = std::function<std::unique_ptr<Spec>()>;

// Blocks until all seeds have run, or one of a hundred has failed: then the lowest of these is
// told. Forks: to be called where that is possible.
Explored explore(const SpecFactory& make, const Exploration& exploration);
// Runs one scenario file again: with the story of what happened, if it fails.
Explored replay(const SpecFactory& make, const std::string& scenario_file,
                const Exploration& exploration);

// What the environment asks to be run again (NOEX_SCENARIO=FILE); empty: nothing.
std::string scenario_asked_for();

template <class S>
Explored explore(const Exploration& exploration) {
  return explore([] { return std::make_unique<S>(); }, exploration);
}

// The spec's own `sim`, with every option of ours. Once, first thing in main.
int main(const SpecFactory& make, int argc, const char* const* argv);
template <class S>
int main(int argc, const char* const* argv) {
  return main([] { return std::make_unique<S>(); }, argc, argv);
}

}  // namespace noex::testkit

// Explore: many runs of a Spec under faults; and of the first that fails, the smallest scenario
// that still does, the reason, and a page that shows it.
//
// With GoogleTest, include "noex/testkit/gtest.h" instead.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "noex/testkit/spec.h"

namespace noex::testkit {

// For Exploration::keep_alive: more than half of the nodes.
inline constexpr std::uint32_t majority = ~std::uint32_t{0};

// What is to be run.
struct Exploration {
  // A range, both ends in it.
  struct Seeds {
    std::uint64_t first = 1;   // the lowest
    std::uint64_t last = 100;  // the highest
  };
  // A range, both ends in it; 2 .. 1000.
  struct Nodes {
    std::uint32_t least = 3;  // the smallest cluster
    std::uint32_t most = 3;   // the largest
  };
  Seeds seeds{};                 // which seeds run
  Nodes nodes{};                 // each seed runs with each number of nodes
  std::string faults = "swarm";  // as `sim --faults`: all, none, swarm, or kinds with commas
  Duration duration = 60s;       // of each run, simulated; its last half is quiet
  std::uint32_t keep_alive = 0;  // so many nodes run at any time; 0: two, or one of two
  bool check_twice = false;      // run each seed twice: both runs must be alike
  std::uint32_t jobs = 0;        // processes at a time; 0: one for each processor
  Duration shrink_time = 20s;    // how much real time a failure may take to shrink
  std::string folder = ".";      // where a failure's scenario and page are written; it is made
  std::string name = "failure";  // of these files, without their extensions
  // A line for a shell that runs a scenario again, in which {} stands for its file; the report
  // shows it. Empty: the report only says where the file is.
  std::string command{};
  bool progress = false;  // is told on standard error
};

// What came of it.
struct Explored {
  bool held = false;          // no run failed, and every property had something to check
  std::string report;         // for people; empty if it held
  std::uint64_t runs = 0;     // that were run
  std::string scenario_file;  // of a failure
  std::string page_file;      // of a failure
};

// Makes the spec of one run; called in other processes.
using SpecFactory = std::function<std::unique_ptr<Spec>()>;

// Runs all seeds, a hundred at a time, until one of a hundred has failed: it tells of the lowest of
// those. Returns when it is done. It forks: call it where no other thread holds a lock.
Explored explore(const SpecFactory& make, const Exploration& exploration);
// Runs one scenario file; if it fails, the report has the story of what happened.
Explored replay(const SpecFactory& make, const std::string& scenario_file,
                const Exploration& exploration);

// A word for a shell, quoted if it must be.
std::string shell_word(const std::string& text);
// The scenario file that the environment asks for (NOEX_SCENARIO=FILE); empty: none.
std::string scenario_asked_for();

// The same for a spec class that is default-constructible.
template <class S>
Explored explore(const Exploration& exploration) {
  return explore([] { return std::make_unique<S>(); }, exploration);
}

// A program like `sim`, with all of its options, for a spec. To be called once, first thing in
// main; gives main's result.
int main(const SpecFactory& make, int argc, const char* const* argv);
// The same for a spec class that is default-constructible.
template <class S>
int main(int argc, const char* const* argv) {
  return main([] { return std::make_unique<S>(); }, argc, argv);
}

}  // namespace noex::testkit

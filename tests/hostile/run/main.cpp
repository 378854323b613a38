// hostile: seeds of a hostile peer against a node, for as long as one likes.
//
// Says each seed before it runs, so that after an abort the last line is what to repeat.
#include <chrono>
#include <cstdint>
#include <random>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "noex/cli/suggestion.h"
#include "tests/hostile/peer/play.h"

int main(int argc, char** argv) {
  CLI::App app("A linked peer says anything to a simulated node with everything under way.");
  std::uint64_t seed = std::random_device{}() % 1'000'000;
  int seconds = 0;
  int steps = 400;
  app.add_option("--seed", seed, "the first seed, and the only one without --seconds; else drawn");
  app.add_option("--seconds", seconds, "begin no further seed after so long");
  app.add_option("--steps", steps, "things that are done or said for a seed");
  app.allow_extras();  // they are told below, with what may have been meant
  CLI11_PARSE(app, argc, argv);
  if (const std::string extra = noex::cli::not_taken(app); !extra.empty()) {
    fmt::print(stderr, "hostile: {}\n", extra);
    return 2;
  }
  // The time for which a person wants to wait; nothing that is run knows it.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  std::uint64_t done = 0;
  do {
    fmt::print(stderr, "hostile --seed {} --steps {}\n", seed, steps);
    const std::string broken = noex::hostile::play_seed(seed, steps);
    if (!broken.empty()) {
      fmt::print("seed {}: {}\n", seed, broken);
      return 1;
    }
    ++seed;
    ++done;
  } while (std::chrono::steady_clock::now() < end);
  fmt::print("{} seeds, the last of them {}: all held\n", done, seed - 1);
  return 0;
}

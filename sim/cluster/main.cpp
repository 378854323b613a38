// sim: a cluster of real chat nodes in one process, on simulated time, under faults from a seed.
//
// Owns what a run must not have: the real clock, real randomness for a default seed, the terminal.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <unistd.h>

#include "sim/cluster/batch.h"
#include "sim/cluster/options.h"
#include "sim/cluster/runner.h"
#include "sim/cluster/scenario_file.h"
#include "sim/cluster/shrink_run.h"
#include "sim/cluster/single_run.h"

namespace {

using namespace noex;
using namespace noex::sim;

Duration stopwatch() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

// Short enough to be typed.
std::uint64_t random_seed() {
  return std::random_device{}() % 1'000'000'000;
}

Terminal look_at_terminal() {
  const char* no_color = std::getenv("NO_COLOR");
  const bool refused = no_color != nullptr && *no_color != '\0';
  return {.colours = isatty(STDOUT_FILENO) != 0 && !refused,
          .progress = isatty(STDERR_FILENO) != 0};
}

Result<Scenario> obtain_scenario(const SimOptions& options) {
  if (!options.scenario_file.empty()) return load_scenario(options.scenario_file);
  return make_scenario(options.request(options.seed.value_or(random_seed())));
}

}  // namespace

int main(int argc, char** argv) {
  const std::variant<SimOptions, Farewell> parsed = parse_options(argc, argv, NOEX_VERSION);
  if (const auto* farewell = std::get_if<Farewell>(&parsed)) {
    fmt::print(farewell->exit_code == exit_usage ? stderr : stdout, "{}", farewell->text);
    return farewell->exit_code;
  }
  SimOptions options = std::get<SimOptions>(parsed);
  if (options.search_time > 0s) {
    options.seeds = endless_range(options.seed.value_or(random_seed()), options.shard);
  }
  const Terminal terminal = look_at_terminal();
  if (options.seeds) return run_batch(options, stopwatch, terminal);
  const Result<Scenario> scenario = obtain_scenario(options);
  if (!scenario) {
    fmt::print(stderr, "sim: --scenario: {}\n", scenario.error().detail);
    return exit_usage;
  }
  if (!options.save_file.empty()) {
    const std::string comment =
        fmt::format("Written by: {} --save-scenario", reproduce_command(options, scenario->seed));
    const Result<void> saved = save_scenario(options.save_file, *scenario, comment);
    if (!saved) {
      fmt::print(stderr, "sim: --save-scenario: {}\n", saved.error().detail);
      return exit_usage;
    }
  }
  if (options.shrink) {
    return run_shrink(options, *scenario, stopwatch, Paint(terminal.colours), terminal.progress);
  }
  return run_single(options, *scenario, stopwatch, terminal);
}

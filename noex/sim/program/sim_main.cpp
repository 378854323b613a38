#include "noex/sim/program/sim_main.h"

#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "noex/sim/program/batch.h"
#include "noex/sim/program/console.h"
#include "noex/sim/program/options.h"
#include "noex/sim/program/reproduce.h"
#include "noex/sim/program/runner.h"
#include "noex/sim/program/shrink_run.h"
#include "noex/sim/program/single_run.h"
#include "noex/sim/program/surroundings.h"
#include "noex/sim/scenario/scenario_file.h"

namespace noex::sim {

namespace {

int refuse(std::string_view flag, const Error& error) {
  complain("sim: {}: {}\n", flag, error.detail);
  return exit_usage;
}

int run_one(const SimOptions& options, const Scenario& scenario) {
  if (!options.save_file.empty()) {
    const std::string comment =
        fmt::format("Written by: {} --save-scenario {}", reproduce_command(options, scenario.seed),
                    shell_file(options.save_file));
    const Result<void> saved = save_scenario(options.save_file, options.force, scenario, comment);
    if (!saved) return refuse("--save-scenario", saved.error());
  }
  const Terminal terminal = look_at_terminal();
  if (options.shrink) {
    return run_shrink(options, scenario, real_time, Paint(terminal.colours), terminal.progress);
  }
  return run_single(options, scenario, real_time, terminal);
}

int run(SimOptions options) {
  if (!options.scenario_file.empty()) {
    Result<Scenario> loaded = load_scenario(options.scenario_file);
    if (!loaded) return refuse("--scenario", loaded.error());
    options.nodes = loaded->nodes;
    options.duration = loaded->duration;
    options.scenario = std::move(*loaded);
  }
  if (options.search_time > 0s) {
    options.seeds = endless_range(options.seed.value_or(random_seed()), options.shard);
  }
  if (options.seeds) return run_batch(options, real_time, look_at_terminal());
  const bool own_seed = options.scenario && !options.seed;
  const std::uint64_t seed =
      own_seed ? options.scenario->seed : options.seed.value_or(random_seed());
  return run_one(options, scenario_of(options, seed));
}

}  // namespace

int sim_main(const Application& application, int argc, const char* const* argv,
             const std::string& version) {
  hold_standard_files();
  const std::string called = environment("NOEX_COMMAND");
  const std::string command = command_words(called.c_str(), argc > 0 ? argv[0] : nullptr);
  std::variant<SimOptions, Farewell> parsed =
      parse_options(application, argc, argv, version, command);
  if (const auto* farewell = std::get_if<Farewell>(&parsed)) {
    if (farewell->exit_code == exit_usage) {
      put_error(farewell->text);
    } else {
      put(farewell->text);
    }
    flush();
    return farewell->exit_code;
  }
  const int code = run(std::get<SimOptions>(std::move(parsed)));
  flush();
  return code;
}

}  // namespace noex::sim

#include "noex/sim/program/options.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "noex/cli/suggestion.h"
#include "noex/sim/check/property.h"
#include "noex/sim/scenario/send_point.h"
#include "noex/transport/base/text.h"

namespace noex::sim {

namespace {

constexpr std::uint32_t jobs_max = 1024;
constexpr std::int64_t seconds_max = 24 * 3600;
constexpr std::int64_t minutes_max = 7 * 24 * 60;
constexpr std::size_t reason_bytes_max = 1000;
constexpr std::uint64_t shards_max = 1'000'000;
// More than any search gets through.
constexpr std::uint64_t search_seeds = std::uint64_t{1} << 40;

struct Example {
  std::string_view flags;
  std::string_view what;
};
constexpr Example examples[] = {
    {"--seed 42 --nodes 5", "one run, told as a story"},
    {"--seed 42 --faults partition,crash", "only these kinds of faults"},
    {"--seed 42 --html run.html", "the run as a page to look at"},
    {"--seed 42 --shrink", "if it fails: the smallest that still does"},
    {"--scenario my.scenario --seeds 1..100", "what a file says, under many seeds"},
    {"--seeds 1..2000 --jobs 2", "many runs, a line for each that fails"},
    {"--seeds 1..100 --check --json", "for scripts"},
};

std::string list_examples(std::string_view command) {
  std::string text = "Examples:\n";
  for (const Example& example : examples) {
    text += fmt::format("  {} {:<38} {}\n", command, example.flags, example.what);
  }
  text.pop_back();
  return text;
}

// An option and what it takes; an error says what it does not go with.
class BriefFormatter final : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_type_size() == 0) return "";
    const std::string type = option->get_type_name();
    const std::string value = option->get_default_str();
    return fmt::format(" {}{}{}", type.substr(0, type.find(':')), value.empty() ? "" : "=", value);
  }
};

// What CLI11 fills, before it is judged.
struct Arguments {
  std::string seed;
  std::string seeds;
  std::uint32_t nodes = nodes_default;
  std::string duration = std::to_string(duration_default / 1s);
  std::string faults = "swarm";
  std::string shard;
  std::int64_t minutes = 0;
  std::string junit;
  std::uint32_t jobs = 0;
  bool check = false;
  bool json = false;
  std::string trace;
  std::string scenario;
  std::string save;
  std::string shrink;
  std::string follow;
  std::string html;
  bool explain = false;
  bool verbose = false;
  bool strict = false;
  bool force = false;
  std::int64_t shrink_time = shrink_time_default / 1s;
  bool list_faults = false;
  bool list_properties = false;
  bool list_points = false;
};

std::string list_faults() {
  std::string text;
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    const auto kind = static_cast<FaultKind>(i);
    text += fmt::format("{:<12} {}\n", describe(kind), row_of(kind).what);
  }
  return text;
}

std::string list_points() {
  std::string text;
  for (const SendPoint& point : send_points()) {
    text += fmt::format("{:<13} {}\n", point.name, point.what);
  }
  return text;
}

std::string list_properties(const Application& application) {
  std::string all;
  const PropertyTable table = properties_of(application);
  for (const Property& property : table.all()) {
    all += fmt::format("{:<3} {}\n", property.code, property.sentence);
  }
  return all;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<SeedRange> parse_range(std::string_view text) {
  const std::size_t dots = text.find("..");
  if (dots != std::string_view::npos) {
    const auto first = parse_number(text.substr(0, dots));
    const auto last = parse_number(text.substr(dots + 2));
    constexpr std::uint64_t everything = ~std::uint64_t{0};
    if (first && last && *first == 0 && *last == everything) {
      return fail(ErrorCode::invalid_argument, "--seeds: more seeds than can be counted");
    }
    if (first && last && *first <= *last) return SeedRange{*first, *last};
  }
  return fail(ErrorCode::invalid_argument,
              fmt::format("--seeds: '{}' is no range; write A..B, both ends in, A <= B",
                          visible(text, shown_bytes_max)));
}

// "2/8"
Result<Shard> parse_shard(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto number = parse_number(text.substr(0, slash));
    const auto count = parse_number(text.substr(slash + 1));
    if (number && count && *number >= 1 && *number <= *count && *count <= shards_max) {
      return Shard{*number, *count};
    }
  }
  return fail(ErrorCode::invalid_argument,
              fmt::format("--shard: '{}' is no part of a whole; write K/N, 1 <= K <= N",
                          visible(text, shown_bytes_max)));
}

// What runs many seeds.
void declare_batch(CLI::App& app, Arguments& arguments) {
  CLI::Option* seed = app.get_option("--seed");
  CLI::Option* seeds =
      app.add_option("--seeds", arguments.seeds, "Many runs: seeds A to B, both ends in")
          ->type_name("A..B")
          ->excludes(seed);
  app.add_option("--minutes", arguments.minutes,
                 "Many runs, from --seed or a random seed on, until the time is up")
      ->type_name("M")
      ->check(CLI::Range(std::int64_t{1}, minutes_max))
      ->excludes(seeds);
  app.add_option("--shard", arguments.shard, "Of many runs, part K of N")->type_name("K/N");
  app.add_option("--junit", arguments.junit, "Write the results of many runs to FILE, as JUnit XML")
      ->type_name("FILE");
  app.add_option("--jobs", arguments.jobs,
                 "Of many runs, so many at the same time (default: one per processor)")
      ->type_name("J")
      ->check(CLI::Range(std::uint32_t{1}, jobs_max));
}

// What shows one run.
void declare_seeing(CLI::App& app, Arguments& arguments, CLI::Option& shrink) {
  CLI::Option* seeds = app.get_option("--seeds");
  CLI::Option* minutes = app.get_option("--minutes");
  app.add_option("--follow", arguments.follow,
                 "Print the chat as USER saw it: a name, or node1/user1")
      ->type_name("USER")
      ->excludes(seeds, minutes, &shrink, app.get_option("--json"));
  app.add_option("--html", arguments.html, "Write the run to FILE, as a page to look at")
      ->type_name("FILE")
      ->excludes(seeds, minutes, &shrink);
  app.add_flag("--verbose", arguments.verbose, "Tell all of a run that holds, too")
      ->excludes(seeds, minutes, &shrink, app.get_option("--json"), app.get_option("--follow"));
  app.add_flag("--explain", arguments.explain,
               "If a property is violated: look for what it needs until --shrink-time is over")
      ->excludes(seeds, minutes, &shrink, app.get_option("--json"));
}

// What works on one scenario, be it a seed's or a file's.
void declare_scenario(CLI::App& app, Arguments& arguments) {
  CLI::Option* seeds = app.get_option("--seeds");
  CLI::Option* minutes = app.get_option("--minutes");
  CLI::Option* scenario =
      app.add_option("--scenario", arguments.scenario,
                     "Run what FILE says, under its own seed or --seed, --seeds")
          ->type_name("FILE");
  for (const char* other : {"--nodes", "--duration", "--faults"}) {
    scenario->excludes(app.get_option(other));
  }
  app.add_option("--save-scenario", arguments.save, "Write what the run will do to FILE, as text")
      ->type_name("FILE")
      ->excludes(seeds, minutes);
  CLI::Option* shrink =
      app.add_option("--shrink", arguments.shrink,
                     "If a property is violated: write the smallest scenario that still does it "
                     "to FILE (default: seed-N.scenario)")
          ->type_name("[FILE]")
          ->expected(0, 1)
          ->excludes(seeds, minutes, app.get_option("--json"), app.get_option("--trace"),
                     app.get_option("--strict"));
  app.add_option("--shrink-time", arguments.shrink_time,
                 "Seconds after which --shrink or --explain ends")
      ->type_name("S")
      ->check(CLI::Range(std::int64_t{1}, seconds_max))
      ->capture_default_str();
  declare_seeing(app, arguments, *shrink);
}

void declare(CLI::App& app, Arguments& arguments, const std::string& version) {
  app.add_option("--seed", arguments.seed, "One run (default: a random seed)")->type_name("N");
  app.add_option("--nodes", arguments.nodes,
                 fmt::format("Nodes of the cluster, {} to {}", nodes_min, nodes_max))
      ->type_name("K")
      ->check(CLI::Range(nodes_min, nodes_max))
      ->capture_default_str();
  app.add_option("--duration", arguments.duration, "Simulated seconds, quiet end included")
      ->type_name("S")
      ->capture_default_str();
  declare_batch(app, arguments);
  CLI::Option* seeds = app.get_option("--seeds");
  CLI::Option* minutes = app.get_option("--minutes");
  app.add_option("--faults", arguments.faults,
                 "none, all, swarm (the seed chooses), or kinds with commas between")
      ->type_name("LIST")
      ->capture_default_str();
  app.add_flag("--check", arguments.check, "Run each seed twice and compare the fingerprints");
  app.add_flag("--json", arguments.json, "One JSON object a seed, a line each");
  app.add_option("--trace", arguments.trace, "Write every event to FILE, a line each")
      ->type_name("FILE")
      ->excludes(seeds, minutes);
  app.add_flag("--strict", arguments.strict,
               "What hit nothing fails the run: a step, a kind of fault, of many runs a property");
  declare_scenario(app, arguments);
  app.add_flag("--force", arguments.force, "Overwrite files that exist");
  app.add_flag("--list-faults", arguments.list_faults, "List the kinds of faults");
  app.add_flag("--list-points", arguments.list_points,
               "List the messages right before or after which a node can be killed");
  app.add_flag("--list-properties", arguments.list_properties, "List what is checked");
  app.set_version_flag("--version", version, "Print the version and exit");
  app.set_help_flag("-h,--help", "Print this page and exit");
  app.formatter(std::make_shared<BriefFormatter>());
}

// The seeds of this shard.
Result<void> judge_batch(const CLI::App& app, const Arguments& arguments, SimOptions& options) {
  const bool many = app.count("--seeds") > 0 || app.count("--minutes") > 0;
  for (const char* flag : {"--shard", "--junit", "--jobs"}) {
    if (many || app.count(flag) == 0) continue;
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} goes with --seeds or --minutes", flag));
  }
  if (app.count("--shard") > 0) {
    const Result<Shard> shard = parse_shard(arguments.shard);
    if (!shard) return std::unexpected(shard.error());
    options.shard = *shard;
  }
  options.search_time = std::chrono::minutes{arguments.minutes};
  options.junit_file = arguments.junit;
  options.jobs = arguments.jobs;
  if (app.count("--seeds") == 0) return {};
  Result<SeedRange> range = parse_range(arguments.seeds);
  if (!range) return std::unexpected(range.error());
  if (options.shard.number > range->size()) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("--shard: {} has none of {} seeds",
                            visible(arguments.shard, shown_bytes_max), range->size()));
  }
  options.seeds =
      SeedRange{range->first + options.shard.number - 1, range->last, options.shard.count};
  return {};
}

// What names something names it, and no two flags write one file.
Result<void> judge_names(const CLI::App& app, const Arguments& arguments) {
  const std::pair<const char*, const std::string*> written[] = {
      {"--trace", &arguments.trace},        {"--html", &arguments.html},
      {"--save-scenario", &arguments.save}, {"--junit", &arguments.junit},
      {"--shrink", &arguments.shrink},
  };
  const auto refuse_empty = [&app](const char* flag, const std::string& name) -> Result<void> {
    if (app.count(flag) == 0 || !name.empty()) return {};
    return fail(ErrorCode::invalid_argument, fmt::format("{}: a name is missing", flag));
  };
  std::map<std::string, const char*> files;
  for (const auto& [flag, name] : written) {
    const bool optional = name == &arguments.shrink;
    if (Result<void> named = refuse_empty(flag, *name); !named && !optional) return named;
    if (name->empty() || name->starts_with("/dev/")) continue;
    const auto [first, fresh] = files.emplace(*name, flag);
    if (fresh) continue;
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: {} is what {} writes", flag, visible(*name, shown_bytes_max),
                            first->second));
  }
  if (Result<void> named = refuse_empty("--scenario", arguments.scenario); !named) return named;
  return refuse_empty("--follow", arguments.follow);
}

Result<SimOptions> judge(const CLI::App& app, const Arguments& arguments) {
  SimOptions options;
  if (app.count("--seed") > 0) {
    options.seed = parse_number(arguments.seed);
    if (!options.seed) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("--seed: '{}' is not in 0..2^64-1",
                              visible(arguments.seed, shown_bytes_max)));
    }
  }
  if (Result<void> names = judge_names(app, arguments); !names) {
    return std::unexpected(names.error());
  }
  if (Result<void> batch = judge_batch(app, arguments, options); !batch) {
    return std::unexpected(batch.error());
  }
  Result<FaultChoice> faults = parse_fault_choice(arguments.faults);
  if (!faults) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("--faults: {}", visible(faults.error().detail, shown_bytes_max)));
  }
  const std::uint64_t shortest = static_cast<std::uint64_t>((duration_min() + 999ms) / 1s);
  const auto duration = parse_number(arguments.duration);
  if (!duration || *duration < shortest || *duration > seconds_max) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("--duration: '{}' is not in {}..{}: the last {} s of a run are quiet, "
                            "so that everything can converge",
                            visible(arguments.duration, shown_bytes_max), shortest, seconds_max,
                            format_seconds(quiet_phase(Options{}), 1)));
  }
  if (app.count("--shrink-time") > 0 && app.count("--shrink") == 0 && !arguments.explain) {
    return fail(ErrorCode::invalid_argument, "--shrink-time goes with --shrink or --explain");
  }
  options.nodes = arguments.nodes;
  options.duration = std::chrono::seconds{*duration};
  options.faults = *faults;
  options.check = arguments.check;
  options.json = arguments.json;
  options.trace_file = arguments.trace;
  options.scenario_file = arguments.scenario;
  options.save_file = arguments.save;
  options.shrink = app.count("--shrink") > 0;
  options.shrink_file = arguments.shrink;
  options.follow = arguments.follow;
  options.html_file = arguments.html;
  options.explain = arguments.explain;
  options.verbose = arguments.verbose;
  options.strict = arguments.strict;
  options.force = arguments.force;
  options.shrink_time = std::chrono::seconds{arguments.shrink_time};
  return options;
}

Farewell refusal(std::string_view reason, std::string_view command) {
  return {exit_usage,
          fmt::format("sim: {}\nTry: {} --help\n", visible(reason, reason_bytes_max), command)};
}

}  // namespace

std::variant<SimOptions, Farewell> parse_options(const Application& application, int argc,
                                                 const char* const* argv,
                                                 const std::string& version,
                                                 const std::string& command) {
  CLI::App app(
      fmt::format(
          "Runs a cluster of real {} nodes in one process, on simulated time, under faults.\n"
          "Exit code: 0 all properties held, 1 one was violated, 2 bad usage or a file or "
          "standard\noutput that could not be written, 130 interrupted.",
          application.name()),
      command);
  Arguments arguments;
  declare(app, arguments, version);
  app.allow_extras();  // they are told below, with what may have been meant
  app.footer(list_examples(command));
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    const bool help = asked.get_name() == "CallForHelp";
    return Farewell{exit_held, help ? app.help() : fmt::format("{}\n", asked.what())};
  } catch (const CLI::ParseError& error) {
    return refusal(error.what(), command);
  }
  if (const std::string extra = cli::not_taken(app); !extra.empty()) {
    return refusal(extra, command);
  }
  if (arguments.list_faults) return Farewell{exit_held, list_faults()};
  if (arguments.list_points) return Farewell{exit_held, list_points()};
  if (arguments.list_properties) return Farewell{exit_held, list_properties(application)};
  Result<SimOptions> options = judge(app, arguments);
  if (!options) {
    return refusal(options.error().detail, command);
  }
  options->application = &application;
  options->command = command;
  return std::move(*options);
}

SeedRange endless_range(std::uint64_t start, const Shard& shard) {
  // Room above, also for the last seeds of a worker.
  const std::uint64_t first = std::min(start, ~std::uint64_t{0} - search_seeds) + shard.number - 1;
  return {first, first + search_seeds / 2, shard.count};
}

}  // namespace noex::sim

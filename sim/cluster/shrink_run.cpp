#include "sim/cluster/shrink_run.h"

#include <cstdio>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "sim/cluster/apart.h"
#include "sim/cluster/option_text.h"
#include "sim/cluster/scenario_file.h"
#include "sim/cluster/shrink.h"

namespace noex::sim {

namespace {

std::string describe_size(const Scenario& scenario) {
  const StepCounts counts = count_steps(scenario);
  return fmt::format("{} nodes, {} s, {} faults, {} operations", scenario.nodes,
                     format_seconds(scenario.duration, 1), counts.faults, counts.operations);
}

Result<void> save(const std::string& file, const Scenario& scenario, const Violation& violation) {
  const std::string what = violation.died ? fmt::format("Ends the program: {}", violation.text)
                                          : fmt::format("Violates {}: {}", code(violation.property),
                                                        text(violation.property));
  const std::string comment = fmt::format("{}\nRun it: sim --scenario {}", what, file);
  return save_scenario(file, scenario, comment);
}

Shrunk shrink_with_progress(const SimOptions& options, const Scenario& scenario,
                            const Violation& violation, const Stopwatch& stopwatch, bool progress) {
  const Duration end = stopwatch() + options.shrink_time;
  ShrinkHooks hooks;
  hooks.is_over = [&stopwatch, end] { return stopwatch() >= end; };
  if (progress) {
    hooks.on_smaller = [](const Scenario& smaller, std::uint64_t tests) {
      fmt::print(stderr, "\r\033[K{} runs: {}", tests, describe_size(smaller));
    };
  }
  const FailureTest test = [check = options.check](const Scenario& candidate) {
    return violation_apart(candidate, check);
  };
  std::fflush(nullptr);
  Shrunk shrunk = shrink(scenario, violation, test, hooks);
  if (progress) fmt::print(stderr, "\r\033[K");
  return shrunk;
}

std::string_view verdict(const Violation& violation) {
  return violation.died ? "DIED" : "VIOLATED";
}

int refuse(const Error& error) {
  fmt::print(stderr, "sim: --shrink: {}\n", error.detail);
  return exit_usage;
}

}  // namespace

std::string report_shrunk(const Scenario& before, const Scenario& after, const Paint& paint) {
  std::string text = fmt::format("From {}\nto   {}\n\n{}\n", describe_size(before),
                                 describe_size(after), paint.bold("What remains"));
  text += fmt::format("  links:{}\n", print_links(after.links));
  for (const Step& step : after.steps) {
    text += fmt::format("{:>9} s  {}\n", format_seconds(step.at), describe(step));
  }
  return text;
}

int run_shrink(const SimOptions& options, const Scenario& scenario, const Stopwatch& stopwatch,
               const Paint& paint, bool progress) {
  const std::optional<Violation> failure = violation_apart(scenario, options.check);
  if (!failure) {
    fmt::print("{} Nothing to shrink.\n", paint.good("All properties held."));
    return exit_held;
  }
  const Violation& violation = *failure;
  const std::string file = options.shrink_file.empty()
                               ? fmt::format("seed-{}.scenario", scenario.seed)
                               : options.shrink_file;
  // At first the whole of it: a file that cannot be written is known before the time is spent.
  if (const Result<void> saved = save(file, scenario, violation); !saved) {
    return refuse(saved.error());
  }
  fmt::print("{} {}\n\n", paint.bad(verdict(violation)), report_violation(violation));
  const Shrunk shrunk = shrink_with_progress(options, scenario, violation, stopwatch, progress);
  if (const Result<void> saved = save(file, shrunk.scenario, shrunk.violation); !saved) {
    return refuse(saved.error());
  }
  fmt::print("{}\n", report_shrunk(scenario, shrunk.scenario, paint));
  fmt::print("{} {}\n", paint.bad(verdict(violation)), report_violation(shrunk.violation));
  fmt::print(
      "{} runs; {}\n", shrunk.tests,
      shrunk.minimal ? "nothing more can be removed" : "time was up: --shrink-time gives it more");
  fmt::print("reproduce: sim --scenario {}{}\n", file, options.check ? " --check" : "");
  return exit_violated;
}

}  // namespace noex::sim

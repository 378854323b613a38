#include "noex/sim/program/shrink_run.h"

#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "noex/sim/program/apart.h"
#include "noex/sim/program/console.h"
#include "noex/sim/program/interrupts.h"
#include "noex/sim/program/reproduce.h"
#include "noex/sim/scenario/option_text.h"
#include "noex/sim/scenario/scenario_file.h"
#include "noex/sim/search/shrink.h"
#include "noex/sim/text/output_file.h"
#include "noex/transport/base/text.h"

namespace noex::sim {

namespace {

std::string describe_size(const Scenario& scenario) {
  const StepCounts counts = count_steps(scenario);
  return fmt::format("{} nodes, {} s, {} faults, {} operations", scenario.nodes,
                     format_seconds(scenario.duration, 1), counts.faults, counts.operations);
}

// The command that runs what was written.
std::string again(const SimOptions& options, const std::string& file) {
  SimOptions smaller = options;
  smaller.scenario_file = file;
  smaller.seed.reset();
  return reproduce_command(smaller, 0);
}

std::string print(const SimOptions& options, const std::string& file, const Scenario& scenario,
                  const Violation& violation) {
  const std::string what = violation.died ? fmt::format("Ends the program: {}", violation.text)
                                          : fmt::format("Violates {}: {}", violation.property.code,
                                                        violation.property.sentence);
  const std::string comment = fmt::format("{}\nRun it: {}", what, again(options, file));
  return commented_scenario(scenario, comment);
}

Shrunk shrink_with_progress(const SimOptions& options, const Scenario& scenario,
                            const Violation& violation, const Stopwatch& stopwatch, bool progress,
                            const Interrupts& interrupts) {
  const Duration end = stopwatch() + options.shrink_time;
  ShrinkHooks hooks;
  hooks.is_over = [&stopwatch, &interrupts, end] {
    return interrupts.came() || stopwatch() >= end;
  };
  if (progress) {
    hooks.on_smaller = [](const Scenario& smaller, std::uint64_t tests) {
      complain("\r\033[K{} runs: {}", tests, describe_size(smaller));
    };
  }
  const FailureTest test = [&options, &interrupts](const Scenario& candidate) {
    return violation_apart(*options.application, candidate, options.check, &interrupts);
  };
  Shrunk shrunk = shrink(scenario, violation, test, hooks);
  if (progress) put_error("\r\033[K");
  return shrunk;
}

std::string_view verdict(const Violation& violation) {
  return violation.died ? "DIED" : "VIOLATED";
}

int refuse(const Error& error) {
  complain("sim: --shrink: {}\n", error.detail);
  return exit_usage;
}

std::string_view how_it_ended(const Shrunk& shrunk, bool interrupted) {
  if (interrupted) return "interrupted: this is the smallest so far";
  if (shrunk.minimal) return "nothing more can be removed";
  return "time was up: --shrink-time gives it more";
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
  const Interrupts interrupts;
  const std::string file = options.shrink_file.empty()
                               ? fmt::format("seed-{}.scenario", scenario.seed)
                               : options.shrink_file;
  // A file that cannot be written is known before the time is spent.
  Result<OutputFile> output = OutputFile::create(file, options.force);
  if (!output) return refuse(output.error());
  const std::optional<Violation> failure =
      violation_apart(*options.application, scenario, options.check, &interrupts);
  if (!failure && interrupts.came()) {
    complain("sim: interrupted before it was known whether anything is violated\n");
    return exit_interrupted;
  }
  if (!failure) {
    say("{} Nothing to shrink, and no {} was written.\n", paint.good("All properties held."),
        visible(file, shown_bytes_max));
    return exit_held;
  }
  say("{} {}\n\n", paint.bad(verdict(*failure)), report_violation(*failure));
  flush();
  const Shrunk shrunk =
      shrink_with_progress(options, scenario, *failure, stopwatch, progress, interrupts);
  output->write(print(options, file, shrunk.scenario, shrunk.violation));
  if (const Result<void> saved = output->commit(); !saved) return refuse(saved.error());
  say("{}\n", report_shrunk(scenario, shrunk.scenario, paint));
  say("{} {}\n", paint.bad(verdict(shrunk.violation)), report_violation(shrunk.violation));
  say("{} runs; {}\n", shrunk.tests, how_it_ended(shrunk, interrupts.came()));
  say("reproduce: {}\n", again(options, file));
  return interrupts.came() ? exit_interrupted : exit_violated;
}

}  // namespace noex::sim

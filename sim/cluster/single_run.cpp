#include "sim/cluster/single_run.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "sim/cluster/apart.h"
#include "sim/cluster/explain.h"
#include "sim/cluster/follow.h"
#include "sim/cluster/html_page.h"
#include "sim/cluster/report.h"
#include "sim/cluster/report_json.h"
#include "sim/cluster/story_recorder.h"
#include "sim/cluster/trace_file.h"

namespace noex::sim {

namespace {

// What a failing run is explained with unless --explain asks for more: a second or two.
constexpr std::uint64_t explaining_runs = 250;

int refuse(std::string_view flag, const Error& error) {
  fmt::print(stderr, "sim: {}: {}\n", flag, error.detail);
  return exit_usage;
}

class SingleRun {
 public:
  SingleRun(const SimOptions& options, const Scenario& scenario, const Stopwatch& stopwatch,
            const Terminal& terminal)
      : options_(options),
        scenario_(scenario),
        stopwatch_(stopwatch),
        terminal_(terminal),
        paint_(terminal.colours),
        reproduce_(reproduce_command(options, scenario.seed)) {}

  int run() {
    std::optional<Seat> seat;
    if (!options_.follow.empty()) {
      const Result<Seat> found = find_user(scenario_, options_.follow);
      if (!found) return refuse("--follow", found.error());
      seat = *found;
    }
    // A file that cannot be written is known before time is spent.
    if (!options_.html_file.empty()) {
      if (const Result<void> written = write_file(options_.html_file, {}); !written) {
        return refuse("--html", written.error());
      }
    }
    return run_apart([this, seat] { return run_here(seat); },
                     [this](const std::string& how) { return report_death(how); });
  }

 private:
  int run_here(std::optional<Seat> seat) {
    RunRecord record(scenario_.nodes, [this](Instant at) { show_progress(at); });
    RunWatcher* watcher = &record;
    Follow follow(seat.value_or(Seat{}), [](std::string_view line) { fmt::print("{}", line); });
    if (seat) watcher = &follow;
    std::optional<StoryRecorder> recorder;
    if (!options_.html_file.empty()) watcher = &recorder.emplace(scenario_, watcher);
    std::unique_ptr<TraceFile> trace;
    if (!options_.trace_file.empty()) {
      auto created = TraceFile::create(options_.trace_file, watcher);
      if (!created) return refuse("--trace", created.error());
      trace = std::move(*created);
      watcher = trace.get();
    }
    const bool told = !options_.json && !seat;
    if (told) fmt::print("{}", report_scenario(scenario_, paint_));
    std::fflush(stdout);  // a run that aborts has said its seed
    const RunSummary summary = run_scenario(scenario_, options_.check, stopwatch_, watcher);
    if (terminal_.progress) fmt::print(stderr, "\r\033[K");
    if (trace) {
      if (const Result<void> written = trace->finish(); !written) {
        return refuse("--trace", written.error());
      }
    }
    if (options_.json) fmt::print("{}\n", to_json(summary));
    return conclude(summary, recorder, told ? &record : nullptr);
  }

  // Large clusters take minutes.
  void show_progress(Instant at) const {
    if (!terminal_.progress || stopwatch_() < 1s) return;
    fmt::print(stderr, "\r\033[K{} of {} s simulated", at.time_since_epoch() / 1s,
               scenario_.duration / 1s);
  }

  // record: nullptr: the report is not wanted, only the verdict.
  int conclude(const RunSummary& summary, std::optional<StoryRecorder>& recorder,
               const RunRecord* record) {
    std::string why;
    HtmlNotes notes{reproduce_, {}};
    if (!summary.violations.empty() && (!options_.json || recorder)) {
      // A run that nobody recorded comes once more, the same.
      if (!recorder) simulate(scenario_, &recorder.emplace(scenario_, nullptr));
      notes.explanation = find_reason(summary.violations.front());
      notes.explanation.nodes = involved_nodes(recorder->story(), summary.violations.front());
      why = describe_explanation(scenario_, recorder->story(), summary.violations.front(),
                                 notes.explanation, paint_);
    }
    if (record != nullptr) {
      fmt::print("{}", report_run(*record, summary, reproduce_, paint_, why));
    } else if (!options_.json && !summary.violations.empty()) {
      fmt::print("\n{} {}\n\n{}\nreproduce: {}\n", paint_.bad("VIOLATED"),
                 report_violation(summary.violations.front()), why, reproduce_);
    }
    if (!options_.html_file.empty()) {
      const Result<void> written =
          write_file(options_.html_file, html_page(scenario_, recorder->story(), notes));
      if (!written) return refuse("--html", written.error());
    }
    return summary.violations.empty() ? exit_held : exit_violated;
  }

  // By a number of runs, so that the same run gives the same text; by time only if asked to.
  Explanation find_reason(const Violation& violation) const {
    std::uint64_t runs = 0;
    const Duration end = stopwatch_() + options_.shrink_time;
    ShrinkHooks hooks;
    hooks.is_over = [this, &runs, end] {
      return options_.explain ? stopwatch_() >= end : runs >= explaining_runs;
    };
    if (terminal_.progress) {
      hooks.on_smaller = [](const Scenario& smaller, std::uint64_t tests) {
        fmt::print(stderr, "\r\033[Kexplaining: {} runs, {} steps left", tests,
                   smaller.steps.size());
      };
    }
    const FailureTest test = [this, &runs](const Scenario& candidate) {
      ++runs;
      return violation_apart(candidate, options_.check);
    };
    Explanation explanation = find_needed(scenario_, violation, test, hooks);
    if (terminal_.progress) fmt::print(stderr, "\r\033[K");
    return explanation;
  }

  int report_death(const std::string& how) const {
    if (options_.json) {
      fmt::print("{}\n", died_to_json(scenario_.seed, scenario_.nodes, how));
    }
    fmt::print(stderr, "sim: seed {}: {}\n", scenario_.seed, how);
    if (const auto death = violation_apart(scenario_, options_.check); death && death->died) {
      fmt::print(stderr, "\n{}\n", describe_needed(scenario_, find_reason(*death), paint_));
    }
    fmt::print(stderr, "reproduce: {}\n", reproduce_);
    return exit_violated;
  }

  const SimOptions& options_;
  const Scenario& scenario_;
  const Stopwatch& stopwatch_;
  const Terminal terminal_;
  const Paint paint_;
  const std::string reproduce_;
};

}  // namespace

int run_single(const SimOptions& options, const Scenario& scenario, const Stopwatch& stopwatch,
               const Terminal& terminal) {
  return SingleRun(options, scenario, stopwatch, terminal).run();
}

}  // namespace noex::sim

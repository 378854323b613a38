#include "noex/sim/program/single_run.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "noex/sim/program/apart.h"
#include "noex/sim/program/console.h"
#include "noex/sim/program/interrupts.h"
#include "noex/sim/program/reproduce.h"
#include "noex/sim/report/html_page.h"
#include "noex/sim/report/report.h"
#include "noex/sim/report/report_json.h"
#include "noex/sim/report/trace_file.h"
#include "noex/sim/search/explain.h"
#include "noex/sim/story/follow.h"
#include "noex/sim/story/story_recorder.h"
#include "noex/sim/text/output_file.h"
#include "noex/transport/base/text.h"

namespace noex::sim {

namespace {

// What a failing run is explained with unless --explain asks for more: a second or two.
constexpr std::uint64_t explaining_runs = 250;
constexpr std::size_t written_steps_max = 8;

int refuse(std::string_view flag, const Error& error) {
  complain("sim: {}: {}\n", flag, error.detail);
  return exit_usage;
}

class SingleRun {
 public:
  SingleRun(const SimOptions& options, const Scenario& scenario, const Stopwatch& stopwatch,
            const Terminal& terminal)
      : options_(options),
        application_(*options.application),
        scenario_(scenario),
        stopwatch_(stopwatch),
        terminal_(terminal),
        paint_(terminal.colours),
        reproduce_(reproduce_command(options, scenario.seed)),
        heading_(report_heading(scenario, paint_, options.scenario_file)) {}

  int run() {
    std::optional<Seat> seat;
    if (!options_.follow.empty()) {
      const Result<Seat> found = find_user(application_, scenario_, options_.follow);
      if (!found) return refuse("--follow", found.error());
      seat = *found;
    }
    return run_apart([this, seat] { return run_here(seat); },
                     [this](const std::string& how) { return report_death(how); }, interrupts_);
  }

 private:
  // What watches the run, the last one first: each passes on what it sees.
  struct Watchers {
    RunRecord record;
    std::optional<Follow> follow;
    std::optional<StoryRecorder> recorder;
    std::unique_ptr<TraceFile> trace;
    std::optional<OutputFile> page;
  };

  int run_here(std::optional<Seat> seat) {
    Watchers all{
        RunRecord(application_, scenario_.nodes, [this](Instant at) { show_progress(at); }),
        {},
        {},
        {},
        {}};
    RunWatcher* watcher = &all.record;
    if (seat) watcher = &all.follow.emplace(*seat, [](std::string_view line) { put(line); });
    // A file that cannot be written is known before time is spent.
    if (!options_.html_file.empty()) {
      Result<OutputFile> page = OutputFile::create(options_.html_file, options_.force);
      if (!page) return refuse("--html", page.error());
      all.page = std::move(*page);
      watcher = &all.recorder.emplace(application_, scenario_, watcher);
    }
    if (!options_.trace_file.empty()) {
      auto created = TraceFile::create(options_.trace_file, options_.force, watcher);
      if (!created) return refuse("--trace", created.error());
      all.trace = std::move(*created);
      watcher = all.trace.get();
    }
    told_ = !options_.json && !seat;
    if (told_) put(heading_);
    flush();  // a run that aborts has said its seed
    const RunSummary summary = run_scenario(application_, scenario_, options_.check, stopwatch_,
                                            watcher, [this] { return !interrupts_.came(); });
    if (terminal_.progress) put_error("\r\033[K");
    if (summary.interrupted) return conclude_interrupted(summary, all);
    if (all.trace) {
      if (const Result<void> written = all.trace->finish(); !written) {
        return refuse("--trace", written.error());
      }
    }
    return conclude(summary, all);
  }

  // Large clusters take minutes.
  void show_progress(Instant at) const {
    if (!terminal_.progress || stopwatch_() < 1s) return;
    complain("\r\033[K{} of {} s simulated", at.time_since_epoch() / 1s, scenario_.duration / 1s);
  }

  // Files would show half a run: there are none.
  int conclude_interrupted(const RunSummary& summary, const Watchers& all) const {
    if (told_ && options_.verbose) put(report_schedule(scenario_, paint_));
    if (told_) put(report_run(all.record, summary, reproduce_, paint_));
    complain("sim: interrupted after {} of {} s\n", format_seconds(summary.simulated, 0),
             format_seconds(scenario_.duration, 0));
    for (const auto& [flag, file] :
         {std::pair("--trace", &options_.trace_file), std::pair("--html", &options_.html_file)}) {
      if (!file->empty())
        complain("sim: {}: {} was not written\n", flag, visible(*file, shown_bytes_max));
    }
    return exit_interrupted;
  }

  int conclude(const RunSummary& summary, Watchers& all) {
    std::string why;
    HtmlNotes notes{reproduce_, {}, options_.scenario_file};
    if (!summary.violations.empty() && (!options_.json || all.recorder)) {
      // A run that nobody recorded comes once more, the same.
      if (!all.recorder)
        simulate(application_, scenario_, &all.recorder.emplace(application_, scenario_, nullptr));
      const Story& story = all.recorder->story();
      notes.explanation = find_reason(summary.violations.front());
      notes.explanation.nodes = involved_nodes(story, summary.violations.front());
      why = describe_explanation(scenario_, story, summary.violations.front(), notes.explanation,
                                 paint_);
    }
    if (all.page) {
      all.page->write(html_page(scenario_, all.recorder->story(), notes));
      if (const Result<void> written = all.page->commit(); !written) {
        return refuse("--html", written.error());
      }
    }
    print_report(summary, all.record, why);
    if (!summary.violations.empty()) return exit_violated;
    return judge_strictly(summary);
  }

  void print_report(const RunSummary& summary, const RunRecord& record,
                    const std::string& why) const {
    if (options_.json) return say("{}\n", to_json(summary));
    const bool held = summary.violations.empty();
    // Who wrote the steps wants to know which ones did nothing; a seed has many of them.
    const std::size_t named = options_.scenario_file.empty() ? 0 : written_steps_max;
    if (told_ && held && !options_.verbose) {
      const auto lines = static_cast<std::size_t>(std::ranges::count(heading_, '\n'));
      return put(report_brief(scenario_, record, summary, paint_, {lines, named}));
    }
    if (told_) {
      put(report_schedule(scenario_, paint_));
      const std::size_t most = options_.verbose ? scenario_.steps.size() : named;
      return put(report_run(record, summary, reproduce_, paint_, why,
                            list_idle(scenario_, summary, most)));
    }
    if (held) return;
    say("\n{} {}\n\n{}\nreproduce: {}\n", paint_.bad("VIOLATED"),
        report_violation(summary.violations.front()), why, reproduce_);
  }

  int judge_strictly(const RunSummary& summary) const {
    if (!options_.strict) return exit_held;
    const std::string idle = list_idle(scenario_, summary);
    if (idle.empty()) return exit_held;
    if (told_) {
      say("{} by --strict: what hit nothing tests nothing.\nreproduce: {}\n", paint_.bad("FAILED"),
          reproduce_);
    } else {
      complain("sim: failed by --strict:\n{}reproduce: {}\n", idle, reproduce_);
    }
    return exit_violated;
  }

  // By a number of runs, so that the same run gives the same text; by time only if asked to.
  Explanation find_reason(const Violation& violation) const {
    std::uint64_t runs = 0;
    const Duration end = stopwatch_() + options_.shrink_time;
    ShrinkHooks hooks;
    hooks.is_over = [this, &runs, end] {
      if (interrupts_.came()) return true;
      return options_.explain ? stopwatch_() >= end : runs >= explaining_runs;
    };
    if (terminal_.progress) {
      hooks.on_smaller = [](const Scenario& smaller, std::uint64_t tests) {
        complain("\r\033[Kexplaining: {} runs, {} steps left", tests, smaller.steps.size());
      };
    }
    const FailureTest test = [this, &runs](const Scenario& candidate) {
      ++runs;
      return violation_apart(application_, candidate, options_.check, &interrupts_);
    };
    Explanation explanation = find_needed(scenario_, violation, test, hooks);
    if (terminal_.progress) put_error("\r\033[K");
    return explanation;
  }

  int report_death(const std::string& how) const {
    if (options_.json) say("{}\n", died_to_json(scenario_.seed, scenario_.nodes, how));
    complain("sim: seed {}: {}\n", scenario_.seed, how);
    const auto death = violation_apart(application_, scenario_, options_.check, &interrupts_);
    if (death && death->died) {
      complain("\n{}\n", describe_needed(scenario_, find_reason(*death), paint_));
    }
    complain("reproduce: {}\n", reproduce_);
    return exit_violated;
  }

  const SimOptions& options_;
  const Application& application_;
  const Scenario& scenario_;
  const Stopwatch& stopwatch_;
  const Terminal terminal_;
  const Paint paint_;
  const std::string reproduce_;
  const std::string heading_;
  Interrupts interrupts_;
  bool told_ = true;  // as a story, on standard output
};

}  // namespace

int run_single(const SimOptions& options, const Scenario& scenario, const Stopwatch& stopwatch,
               const Terminal& terminal) {
  return SingleRun(options, scenario, stopwatch, terminal).run();
}

}  // namespace noex::sim

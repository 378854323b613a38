#include "noex/testkit/explore.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "noex/sim/plan/scenario_maker.h"
#include "noex/sim/program/apart.h"
#include "noex/sim/program/console.h"
#include "noex/sim/program/interrupts.h"
#include "noex/sim/program/runner.h"
#include "noex/sim/program/sim_main.h"
#include "noex/sim/program/workers.h"
#include "noex/sim/report/html_page.h"
#include "noex/sim/report/report.h"
#include "noex/sim/scenario/scenario_file.h"
#include "noex/sim/search/explain.h"
#include "noex/sim/search/shrink.h"
#include "noex/sim/story/story_recorder.h"
#include "noex/sim/text/output_file.h"
#include "noex/testkit/spec_application.h"

namespace noex::testkit {

namespace {

using namespace sim;

constexpr std::uint64_t explaining_runs = 250;
constexpr std::string_view file_mark = "{}";

// Real time, for bounds of real time and for progress only: no run sees it.
Duration stopwatch() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

std::uint32_t processors() {
  return static_cast<std::uint32_t>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
}

// What came of the seeds of one number of nodes.
class Results final : public WorkerEvents {
 public:
  Results(std::uint32_t nodes, std::uint64_t all, bool progress)
      : nodes_(nodes), all_(all), progress_(progress) {}

  void on_result(RunSummary summary) override {
    count();
    if (!summary.violations.empty()) failed_.emplace(summary.seed, summary.violations.front());
    for (const Checked& each : summary.checks)
      checks_[std::string(each.property.code)] += each.times;
  }
  void on_died(std::uint64_t seed, std::string how) override {
    count();
    failed_.emplace(seed, Violation{{}, Instant{}, std::move(how), true});
  }

  std::uint64_t runs() const { return runs_; }
  const std::map<std::uint64_t, Violation>& failed() const { return failed_; }
  const std::map<std::string, std::uint64_t>& checks() const { return checks_; }

 private:
  void count() {
    ++runs_;
    if (!progress_) return;
    put_error(fmt::format("\r\033[K{} nodes: {} of {} runs", nodes_, runs_, all_));
    if (runs_ == all_) put_error("\r\033[K");
  }

  const std::uint32_t nodes_;
  const std::uint64_t all_;
  const bool progress_;
  std::uint64_t runs_ = 0;
  std::map<std::uint64_t, Violation> failed_;
  std::map<std::string, std::uint64_t> checks_;
};

class Explorer {
 public:
  Explorer(const SpecFactory& make, const Exploration& exploration)
      : application_(make), wanted_(exploration) {}

  Explored explore() {
    const Result<FaultChoice> faults = parse_fault_choice(wanted_.faults);
    if (!faults) return refused(faults.error().detail);
    if (wanted_.seeds.first > wanted_.seeds.last || wanted_.nodes.least > wanted_.nodes.most ||
        wanted_.nodes.least < nodes_min || wanted_.nodes.most > nodes_max) {
      return refused("no seeds, or no number of nodes within 2..1000");
    }
    if (wanted_.duration < duration_min()) {
      return refused(fmt::format("a run takes {} s at least: half of it is quiet",
                                 format_seconds(duration_min())));
    }
    for (std::uint32_t nodes = wanted_.nodes.least; nodes <= wanted_.nodes.most; ++nodes) {
      if (!run_all(nodes, *faults)) return std::move(explored_);
    }
    find_unreached();
    return std::move(explored_);
  }

  Explored replay(const std::string& file) {
    const Result<Scenario> scenario = load_scenario(file);
    if (!scenario) return refused(scenario.error().detail);
    explored_.runs = 1;
    explored_.scenario_file = file;
    const std::optional<Violation> violation =
        violation_apart(application_, *scenario, wanted_.check_twice);
    explored_.held = !violation.has_value();
    if (violation) tell(*scenario, *violation);
    return std::move(explored_);
  }

 private:
  Explored refused(std::string why) {
    explored_.report = fmt::format("nothing was explored: {}", why);
    return std::move(explored_);
  }

  // False: a seed failed.
  bool run_all(std::uint32_t nodes, const FaultChoice& faults) {
    SimOptions options;
    options.application = &application_;
    options.seeds = SeedRange{wanted_.seeds.first, wanted_.seeds.last};
    options.nodes = nodes;
    options.duration = wanted_.duration;
    options.faults = faults;
    options.keep_alive = wanted_.keep_alive == majority ? nodes / 2 + 1 : wanted_.keep_alive;
    options.check = wanted_.check_twice;
    Results results(nodes, options.seeds->size(), wanted_.progress);
    Workers workers(options, stopwatch, wanted_.jobs > 0 ? wanted_.jobs : processors(), results);
    const bool finished = workers.run();
    explored_.runs += results.runs();
    for (const auto& [code, times] : results.checks()) checks_[code] += times;
    explored_.held = finished && results.failed().empty();
    if (!finished) explored_.report = "interrupted";
    if (!results.failed().empty()) {
      const auto& [seed, violation] = *results.failed().begin();
      failed(scenario_of(options, seed), violation, results.failed().size());
    }
    return explored_.held;
  }

  // A property that nothing was held against proves nothing, and one that must be reached was not.
  void find_unreached() {
    for (const Property& property : application_.properties()) {
      if (checks_[std::string(property.code)] > 0 || property == end_is_reached) continue;
      explored_.held = false;
      explored_.report +=
          fmt::format("{} {} in {} runs: {}\n", property.code,
                      property.sometimes ? "was never reached" : "never had anything to check",
                      explored_.runs, property.sentence);
    }
  }

  void failed(const Scenario& scenario, const Violation& violation, std::size_t seeds) {
    const Duration end = stopwatch() + wanted_.shrink_time;
    ShrinkHooks hooks;
    hooks.is_over = [end] { return stopwatch() >= end; };
    const FailureTest test = [this](const Scenario& candidate) {
      return violation_apart(application_, candidate, wanted_.check_twice);
    };
    const Shrunk shrunk = shrink(scenario, violation, test, hooks);
    explored_.report = fmt::format("seed {}, {} nodes: {}\n({} seeds of {} runs failed)\n\n{}\n",
                                   scenario.seed, scenario.nodes, report_violation(violation),
                                   seeds, explored_.runs, describe(shrunk.scenario));
    explored_.scenario_file = fmt::format("{}/{}.scenario", wanted_.folder, wanted_.name);
    const std::string comment = fmt::format("{}: {}", report_violation(shrunk.violation),
                                            shrunk.violation.property.sentence);
    const Result<void> saved =
        save_scenario(explored_.scenario_file, true, shrunk.scenario, comment);
    if (!saved) explored_.report += fmt::format("not written: {}\n", saved.error().detail);
    tell(shrunk.scenario, shrunk.violation);
  }

  static std::string describe(const Scenario& scenario) {
    std::string text;
    for (const Step& step : scenario.steps) {
      text += fmt::format("{:>9} s  {}\n", format_seconds(step.at), sim::describe(step));
    }
    return text;
  }

  // What happened and why, and the page of it.
  void tell(const Scenario& scenario, const Violation& violation) {
    explored_.report += fmt::format("{}\n", report_violation(violation));
    if (!violation.died) tell_story(scenario);
    if (const std::string again = command(); !again.empty()) {
      explored_.report += fmt::format("shows it again: {}\n", again);
    }
  }

  void tell_story(const Scenario& scenario) {
    StoryRecorder recorder(application_, scenario, nullptr);
    const RunSummary summary = simulate(application_, scenario, &recorder);
    if (summary.violations.empty()) return;  // it was the second of two runs that differed
    std::uint64_t runs = 0;
    ShrinkHooks hooks;
    hooks.is_over = [&runs] { return runs >= explaining_runs; };
    const FailureTest test = [this, &runs](const Scenario& candidate) {
      ++runs;
      return violation_apart(application_, candidate, wanted_.check_twice);
    };
    const Violation& violation = summary.violations.front();
    HtmlNotes notes{command(), find_needed(scenario, violation, test, hooks), {}};
    notes.explanation.nodes = involved_nodes(recorder.story(), violation);
    explored_.report +=
        fmt::format("\n{}\n", describe_explanation(scenario, recorder.story(), violation,
                                                   notes.explanation, Paint(false)));
    write_page(html_page(scenario, recorder.story(), notes));
  }

  void write_page(const std::string& page) {
    explored_.page_file = fmt::format("{}/{}.html", wanted_.folder, wanted_.name);
    Result<OutputFile> file = OutputFile::create(explored_.page_file, true);
    if (file) file->write(page);
    const Result<void> written = file ? file->commit() : std::unexpected(file.error());
    explored_.report += written ? fmt::format("page: {}\n", explored_.page_file)
                                : fmt::format("not written: {}\n", written.error().detail);
  }

  // Empty: nobody said how.
  std::string command() const {
    std::string line = wanted_.command;
    const std::size_t at = line.find(file_mark);
    if (at == std::string::npos) return {};
    return line.replace(at, file_mark.size(), fmt::format("'{}'", explored_.scenario_file));
  }

  const SpecApplication application_;
  const Exploration wanted_;
  Explored explored_;
  std::map<std::string, std::uint64_t> checks_;
};

}  // namespace

Explored explore(const SpecFactory& make, const Exploration& exploration) {
  return Explorer(make, exploration).explore();
}

Explored replay(const SpecFactory& make, const std::string& scenario_file,
                const Exploration& exploration) {
  return Explorer(make, exploration).replay(scenario_file);
}

int main(const SpecFactory& make, int argc, const char* const* argv) {
  const SpecApplication application(make);
  return sim_main(application, argc, argv, "1");
}

}  // namespace noex::testkit

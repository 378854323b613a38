#include "noex/testkit/explore.h"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "noex/sim/plan/scenario_maker.h"
#include "noex/sim/program/apart.h"
#include "noex/sim/program/batch_totals.h"
#include "noex/sim/program/console.h"
#include "noex/sim/program/reproduce.h"
#include "noex/sim/program/runner.h"
#include "noex/sim/program/shrink_run.h"
#include "noex/sim/program/sim_main.h"
#include "noex/sim/program/surroundings.h"
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

// So many seeds run before it is asked whether one has failed: the lowest of them is told, whatever
// the number of processors.
constexpr std::uint64_t slice = 100;

// What came of the seeds of one number of nodes.
class Results final : public WorkerEvents {
 public:
  Results(std::uint32_t nodes, std::uint64_t all, bool progress)
      : nodes_(nodes), all_(all), progress_(progress) {}
  ~Results() override {
    if (progress_) put_error("\r\033[K");
  }

  void on_result(RunSummary summary) override {
    if (!summary.violations.empty()) failed_.insert(summary.seed);
    totals_.add(summary);
    count();
  }
  void on_died(std::uint64_t seed, std::string) override {
    failed_.insert(seed);
    count();
  }

  const BatchTotals& totals() const { return totals_; }
  const std::set<std::uint64_t>& failed() const { return failed_; }

 private:
  void count() {
    ++totals_.seeds;
    if (progress_) complain("\r\033[K{} nodes: {} of {} runs", nodes_, totals_.seeds, all_);
  }

  const std::uint32_t nodes_;
  const std::uint64_t all_;
  const bool progress_;
  BatchTotals totals_;
  std::set<std::uint64_t> failed_;
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
    const std::optional<Violation> violation = violation_of(*scenario);
    explored_.held = !violation.has_value();
    if (violation) tell(*scenario, *violation);
    return std::move(explored_);
  }

 private:
  Explored refused(std::string why) {
    explored_.report = fmt::format("nothing was explored: {}", why);
    return std::move(explored_);
  }

  // False: a seed failed, or it was interrupted.
  bool run_all(std::uint32_t nodes, const FaultChoice& faults) {
    SimOptions options;
    options.application = &application_;
    options.nodes = nodes;
    options.duration = wanted_.duration;
    options.faults = faults;
    options.keep_alive = wanted_.keep_alive == majority ? nodes / 2 + 1 : wanted_.keep_alive;
    options.check = wanted_.check_twice;
    const auto [first, last] = wanted_.seeds;
    Results results(nodes, last - first + 1, wanted_.progress);
    explored_.held = true;
    for (std::uint64_t at = first; explored_.held && at >= first && at <= last; at += slice) {
      options.seeds = SeedRange{at, last - at < slice ? last : at + slice - 1};
      const std::uint32_t jobs = wanted_.jobs > 0 ? wanted_.jobs : processors();
      const bool finished = Workers(options, real_time, jobs, results).run();
      if (!finished) explored_.report = "interrupted";
      explored_.held = finished && results.failed().empty();
    }
    explored_.runs += results.totals().seeds;
    for (const auto& [property, times] : results.totals().checks) checks_[property.code] += times;
    if (!results.failed().empty()) tell_failure(options, results.failed());
    return explored_.held;
  }

  // A property that nothing was held against proves nothing, and one that must be reached was not.
  void find_unreached() {
    for (const Property& property : application_.properties()) {
      if (checks_[property.code] > 0 || property == end_is_reached) continue;
      explored_.held = false;
      explored_.report +=
          fmt::format("{} {} in {} runs: {}\n", property.code,
                      property.sometimes ? "was never reached" : "never had anything to check",
                      explored_.runs, property.sentence);
    }
  }

  std::optional<Violation> violation_of(const Scenario& scenario) const {
    return violation_apart(application_, scenario, wanted_.check_twice);
  }

  void tell_failure(const SimOptions& options, const std::set<std::uint64_t>& failed) {
    const Scenario scenario = scenario_of(options, *failed.begin());
    const std::optional<Violation> violation = violation_of(scenario);
    if (!violation) {
      explored_.report = fmt::format(
          "seed {}, {} nodes failed, and holds when it runs alone: it is "
          "not a function of its seed",
          scenario.seed, scenario.nodes);
      return;
    }
    const Duration end = real_time() + wanted_.shrink_time;
    ShrinkHooks hooks;
    hooks.is_over = [end] { return real_time() >= end; };
    const FailureTest test = [this](const Scenario& candidate) { return violation_of(candidate); };
    const Shrunk shrunk = shrink(scenario, *violation, test, hooks);
    explored_.report =
        fmt::format("seed {}, {} nodes: {}\n({} of {} runs failed so far)\n\n{}\n", scenario.seed,
                    scenario.nodes, report_violation(*violation), failed.size(), explored_.runs,
                    report_shrunk(scenario, shrunk.scenario, Paint(false)));
    explored_.scenario_file = file(".scenario");
    const std::string comment = fmt::format("{}: {}", report_violation(shrunk.violation),
                                            shrunk.violation.property.sentence);
    const Result<void> saved =
        save_scenario(explored_.scenario_file, true, shrunk.scenario, comment);
    if (!saved) explored_.report += fmt::format("not written: {}\n", saved.error().detail);
    tell(shrunk.scenario, shrunk.violation);
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
      return violation_of(candidate);
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
    explored_.page_file = file(".html");
    Result<OutputFile> output = OutputFile::create(explored_.page_file, true);
    if (output) output->write(page);
    const Result<void> written = output ? output->commit() : std::unexpected(output.error());
    explored_.report += written ? fmt::format("page: {}\n", explored_.page_file)
                                : fmt::format("not written: {}\n", written.error().detail);
  }

  // Empty: nobody said how.
  std::string command() const {
    std::string line = wanted_.command;
    const std::size_t at = line.find(file_mark);
    if (at == std::string::npos) return {};
    return line.replace(at, file_mark.size(), shell_file(explored_.scenario_file));
  }

  // Found from wherever the command is pasted.
  std::string file(std::string_view end) const {
    std::error_code ignored;  // writing to it says what is wrong
    const auto folder = std::filesystem::absolute("." / std::filesystem::path(wanted_.folder));
    std::filesystem::create_directories(folder, ignored);
    return (folder / fmt::format("{}{}", wanted_.name, end)).lexically_normal().string();
  }

  const SpecApplication application_;
  const Exploration wanted_;
  Explored explored_;
  std::map<std::string_view, std::uint64_t> checks_;  // by code
};

}  // namespace

Explored explore(const SpecFactory& make, const Exploration& exploration) {
  return Explorer(make, exploration).explore();
}

Explored replay(const SpecFactory& make, const std::string& scenario_file,
                const Exploration& exploration) {
  return Explorer(make, exploration).replay(scenario_file);
}

std::string shell_word(const std::string& text) {
  return sim::shell_word(text);
}

std::string scenario_asked_for() {
  return environment("NOEX_SCENARIO");
}

int main(const SpecFactory& make, int argc, const char* const* argv) {
  const SpecApplication application(make);
  return sim_main(application, argc, argv,
                  fmt::format("{}, on noex {}", application.name(), NOEX_VERSION));
}

}  // namespace noex::testkit

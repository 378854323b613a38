#include "noex/sim/program/batch.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "noex/sim/check/runtime_properties.h"
#include "noex/sim/program/console.h"
#include "noex/sim/program/junit.h"
#include "noex/sim/program/reproduce.h"
#include "noex/sim/program/workers.h"
#include "noex/sim/report/report_json.h"
#include "noex/sim/text/output_file.h"

namespace noex::sim {

namespace {

constexpr std::uint64_t telling_seeds_min = 101;
constexpr Duration progress_interval = 100ms;

struct Outcome {
  RunSummary summary;
  std::string died;  // how, if there is no summary
};

class Batch final : private WorkerEvents {
 public:
  Batch(const SimOptions& options, const Stopwatch& stopwatch, const Terminal& terminal)
      : options_(options),
        stopwatch_(stopwatch),
        terminal_(terminal),
        paint_(terminal.colours),
        began_(stopwatch()),
        next_(options.seeds->first) {}

  int run(std::uint32_t jobs) {
    jobs_ = jobs;
    if (!create_junit()) return exit_usage;  // said before the work, not after it
    bool finished = false;
    {
      Workers workers(options_, stopwatch_, jobs, *this);
      finished = workers.run();
    }
    while (!waiting_.empty()) take_first();  // time was up before those between them were run
    clear_progress();
    const std::vector<std::string> gaps =
        finished ? find_gaps(totals_, options_) : std::vector<std::string>{};
    if (!options_.json) print_summary(finished, gaps);
    if (options_.json) {
      for (const std::string& gap : gaps) complain("sim: {}\n", gap);
      if (!finished) complain("sim: interrupted after {} seeds\n", totals_.seeds);
    }
    flush();
    if (!write_junit(gaps)) return exit_usage;
    if (!finished) return exit_interrupted;
    return totals_.failed > 0 || !gaps.empty() ? exit_violated : exit_held;
  }

 private:
  void on_result(RunSummary summary) override {
    const std::uint64_t seed = summary.seed;
    add(seed, Outcome{std::move(summary), {}});
  }
  void on_died(std::uint64_t seed, std::string how) override {
    add(seed, Outcome{{}, std::move(how)});
  }
  void on_fewer(std::uint32_t running, std::string why) override {
    clear_progress();
    complain("sim: --jobs: {} of {} run at a time: {} (ulimit -a shows the limits)\n", running,
             jobs_, why);
  }

  void add(std::uint64_t seed, Outcome outcome) {
    waiting_.emplace(seed, std::move(outcome));
    while (!waiting_.empty() && waiting_.begin()->first == next_) {
      next_ += options_.seeds->step;
      take_first();
    }
    show_progress();
  }

  void take_first() {
    const auto first = waiting_.extract(waiting_.begin());
    take(first.key(), first.mapped());
  }

  void take(std::uint64_t seed, const Outcome& outcome) {
    ++totals_.seeds;
    if (outcome.died.empty()) totals_.add(outcome.summary);
    const bool bad = !outcome.died.empty() || !outcome.summary.violations.empty();
    if (bad) {
      ++totals_.failed;
      report_.add(outcome.died.empty() ? outcome.summary.violations.front().property.code : "",
                  fmt::format("seed {}: {}; reproduce: {}", seed, what_failed(outcome),
                              reproduce_command(options_, seed)));
    }
    if (!bad && !options_.json) return;
    clear_progress();
    if (options_.json) {
      say("{}\n", outcome.died.empty() ? to_json(outcome.summary)
                                       : died_to_json(seed, options_.nodes, outcome.died));
    } else {
      say("{} {}: {}; reproduce: {}\n", paint_.bad("seed"), seed, what_failed(outcome),
          reproduce_command(options_, seed));
    }
    flush();
  }

  static std::string what_failed(const Outcome& outcome) {
    return outcome.died.empty() ? report_violation(outcome.summary.violations.front())
                                : outcome.died;
  }

  void print_summary(bool finished, const std::vector<std::string>& gaps) {
    const Duration took = stopwatch_() - began_;
    if (options_.search_time > 0s && totals_.seeds > 0) {
      const std::int64_t milliseconds = std::max<std::int64_t>(1, to_milliseconds(took));
      say("searched from seed {} on, every one up to {}; {} a second\n", options_.seeds->first,
          next_ - options_.seeds->step,
          totals_.seeds * 1000 / static_cast<std::uint64_t>(milliseconds));
    }
    say("{} seeds{}, {} failed; {} s of simulated time, {} events, in {} s\n", totals_.seeds,
        finished ? "" : " (interrupted)", totals_.failed, format_seconds(totals_.simulated, 0),
        totals_.events, format_seconds(took, 1));
    say("faults that hit: {}\n", list_hits(totals_.faults_on, totals_.hits));
    say("checked: {}\n", list_checks(totals_.checks));
    for (const std::string& gap : gaps) say("{}\n", paint_.bad(gap));
    if (finished && totals_.failed == 0 && gaps.empty()) {
      say("{}\n", paint_.good("All properties held."));
    }
  }

  bool create_junit() {
    if (options_.junit_file.empty()) return true;
    Result<OutputFile> file = OutputFile::create(options_.junit_file, options_.force);
    if (!file) return refuse_junit(file.error());
    junit_ = std::move(*file);
    return true;
  }
  bool write_junit(const std::vector<std::string>& gaps) {
    if (!junit_) return true;
    const std::string name = fmt::format("seeds {}..{}, part {} of {}", options_.seeds->first,
                                         next_ - 1, options_.shard.number, options_.shard.count);
    junit_->write(report_.print(name, properties_of(*options_.application), totals_, gaps,
                                stopwatch_() - began_));
    const Result<void> written = junit_->commit();
    return written.has_value() || refuse_junit(written.error());
  }
  static bool refuse_junit(const Error& error) {
    complain("sim: --junit: {}\n", error.detail);
    return false;
  }

  // --- Progress, on a terminal only ---
  void show_progress() {
    if (!terminal_.progress) return;
    const Duration now = stopwatch_();
    if (now < shown_ + progress_interval) return;
    shown_ = now;
    const std::int64_t milliseconds = std::max<std::int64_t>(1, to_milliseconds(now - began_));
    const std::string of_all =
        options_.search_time > 0s ? "" : fmt::format(" of {}", options_.seeds->size());
    complain("\r\033[K{}{} seeds, {} failed, {} a second", totals_.seeds, of_all, totals_.failed,
             totals_.seeds * 1000 / std::uint64_t(milliseconds));
    line_shown_ = true;
  }
  void clear_progress() {
    if (!std::exchange(line_shown_, false)) return;
    put_error("\r\033[K");
  }

  const SimOptions& options_;
  const Stopwatch& stopwatch_;
  const Terminal terminal_;
  const Paint paint_;
  const Duration began_;
  std::uint64_t next_;                        // the seed to be printed next
  std::map<std::uint64_t, Outcome> waiting_;  // for those before them
  BatchTotals totals_;
  JunitReport report_;
  std::optional<OutputFile> junit_;
  std::uint32_t jobs_ = 0;
  Duration shown_{0};
  bool line_shown_ = false;
};

std::uint32_t choose_jobs(const SimOptions& options) {
  const std::uint64_t wanted = options.jobs > 0 ? options.jobs : processors();
  return static_cast<std::uint32_t>(std::min(wanted, options.seeds->size()));
}

}  // namespace

void BatchTotals::add(const RunSummary& summary) {
  faults_on |= summary.faults_on;
  events += summary.events;
  simulated += summary.simulated;
  for (std::size_t i = 0; i < fault_kinds; ++i) hits[i] += summary.faults[i];
  if (checks.empty()) {
    checks = summary.checks;
    return;
  }
  for (std::size_t i = 0; i < checks.size(); ++i) checks[i].times += summary.checks[i].times;
}

std::vector<std::string> find_gaps(const BatchTotals& totals, const SimOptions& options) {
  std::vector<std::string> gaps;
  if (totals.seeds < telling_seeds_min && !options.strict) return gaps;
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    if ((totals.faults_on >> i & 1) == 0 || totals.hits[i] > 0) continue;
    gaps.push_back(
        fmt::format("X2: {} was on and never hit anything", describe(static_cast<FaultKind>(i))));
  }
  if (options.scenario || options.faults.kinds != possible_faults()) return gaps;
  for (const auto& [property, times] : totals.checks) {
    if (times > 0 || (property == property::x1 && !options.check)) continue;
    if (options.nodes < property.nodes_min) continue;
    gaps.push_back(
        property.sometimes
            ? fmt::format("X2: {} was never reached: {}", property.code, property.sentence)
            : fmt::format("X2: {} never had anything to check", property.code));
  }
  return gaps;
}

int run_batch(const SimOptions& options, const Stopwatch& stopwatch, const Terminal& terminal) {
  return Batch(options, stopwatch, terminal).run(choose_jobs(options));
}

}  // namespace noex::sim

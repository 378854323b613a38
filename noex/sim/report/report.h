// What a person reads about a run: its faults, what became of the cluster and of the
// application, verdict.
//
// Works on a finished run; nothing of it reaches a fingerprint. The same run gives the same text.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "noex/sim/run/simulation.h"
#include "noex/sim/scenario/scenario.h"
#include "noex/sim/text/paint.h"

namespace noex::sim {

// Remembers of a run what the report shows.
class RunRecord final : public RunWatcher {
 public:
  struct ClusterEvent {
    Instant at;
    std::uint32_t node;
    std::string what;
    std::string who;
    std::string why;
  };

  // The application outlives it. on_second: may be empty.
  RunRecord(const Application& application, std::uint32_t nodes,
            std::function<void(Instant)> on_second = {})
      : application_(application),
        on_second_(std::move(on_second)),
        shown_(nodes * users_per_node) {}

  void on_shown(Instant at, std::uint32_t node, std::uint32_t user, std::string_view line) override;
  void on_cluster_event(Instant at, std::uint32_t node, std::string_view what, std::string_view who,
                        std::string_view why) override;
  void on_own_deed(Instant at, std::uint32_t node, std::string_view deed) override;
  void on_second(Instant at) override {
    if (on_second_) on_second_(at);
  }

  const std::vector<ClusterEvent>& cluster_events() const { return cluster_events_; }
  // What the simulator did by itself; only node, moment and `what` are filled in.
  const std::vector<ClusterEvent>& own_deeds() const { return own_deeds_; }
  const std::vector<std::vector<std::string>>& shown() const { return shown_; }
  const Application& application() const { return application_; }

 private:
  const Application& application_;
  const std::function<void(Instant)> on_second_;
  std::vector<ClusterEvent> cluster_events_;
  std::vector<ClusterEvent> own_deeds_;
  std::vector<std::vector<std::string>> shown_;  // lines by user
};

// Before the run: what is about to run. file: where it stands; empty: in none.
std::string report_heading(const Scenario& scenario, const Paint& paint,
                           std::string_view file = {});
// What is about to happen: a line for each step that is not a user's.
std::string report_schedule(const Scenario& scenario, const Paint& paint);
struct BriefSizes {
  std::size_t heading_lines = 0;   // that are on the screen already
  std::size_t idle_steps_max = 0;  // are named one by one; of more only the first
};
// After a run that held: as much as a screen shows below the heading.
std::string report_brief(const Scenario& scenario, const RunRecord& record,
                         const RunSummary& summary, const Paint& paint, const BriefSizes& sizes);
// After any run, in full. Ends with the verdict, and if it is a violation, with why, and how to see
// it again.
std::string report_run(const RunRecord& record, const RunSummary& summary,
                       std::string_view reproduce, const Paint& paint, std::string_view why = {},
                       std::string_view idle = {});
// Kinds of faults that were on and hit nothing, and steps that changed nothing: a line each, of
// the steps only the first ones. Empty: there is none.
std::string list_idle(const Scenario& scenario, const RunSummary& summary,
                      std::size_t steps_max = ~std::size_t{0});
// "C3 at 23.412 s: expected ..., seen ..."
std::string report_violation(const Violation& violation);
// "crash 3, pause 12"; those that were on, or hit something.
std::string list_hits(std::uint32_t faults_on, const FaultHits& hits);
// "M1 12, M5 20".
std::string list_checks(const std::vector<Checked>& checks);

}  // namespace noex::sim

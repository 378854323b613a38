// What a person reads about a run: its faults, what became of the cluster and of the chat, verdict.
//
// Works on a finished run; nothing of it reaches a fingerprint. The same run gives the same text.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cluster/scenario.h"
#include "sim/cluster/simulation.h"

namespace noex::sim {

// Bold and colours, if the reader's terminal has them.
class Paint {
 public:
  explicit Paint(bool on) : on_(on) {}
  std::string bold(std::string_view text) const { return wrap("\033[1m", text); }
  std::string good(std::string_view text) const { return wrap("\033[32m", text); }
  std::string bad(std::string_view text) const { return wrap("\033[1;31m", text); }

 private:
  std::string wrap(std::string_view code, std::string_view text) const;

  bool on_;
};

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

  // on_second: may be empty.
  explicit RunRecord(std::uint32_t nodes, std::function<void(Instant)> on_second = {})
      : on_second_(std::move(on_second)), shown_(nodes * users_per_node) {}

  void on_shown(Instant at, std::uint32_t node, std::uint32_t user, std::string_view line) override;
  void on_cluster_event(Instant at, std::uint32_t node, std::string_view what, std::string_view who,
                        std::string_view why) override;
  void on_second(Instant at) override {
    if (on_second_) on_second_(at);
  }

  const std::vector<ClusterEvent>& cluster_events() const { return cluster_events_; }
  const std::vector<std::vector<std::string>>& shown() const { return shown_; }

 private:
  const std::function<void(Instant)> on_second_;
  std::vector<ClusterEvent> cluster_events_;
  std::vector<std::vector<std::string>> shown_;  // lines by user
};

// Before the run: what is about to happen.
std::string report_scenario(const Scenario& scenario, const Paint& paint);
// After it. Ends with the verdict, and if it is a violation, with why, and how to see it again.
std::string report_run(const RunRecord& record, const RunSummary& summary,
                       std::string_view reproduce, const Paint& paint, std::string_view why = {});
// "C3 at 23.412 s: expected ..., seen ..."
std::string report_violation(const Violation& violation);
// "crash 3, pause 12"; those that were on, or hit something.
std::string list_hits(std::uint32_t faults_on, const FaultHits& hits);
// "M1 12, M5 20".
std::string list_checks(const std::array<std::uint64_t, property_count>& checks);

}  // namespace noex::sim

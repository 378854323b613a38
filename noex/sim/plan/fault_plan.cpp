#include "noex/sim/plan/fault_plan.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "noex/sim/plan/disturbance_plan.h"
#include "noex/sim/plan/fault_draws.h"
#include "noex/sim/scenario/send_point.h"

namespace noex::sim {

namespace {

// A life that is about to end shows nothing: nobody did anything in it.
constexpr Duration life_min = 1s;

constexpr std::string_view often_sent[] = {"heartbeat", "multicast", "call",  "reply",
                                           "delta",     "claim",     "grant", "refuse",
                                           "monitor",   "applied"};

// From an end to the next start, or to the end of the run.
struct Absence {
  std::uint32_t node = 0;
  Instant from{};
  Instant to{};
  bool for_good = false;
  Instant at_latest{};  // when it surely has ended, if that is left to a message
};

class Planner {
 public:
  Planner(const Scenario& scenario, std::uint32_t keep_alive, const Random& random)
      : scenario_(scenario), keep_alive_(keep_alive), draws_(scenario, random) {}

  FaultPlan plan() {
    plan_starts();
    plan_crash_points();
    plan_outages();
    plan_ends(StepKind::crash, FaultKind::crash, {2, 6});
    plan_ends(StepKind::power_loss, FaultKind::power_loss, {2, 6});
    plan_ends(StepKind::leave, FaultKind::restart, {2, 2});
    std::ranges::move(plan_disturbances(draws_), std::back_inserter(plan_.steps));
    plan_lives();
    return std::move(plan_);
  }

 private:
  Instant end_of_run() const { return Instant{scenario_.duration}; }
  // A cluster of two may become one.
  std::uint32_t alive_min() const {
    return std::min(keep_alive_ == 0 ? 2U : keep_alive_, scenario_.nodes - 1);
  }
  std::uint32_t gone_max() const {
    return std::min(std::max(1U, (scenario_.nodes - 1) / 2), scenario_.nodes - alive_min());
  }

  Step& add(StepKind kind, Instant at, std::uint32_t node) {
    Step step;
    step.kind = kind;
    step.at = at;
    step.node = node;
    plan_.steps.push_back(std::move(step));
    return plan_.steps.back();
  }

  // Mostly together; some runs have a latecomer.
  void plan_starts() {
    for (std::uint32_t node = 0; node < scenario_.nodes; ++node) {
      Random random = draws_.split("start", node);
      Duration after = FaultDraws::duration(random, 0ms, 400ms);
      const bool late = random.chance(60'000);
      const Duration delay = FaultDraws::duration(random, 1s, 8s);
      if (late && scenario_.has_trouble() && node >= alive_min()) {
        after = std::min(delay, scenario_.quiet_from.time_since_epoch());
      }
      add(StepKind::start, Instant{after}, node);
      starts_.push_back(Instant{after});
    }
  }

  // --- Ends and restarts ---
  void plan_ends(StepKind kind, FaultKind fault, Often often) {
    draws_.repeat(fault, describe(kind), often, [&](Random& random, Instant at) {
      const std::uint32_t node = draws_.node(random);
      Absence absence = draw_absence(random, node, at);
      if (kind == StepKind::leave && !absence.for_good) {
        absence.to = std::max(absence.to, std::min(at + leave_max(), scenario_.quiet_from));
      }
      if (may_be_absent(absence)) end(kind, absence);
    });
  }

  // A node that still leaves does not start; on the slowest clock.
  Duration leave_max() const { return scenario_.options.leave_timeout * 11 / 10; }

  void end(StepKind kind, const Absence& absence) {
    absences_.push_back(absence);
    add(kind, absence.from, absence.node);
    if (!absence.for_good) add(StepKind::start, absence.to, absence.node);
  }

  Absence draw_absence(Random& random, std::uint32_t node, Instant at) {
    const auto back = draw_return(random, at);
    return {node, at, back.value_or(end_of_run()), !back, at};
  }

  // When it is started again; nothing: never.
  std::optional<Instant> draw_return(Random& random, Instant at) {
    const std::uint64_t fate = random.below(100);
    const Duration soon = FaultDraws::duration(random, 1ms, 500ms);
    const Duration later = FaultDraws::duration(random, 1s, 10s);
    if (!scenario_.is_on(FaultKind::restart) || fate < 12) return std::nullopt;
    return std::min(at + (fate < 30 ? soon : later), scenario_.quiet_from);
  }

  // Armed for a while; then the node starts again, if it has died.
  void plan_crash_points() {
    draws_.repeat(FaultKind::crash_point, "crash_point", {3, 6}, [&](Random& random, Instant at) {
      const std::uint32_t node = draws_.node(random);
      const bool before = random.chance(500'000);
      // Half of the time one that is sent often: the others may not be sent while it waits.
      const std::size_t rare = random.below(send_points().size());
      const std::size_t often = random.below(std::size(often_sent));
      const bool usual = random.chance(500'000);
      const std::int64_t number = std::max<std::int64_t>(1, random.between(-4, 3));
      const Duration drawn = FaultDraws::duration(random, 2s, 8s);
      const Duration armed = std::min(drawn, scenario_.quiet_from - at);
      Absence absence = draw_absence(random, node, at);
      absence.at_latest = at + armed;
      if (!absence.for_good) {
        absence.to = std::min(absence.to + armed, scenario_.quiet_from);
      }
      if (!may_be_absent(absence)) return;
      absences_.push_back(absence);
      Step& step = add(before ? StepKind::crash_before : StepKind::crash_after, at, node);
      step.lasts = armed;
      step.text = usual ? often_sent[often] : send_points()[rare].name;
      step.amount = number;
      if (!absence.for_good) add(StepKind::start, absence.to, node);
    });
  }

  // Several at nearly the same moment, as if they had shared a plug; all of them, if they return.
  void plan_outages() {
    draws_.repeat(FaultKind::outage, "outage", {1, 2}, [&](Random& random, Instant at) {
      std::vector<std::uint32_t> nodes = draws_.shuffled(random);
      nodes.resize(2 + random.below(nodes.size() - 1));
      for (const std::uint32_t node : nodes) {
        const Instant when = at + FaultDraws::duration(random, 0ms, outage_span / 2);
        const bool plug = random.chance(500'000);
        const Duration away = FaultDraws::duration(random, 1ms, 4s);
        if (when >= scenario_.quiet_from) continue;
        Absence absence{node, when, end_of_run(), true, when};
        if (scenario_.is_on(FaultKind::restart)) {
          absence.to = std::min(when + away, scenario_.quiet_from);
          absence.for_good = false;
        }
        const bool counted = absence.for_good || keep_alive_ > 0;
        const bool possible = counted ? may_be_absent(absence) : is_free(absence);
        if (possible) end(plug ? StepKind::power_loss : StepKind::crash, absence);
      }
    });
  }

  // It runs by then, and no other absence of the same node is near.
  bool is_free(const Absence& absence) const {
    if (absence.from < starts_[absence.node] + life_min) return false;
    return std::ranges::none_of(absences_, [&](const Absence& other) {
      return other.node == absence.node && absence.from < other.to + life_min &&
             other.from < absence.to + life_min;
    });
  }

  bool may_be_absent(const Absence& absence) const {
    if (!is_free(absence)) return false;
    std::uint32_t missing = 1;
    std::uint32_t gone = absence.for_good ? 1 : 0;
    for (std::uint32_t node = 0; node < scenario_.nodes; ++node) {
      if (node != absence.node && starts_[node] > absence.from) ++missing;
    }
    for (const Absence& other : absences_) {
      if (other.for_good) ++gone;
      if (absence.from <= other.to && other.from <= absence.to) ++missing;
    }
    // Counts absences that overlap this one, not each other: more careful than it had to be.
    return missing + alive_min() <= scenario_.nodes && gone <= gone_max();
  }

  void plan_lives() {
    std::ranges::sort(absences_, [](const Absence& a, const Absence& b) {
      return std::pair(a.node, a.from) < std::pair(b.node, b.from);
    });
    for (std::uint32_t node = 0; node < scenario_.nodes; ++node) {
      Instant from = starts_[node];
      for (const Absence& absence : absences_) {
        if (absence.node != node) continue;
        plan_.lives.push_back({node, from, absence.at_latest});
        from = absence.to;
      }
      if (from < end_of_run()) plan_.lives.push_back({node, from, end_of_run()});
    }
  }

  const Scenario& scenario_;
  const std::uint32_t keep_alive_;
  const FaultDraws draws_;
  FaultPlan plan_;
  std::vector<Instant> starts_;
  std::vector<Absence> absences_;
};

}  // namespace

FaultPlan plan_faults(const Scenario& scenario, std::uint32_t keep_alive, const Random& random) {
  return Planner(scenario, keep_alive, random).plan();
}

}  // namespace noex::sim

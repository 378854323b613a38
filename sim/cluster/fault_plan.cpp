#include "sim/cluster/fault_plan.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace noex::sim {

namespace {

constexpr Instant first_fault{1s};
// A life that is about to end shows nothing: nobody did anything in it.
constexpr Duration life_min = 1s;

// From an end to the next start, or to the end of the run.
struct Absence {
  std::uint32_t node = 0;
  Instant from{};
  Instant to{};
  bool for_good = false;
};

class Planner {
 public:
  Planner(const Scenario& scenario, const Random& random) : scenario_(scenario), random_(random) {}

  FaultPlan plan() {
    plan_starts();
    plan_ends(StepKind::crash, FaultKind::crash);
    plan_ends(StepKind::power_loss, FaultKind::power_loss);
    plan_ends(StepKind::leave, FaultKind::restart);
    plan_pauses();
    plan_resets();
    plan_partitions();
    plan_one_way();
    plan_lives();
    return std::move(plan_);
  }

 private:
  Severity severity(FaultKind kind) const {
    return scenario_.faults[static_cast<std::size_t>(kind)];
  }
  bool any_fault() const {
    return std::ranges::any_of(scenario_.faults,
                               [](Severity severity) { return severity != Severity::off; });
  }
  Instant end_of_run() const { return Instant{scenario_.duration}; }
  // A cluster of two may become one.
  std::uint32_t alive_min() const { return std::min(2U, scenario_.nodes - 1); }
  std::uint32_t gone_max() const { return std::max(1U, (scenario_.nodes - 1) / 2); }

  // As often as `mild` or `hard` times in 30 s; the rest of a division is left to chance.
  std::uint64_t count(Random& random, FaultKind kind, std::uint64_t mild, std::uint64_t hard) {
    if (severity(kind) == Severity::off) return 0;
    const auto active = static_cast<std::uint64_t>(
        std::max<std::int64_t>(1, to_milliseconds(scenario_.quiet_from - first_fault)));
    const std::uint64_t parts = (severity(kind) == Severity::hard ? hard : mild) * active;
    const std::uint64_t times = parts / 30'000;
    return times + (random.below(30'000) < parts % 30'000 ? 1 : 0);
  }

  Instant draw_instant(Random& random) {
    return first_fault +
           Duration{random.between(0, (scenario_.quiet_from - first_fault).count() - 1)};
  }
  std::uint32_t draw_node(Random& random) {
    return static_cast<std::uint32_t>(random.below(scenario_.nodes));
  }
  Duration draw_duration(Random& random, Duration low, Duration high) {
    return Duration{random.between(low.count(), high.count())};
  }

  Step& add(StepKind kind, Instant at) {
    Step step;
    step.kind = kind;
    step.at = at;
    plan_.steps.push_back(std::move(step));
    return plan_.steps.back();
  }

  // Mostly together; some runs have a latecomer.
  void plan_starts() {
    for (std::uint32_t node = 0; node < scenario_.nodes; ++node) {
      Random random = random_.split("start", node);
      Duration after = draw_duration(random, 0ms, 400ms);
      const bool late = random.chance(60'000);
      const Duration delay = draw_duration(random, 1s, 8s);
      if (late && any_fault() && node >= alive_min()) {
        after = std::min(delay, scenario_.quiet_from.time_since_epoch());
      }
      add(StepKind::start, Instant{after}).node = node;
      starts_.push_back(Instant{after});
    }
  }

  // --- Ends and restarts ---
  void plan_ends(StepKind kind, FaultKind fault) {
    Random numbers = random_.split(describe(kind));
    const std::uint64_t times = count(numbers, fault, 2, kind == StepKind::leave ? 2 : 6);
    for (std::uint64_t i = 0; i < times; ++i) {
      Random random = random_.split(describe(kind), i + 1);
      const Instant at = draw_instant(random);
      const std::uint32_t node = draw_node(random);
      Absence absence{node, at, end_of_run(), true};
      if (const auto back = draw_return(random, at)) {
        absence.to = *back;
        absence.for_good = false;
      }
      if (!may_be_absent(absence)) continue;
      absences_.push_back(absence);
      add(kind, at).node = node;
      if (!absence.for_good) add(StepKind::start, absence.to).node = node;
    }
  }

  // When it is started again; nothing: never.
  std::optional<Instant> draw_return(Random& random, Instant at) {
    const std::uint64_t fate = random.below(100);
    const Duration soon = draw_duration(random, 1ms, 500ms);
    const Duration later = draw_duration(random, 1s, 10s);
    if (!scenario_.is_on(FaultKind::restart) || fate < 12) return std::nullopt;
    return std::min(at + (fate < 30 ? soon : later), scenario_.quiet_from);
  }

  bool may_be_absent(const Absence& absence) const {
    if (absence.from < starts_[absence.node] + life_min) return false;
    std::uint32_t missing = 1;
    std::uint32_t gone = absence.for_good ? 1 : 0;
    for (std::uint32_t node = 0; node < scenario_.nodes; ++node) {
      if (node != absence.node && starts_[node] > absence.from) ++missing;
    }
    for (const Absence& other : absences_) {
      if (other.node == absence.node && absence.from < other.to + life_min &&
          other.from < absence.to + life_min) {
        return false;
      }
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
        plan_.lives.push_back({node, from, absence.from});
        from = absence.to;
      }
      if (from < end_of_run()) plan_.lives.push_back({node, from, end_of_run()});
    }
  }

  // --- What is over by itself ---
  // Long enough to matter: below, about and far above what it takes to be suspected.
  Duration draw_disturbance(Random& random, Instant at) {
    const std::uint64_t size = random.below(100);
    const Duration blip = draw_duration(random, 50ms, 1s);
    const Duration around = draw_duration(random, 1s, 6s);
    const Duration lasting = draw_duration(random, 6s, 15s);
    const Duration lasts = size < 30 ? blip : size < 75 ? around : lasting;
    return std::min(lasts, scenario_.quiet_from - at);
  }

  void plan_pauses() {
    Random numbers = random_.split("pause");
    const std::uint64_t times = count(numbers, FaultKind::pause, 2, 6);
    for (std::uint64_t i = 0; i < times; ++i) {
      Random random = random_.split("pause", i + 1);
      Step& step = add(StepKind::pause, draw_instant(random));
      step.node = draw_node(random);
      step.lasts = draw_disturbance(random, step.at);
    }
  }

  void plan_resets() {
    Random numbers = random_.split("reset");
    const std::uint64_t times = count(numbers, FaultKind::reset, 5, 25);
    for (std::uint64_t i = 0; i < times; ++i) {
      Random random = random_.split("reset", i + 1);
      Step& step = add(StepKind::reset, draw_instant(random));
      step.node = draw_node(random);
      step.peer = static_cast<std::uint32_t>(random.below(scenario_.nodes - 1));
      if (step.peer >= step.node) ++step.peer;
    }
  }

  // Some nodes, not all; in three of ten cases only one.
  std::vector<std::uint32_t> draw_side(Random& random) {
    const bool one = random.chance(300'000);
    std::vector<std::uint32_t> order(scenario_.nodes);
    for (std::uint32_t i = 0; i < scenario_.nodes; ++i) order[i] = i;
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    const std::uint64_t half = (scenario_.nodes + random.below(2)) / 2;
    order.resize(one ? 1 : std::max<std::uint64_t>(1, half));
    std::ranges::sort(order);
    return order;
  }

  std::vector<std::uint32_t> rest(const std::vector<std::uint32_t>& side) const {
    std::vector<std::uint32_t> others;
    for (std::uint32_t node = 0; node < scenario_.nodes; ++node) {
      if (std::ranges::count(side, node) == 0) others.push_back(node);
    }
    return others;
  }

  void plan_partitions() {
    Random numbers = random_.split("partition");
    const std::uint64_t times = count(numbers, FaultKind::partition, 1, 4);
    for (std::uint64_t i = 0; i < times; ++i) {
      Random random = random_.split("partition", i + 1);
      Step& step = add(StepKind::partition, draw_instant(random));
      step.lasts = draw_disturbance(random, step.at);
      step.side = draw_side(random);
    }
  }

  // One node that cannot be heard by anyone, one that hears nobody, or one pair.
  void plan_one_way() {
    Random numbers = random_.split("one_way");
    const std::uint64_t times = count(numbers, FaultKind::one_way, 2, 6);
    for (std::uint64_t i = 0; i < times; ++i) {
      Random random = random_.split("one_way", i + 1);
      Step& step = add(StepKind::one_way, draw_instant(random));
      step.lasts = draw_disturbance(random, step.at);
      step.side = {draw_node(random)};
      step.others = rest(step.side);
      const std::uint64_t shape = random.below(3);
      const std::uint64_t pick = random.below(step.others.size());
      if (shape == 0) step.others = {step.others[pick]};
      if (shape == 1) std::swap(step.side, step.others);
    }
  }

  const Scenario& scenario_;
  const Random random_;
  FaultPlan plan_;
  std::vector<Instant> starts_;
  std::vector<Absence> absences_;
};

}  // namespace

FaultPlan plan_faults(const Scenario& scenario, const Random& random) {
  return Planner(scenario, random).plan();
}

}  // namespace noex::sim

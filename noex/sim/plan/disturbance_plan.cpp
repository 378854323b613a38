#include "noex/sim/plan/disturbance_plan.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace noex::sim {

namespace {

class Planner {
 public:
  explicit Planner(const FaultDraws& draws) : draws_(draws) {}

  std::vector<Step> plan() {
    plan_pauses();
    plan_connections();
    plan_partitions();
    plan_one_way();
    plan_bridges();
    plan_slow_links();
    plan_slow_nodes();
    plan_backlogs();
    plan_skews();
    plan_jumps();
    return std::move(steps_);
  }

 private:
  Step& add(StepKind kind, Instant at) {
    Step step;
    step.kind = kind;
    step.at = at;
    steps_.push_back(std::move(step));
    return steps_.back();
  }
  // As often as its kind asks for: a step of that name, filled in by `fill`.
  template <class Fill>
  void repeat(FaultKind fault, StepKind kind, Often often, Fill fill) {
    draws_.repeat(fault, describe(kind), often,
                  [&](Random& random, Instant at) { fill(random, add(kind, at)); });
  }

  // --- Processes and connections ---
  void plan_pauses() {
    repeat(FaultKind::pause, StepKind::pause, {2, 6}, [this](Random& random, Step& step) {
      step.node = draws_.node(random);
      step.lasts = draws_.lasting(random, step.at);
    });
  }

  void plan_connections() {
    const auto pair = [this](Random& random, Step& step) {
      step.node = draws_.node(random);
      step.peer = draws_.peer(random, step.node);
    };
    repeat(FaultKind::reset, StepKind::reset, {5, 25}, pair);
    repeat(FaultKind::half_open, StepKind::half_open, {2, 8}, pair);
  }

  // From hardly noticed to far more than a turn's worth of work for each turn.
  void plan_slow_nodes() {
    const bool hard = draws_.is_hard(FaultKind::slow_node);
    repeat(FaultKind::slow_node, StepKind::slow_node, {2, 5},
           [this, hard](Random& random, Step& step) {
             step.node = draws_.node(random);
             const Duration turn = hard ? FaultDraws::duration(random, 5ms, 120ms)
                                        : FaultDraws::duration(random, 100us, 10ms);
             step.amount = turn.count();
             step.lasts = draws_.lasting(random, step.at);
           });
  }

  void plan_backlogs() {
    repeat(FaultKind::backlog_full, StepKind::backlog_full, {2, 6},
           [this](Random& random, Step& step) {
             step.node = draws_.node(random);
             step.lasts = draws_.lasting(random, step.at);
           });
  }

  // --- Ways ---
  // Some nodes, not all; in three of ten cases only one.
  std::vector<std::uint32_t> draw_side(Random& random) {
    const std::uint32_t nodes = draws_.scenario().nodes;
    const bool one = random.chance(300'000);
    std::vector<std::uint32_t> order = draws_.shuffled(random);
    const std::uint64_t half = (nodes + random.below(2)) / 2;
    order.resize(one ? 1 : std::max<std::uint64_t>(1, half));
    std::ranges::sort(order);
    return order;
  }

  // One node to all, all to one node, or one pair.
  void draw_ways(Random& random, Step& step) {
    step.side = {draws_.node(random)};
    step.others = draws_.rest(step.side);
    const std::uint64_t shape = random.below(3);
    const std::uint64_t pick = random.below(step.others.size());
    if (shape == 0) step.others = {step.others[pick]};
    if (shape == 1) std::swap(step.side, step.others);
  }

  void plan_partitions() {
    repeat(FaultKind::partition, StepKind::partition, {1, 4}, [this](Random& random, Step& step) {
      step.lasts = draws_.lasting(random, step.at);
      step.side = draw_side(random);
    });
  }

  void plan_one_way() {
    repeat(FaultKind::one_way, StepKind::one_way, {2, 6}, [this](Random& random, Step& step) {
      step.lasts = draws_.lasting(random, step.at);
      draw_ways(random, step);
    });
  }

  // One node, or a few, reach both sides, which do not reach each other; in a cluster of two it
  // is a partition.
  void plan_bridges() {
    repeat(FaultKind::bridge, StepKind::bridge, {1, 4}, [this](Random& random, Step& step) {
      step.lasts = draws_.lasting(random, step.at);
      std::vector<std::uint32_t> order = draws_.shuffled(random);
      if (order.size() > 2) order.pop_back();
      const bool wide = order.size() > 3 && random.chance(300'000);
      if (wide) order.pop_back();
      const std::uint64_t half = 1 + random.below(order.size() - 1);
      const auto middle = order.begin() + static_cast<std::ptrdiff_t>(half);
      step.side.assign(order.begin(), middle);
      step.others.assign(middle, order.end());
      std::ranges::sort(step.side);
      std::ranges::sort(step.others);
    });
  }

  void plan_slow_links() {
    const bool hard = draws_.is_hard(FaultKind::slow_link);
    repeat(FaultKind::slow_link, StepKind::slow_link, {2, 6},
           [this, hard](Random& random, Step& step) {
             step.lasts = draws_.lasting(random, step.at);
             draw_ways(random, step);
             step.amount = hard ? random.between(500, 10'000) : random.between(10'000, 200'000);
           });
  }

  // --- Clocks ---
  // Some have one from the beginning, some get another with a restart.
  void plan_skews() {
    const FaultKind kind = FaultKind::clock_skew;
    const std::int64_t most = draws_.is_hard(kind) ? skew_max : 500;
    const auto fill = [most](Random& random, Step& step) {
      const std::int64_t amount = random.between(1, most);
      step.amount = random.chance(500'000) ? amount : -amount;
    };
    if (draws_.scenario().is_on(kind)) {
      for (std::uint32_t node = 0; node < draws_.scenario().nodes; ++node) {
        Random random = draws_.split("first clock_skew", node);
        if (!random.chance(600'000)) continue;
        Step& step = add(StepKind::clock_skew, Instant{});
        step.node = node;
        fill(random, step);
      }
    }
    repeat(kind, StepKind::clock_skew, {1, 2}, [this, fill](Random& random, Step& step) {
      step.node = draws_.node(random);
      fill(random, step);
    });
  }

  // By a little, as when a clock is set, or by very much, as when its battery is empty.
  void plan_jumps() {
    static constexpr Duration mild[] = {50ms, 1s, 10s};
    static constexpr Duration hard[] = {2s, 600s, 24h, 24h * 365};
    const bool far = draws_.is_hard(FaultKind::clock_jump);
    repeat(FaultKind::clock_jump, StepKind::clock_jump, {2, 5},
           [this, far](Random& random, Step& step) {
             step.node = draws_.node(random);
             const Duration most =
                 far ? hard[random.below(std::size(hard))] : mild[random.below(std::size(mild))];
             const std::int64_t amount = random.between(most.count() / 10, most.count());
             step.amount = random.chance(500'000) ? amount : -amount;
           });
  }

  const FaultDraws& draws_;
  std::vector<Step> steps_;
};

}  // namespace

std::vector<Step> plan_disturbances(const FaultDraws& draws) {
  return Planner(draws).plan();
}

}  // namespace noex::sim

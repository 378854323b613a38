#include "noex/sim/plan/disturbance_plan.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace noex::sim {

namespace {

class Planner {
 public:
  explicit Planner(const FaultDraws& draws) : draws_(draws) {}

  std::vector<Step> plan() {
    for (std::size_t i = 0; i < step_kinds; ++i) {
      const StepRow& row = row_of(static_cast<StepKind>(i));
      if (row.role == StepRole::disturbance) plan_kind(row);
    }
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

  // As often as its row asks for, whatever its shape has filled in.
  void plan_kind(const StepRow& row) {
    const bool hard = draws_.is_hard(*row.fault);
    if (row.shape == StepShape::node_skew) plan_first_clocks(row, hard);
    draws_.repeat(*row.fault, row.name, row.often, [&](Random& random, Instant at) {
      fill(random, add(row.kind, at), row.shape, hard);
    });
  }

  void fill(Random& random, Step& step, StepShape shape, bool hard) {
    switch (shape) {
      case StepShape::node_for:
        step.node = draws_.node(random);
        step.lasts = draws_.lasting(random, step.at);
        return;
      case StepShape::node_slow:
        step.node = draws_.node(random);
        step.amount = draw_turn(random, hard).count();
        step.lasts = draws_.lasting(random, step.at);
        return;
      case StepShape::node_skew:
        step.node = draws_.node(random);
        step.amount = draw_skew(random, hard);
        return;
      case StepShape::node_jump:
        step.node = draws_.node(random);
        step.amount = draw_jump(random, hard);
        return;
      case StepShape::pair:
        step.node = draws_.node(random);
        step.peer = draws_.peer(random, step.node);
        return;
      default:
        step.lasts = draws_.lasting(random, step.at);
        fill_ways(random, step, shape, hard);
    }
  }

  void fill_ways(Random& random, Step& step, StepShape shape, bool hard) {
    if (shape == StepShape::cut_off) {
      step.side = draw_side(random);
    } else if (shape == StepShape::two_sides) {
      draw_two_sides(random, step);
    } else {
      draw_ways(random, step);
    }
    if (shape == StepShape::limited) {
      step.amount = hard ? random.between(500, 10'000) : random.between(10'000, 200'000);
    }
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

  // One node, or a few, reach both sides, which do not reach each other; in a cluster of two it
  // is a partition.
  void draw_two_sides(Random& random, Step& step) {
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
  }

  // --- Processes and clocks ---
  // From hardly noticed to far more than a turn's worth of work for each turn.
  static Duration draw_turn(Random& random, bool hard) {
    return hard ? FaultDraws::duration(random, 5ms, 120ms)
                : FaultDraws::duration(random, 100us, 10ms);
  }

  static std::int64_t draw_skew(Random& random, bool hard) {
    const std::int64_t amount = random.between(1, hard ? skew_max : 500);
    return random.chance(500'000) ? amount : -amount;
  }

  // Some have another clock from the beginning, some get it with a restart.
  void plan_first_clocks(const StepRow& row, bool hard) {
    if (!draws_.scenario().is_on(*row.fault)) return;
    for (std::uint32_t node = 0; node < draws_.scenario().nodes; ++node) {
      Random random = draws_.split(fmt::format("first {}", row.name), node);
      if (!random.chance(600'000)) continue;
      Step& step = add(row.kind, Instant{});
      step.node = node;
      step.amount = draw_skew(random, hard);
    }
  }

  // By a little, as when a clock is set, or by very much, as when its battery is empty.
  static std::int64_t draw_jump(Random& random, bool hard) {
    static constexpr Duration little[] = {50ms, 1s, 10s};
    static constexpr Duration far[] = {2s, 600s, 24h, 24h * 365};
    const Duration most =
        hard ? far[random.below(std::size(far))] : little[random.below(std::size(little))];
    const std::int64_t amount = random.between(most.count() / 10, most.count());
    return random.chance(500'000) ? amount : -amount;
  }

  const FaultDraws& draws_;
  std::vector<Step> steps_;
};

}  // namespace

std::vector<Step> plan_disturbances(const FaultDraws& draws) {
  return Planner(draws).plan();
}

}  // namespace noex::sim

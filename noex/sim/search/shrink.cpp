#include "noex/sim/search/shrink.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "noex/sim/plan/scenario_maker.h"
#include "noex/sim/scenario/scenario_text.h"

namespace noex::sim {

namespace {

// Round, so that what is left reads well.
constexpr Duration short_times[] = {100ms, 200ms, 500ms, 1s, 2s, 3s, 4s, 5s, 7s, 10s};
constexpr std::size_t short_text = 12;
// How many other seeds are tried where nothing more can be removed with this one.
constexpr std::uint64_t other_seeds = 8;

using StepTest = std::function<bool(const Step&)>;

class Shrinker {
 public:
  Shrinker(const Scenario& scenario, const Violation& violation, const FailureTest& test,
           const ShrinkHooks& hooks)
      : best_(scenario), violation_(violation), test_(test), hooks_(hooks) {}

  Shrunk shrink() {
    std::uint64_t before = 0;
    do {
      before = reductions_;
      remove_what_comes_later();
      shorten_run();
      remove_nodes();
      remove_groups();
      remove_steps();
      remove_nodes();
      dismiss_company();
      simplify_links();
      simplify_options();
      shorten_faults();
      narrow_faults();
      shorten_run();
      simplify_steps();
      shorten_pastes();
      if (reductions_ == before) remove_nodes_with_other_seeds();
      if (reductions_ == before) remove_with_other_seeds();
    } while (reductions_ != before && !over_);
    return {std::move(best_), std::move(violation_), tests_, !over_};
  }

  Shrunk shrink_steps() {
    std::uint64_t before = 0;
    do {
      before = reductions_;
      remove_what_comes_later();
      remove_groups();
      remove_steps();
    } while (reductions_ != before && !over_);
    return {std::move(best_), std::move(violation_), tests_, !over_};
  }

 private:
  // True if it fails as before; it is then the best.
  bool accept(Scenario candidate) {
    complete(candidate);
    if (candidate == best_) return false;
    over_ = over_ || hooks_.is_over();
    if (over_) return false;
    ++tests_;
    std::optional<Violation> violation = test_(candidate);
    if (!violation || !same_failure(*violation, violation_)) return false;
    best_ = std::move(candidate);
    violation_ = std::move(*violation);
    ++reductions_;
    hooks_.on_smaller(best_, tests_);
    return true;
  }

  // What follows from the rest.
  static void complete(Scenario& scenario) {
    scenario.faults = faults_of(scenario);
    const Duration needed = scenario.quiet_from.time_since_epoch() + quiet_phase(scenario.options);
    scenario.duration = std::max(scenario.duration, needed);
    std::ranges::sort(scenario.steps, {},
                      [](const Step& step) { return std::pair(step.at, step.id); });
  }

  bool accept_without(const StepTest& unwanted) {
    if (over_) return false;
    Scenario candidate = best_;
    if (std::erase_if(candidate.steps, unwanted) == 0) return false;
    return accept(std::move(candidate));
  }

  // --- Steps ---

  // Costs one test, and often removes most.
  void remove_what_comes_later() {
    const Instant last = violation_.at;
    accept_without([last](const Step& step) { return step.at > last; });
  }

  // What belongs together goes together.
  void remove_groups() {
    accept_without([](const Step& step) { return is_fault(step.kind); });
    for (std::size_t i = 0; i < step_kinds; ++i) {
      const auto kind = static_cast<StepKind>(i);
      if (is_fault(kind)) accept_without([kind](const Step& step) { return step.kind == kind; });
    }
    for (std::uint32_t node = best_.nodes; node-- > 0;) {
      accept_without([node](const Step& step) { return is_of(step, node); });
      for (std::uint32_t user = users_per_node; user-- > 0;) {
        accept_without([node, user](const Step& step) { return is_typed_by(step, node, user); });
      }
    }
  }

  static bool is_of(const Step& step, std::uint32_t node) {
    return step.side.empty() && (step.node == node || (is_of_pair(step) && step.peer == node));
  }
  static bool is_of_pair(const Step& step) { return row_of(step.kind).shape == StepShape::pair; }
  static bool is_typed_by(const Step& step, std::uint32_t node, std::uint32_t user) {
    return is_by_user(step.kind) && step.node == node && step.user == user;
  }

  // Half of them, quarters, ..., single ones. From the end: what comes later needs what was before.
  void remove_steps() {
    for (std::size_t size = best_.steps.size() / 2; size > 0 && !over_; size /= 2) {
      for (std::size_t end = best_.steps.size(); end > 0 && !over_;) {
        const std::size_t first = end - std::min(end, size);
        Scenario candidate = best_;
        const auto begin = candidate.steps.begin();
        candidate.steps.erase(begin + static_cast<std::ptrdiff_t>(first),
                              begin + static_cast<std::ptrdiff_t>(end));
        accept(std::move(candidate));
        end = std::min(first, best_.steps.size());
      }
    }
  }

  // What chance decided (a late segment, who was called) changes with every step that is removed: a
  // step may be needed for nothing else. Another seed may do without.
  void remove_with_other_seeds() {
    for (std::size_t i = best_.steps.size(); i-- > 0 && !over_;) {
      for (std::uint64_t other = 1; other <= other_seeds; ++other) {
        Scenario candidate = best_;
        candidate.steps.erase(candidate.steps.begin() + static_cast<std::ptrdiff_t>(i));
        candidate.seed += other;
        if (accept(std::move(candidate))) break;
      }
    }
  }

  // --- Everything else ---

  // Half of them, quarters, ..., single ones: large clusters take long.
  void remove_nodes() {
    for (std::uint32_t size = best_.nodes / 2; size > 0 && !over_; size /= 2) {
      for (std::uint32_t end = best_.nodes; end > 0 && !over_;) {
        const std::uint32_t first = end - std::min(end, size);
        accept_without_nodes(first, end, 0);
        end = std::min(first, best_.nodes);
      }
    }
  }
  bool accept_without_nodes(std::uint32_t first, std::uint32_t end, std::uint64_t other_seed) {
    if (best_.nodes < end - first + nodes_min) return false;
    Scenario candidate = best_;
    while (end > first) candidate = without_node(candidate, --end);
    candidate.seed += other_seed;
    return accept(std::move(candidate));
  }

  // As with steps: who is there changes all that chance decides. What ends its process in one run
  // of many is the most likely to need that.
  void remove_nodes_with_other_seeds() {
    for (std::uint32_t node = best_.nodes; node-- > 0 && !over_;) {
      if (node >= best_.nodes) continue;
      for (std::uint64_t other = 1; other <= other_seeds; ++other) {
        if (accept_without_nodes(node, node + 1, other)) break;
      }
    }
  }

  // What remains is easier to read if nothing happens but its steps.
  void dismiss_company() {
    accept_changed([](Scenario& scenario) { scenario.company = {false, false, false}; });
    for (const auto part : {&Company::prober, &Company::couriers, &Company::ties}) {
      accept_changed([part](Scenario& scenario) { scenario.company.*part = false; });
    }
  }

  void shorten_run() {
    Scenario candidate = best_;
    candidate.quiet_from = std::min(candidate.quiet_from, end_of_steps(candidate.steps));
    candidate.duration = candidate.quiet_from.time_since_epoch() + quiet_phase(candidate.options);
    if (candidate.duration <= best_.duration) accept(std::move(candidate));
  }

  // Nothing is copied any more once it is over: a long scenario, for each of its steps, takes
  // longer than all the time before.
  template <class Change>
  bool accept_changed(Change change) {
    if (over_) return false;
    Scenario candidate = best_;
    change(candidate);
    return accept(std::move(candidate));
  }

  void simplify_links() {
    accept_changed([](Scenario& scenario) { scenario.links = scenario.calm = LinkProfile{}; });
    accept_changed([](Scenario& scenario) {
      scenario.links.tail_chance = 0;
      scenario.links.tail = 0s;
    });
    accept_changed([](Scenario& scenario) { scenario.links.chunk_chance = 0; });
    accept_changed([](Scenario& scenario) { scenario.links.bytes_per_second = 0; });
    accept_changed([](Scenario& scenario) { scenario.seeds = default_seeds(scenario.nodes); });
  }

  void simplify_options() {
    accept_changed([](Scenario& scenario) { scenario.options = Options{}; });
    for (const auto field :
         {&Options::call_timeout, &Options::spawn_timeout, &Options::register_timeout}) {
      accept_changed([field](Scenario& scenario) { scenario.options.*field = Options{}.*field; });
    }
  }

  void shorten_faults() {
    for (std::size_t i = 0; i < best_.steps.size() && !over_; ++i) {
      for (const Duration lasts : short_times) {
        if (lasts >= best_.steps[i].lasts) break;
        if (accept_changed([i, lasts](Scenario& scenario) { scenario.steps[i].lasts = lasts; })) {
          break;
        }
      }
    }
  }

  void narrow_faults() {
    for (std::size_t i = 0; i < best_.steps.size(); ++i) {
      narrow(i, &Step::side);
      narrow(i, &Step::others);
    }
  }
  void narrow(std::size_t step, std::vector<std::uint32_t> Step::* list) {
    for (std::size_t k = (best_.steps[step].*list).size(); k-- > 0;) {
      if ((best_.steps[step].*list).size() < 2) return;
      accept_changed([&](Scenario& scenario) {
        std::vector<std::uint32_t>& nodes = scenario.steps[step].*list;
        nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(k));
      });
    }
  }

  // Round moments and short texts. A moved step may change places with others: each is found
  // again by its id.
  void simplify_steps() {
    std::vector<std::uint32_t> ids;
    for (const Step& step : best_.steps) ids.push_back(step.id);
    for (const std::uint32_t id : ids) {
      if (over_) return;
      for (const Duration unit : {Duration{1s}, Duration{100ms}, Duration{1ms}}) {
        const auto round = [unit](Step& step) { step.at -= step.at.time_since_epoch() % unit; };
        if (accept_step(id, round)) break;
      }
      accept_step(id, [](Step& step) { shorten_text(step); });
      accept_step(id, [](Step& step) { start_as_itself(step); });
    }
  }

  // As few lines as are needed, if more never do less.
  void shorten_pastes() {
    for (std::size_t i = 0; i < best_.steps.size(); ++i) {
      if (best_.steps[i].kind != StepKind::paste) continue;
      std::int64_t enough = best_.steps[i].amount;
      std::int64_t too_few = 0;
      while (enough - too_few > 1) {
        const std::int64_t lines = (enough + too_few) / 2;
        const auto shorten = [i, lines](Scenario& scenario) { scenario.steps[i].amount = lines; };
        (accept_changed(shorten) ? enough : too_few) = lines;
      }
    }
  }

  template <class Change>
  bool accept_step(std::uint32_t id, Change change) {
    return accept_changed([id, &change](Scenario& scenario) {
      change(*std::ranges::find(scenario.steps, id, &Step::id));
    });
  }

  static void start_as_itself(Step& step) {
    if (step.kind != StepKind::start) return;
    step.text.clear();
    step.amount = 0;
  }

  // Still unlike all others.
  static void shorten_text(Step& step) {
    constexpr std::string_view say = "/msg ";
    const bool says = step.text.starts_with(say);
    if (typed_lines(step).empty() || step.text.size() <= short_text ||
        (step.text.starts_with('/') && !says))
      return;
    step.text = fmt::format("{}text {}", says ? say : "", step.id);
  }

  Scenario best_;
  Violation violation_;
  const FailureTest& test_;
  const ShrinkHooks& hooks_;
  std::uint64_t tests_ = 0;
  std::uint64_t reductions_ = 0;
  bool over_ = false;
};

// --- Removing a node ---

void move_up(std::uint32_t& node, std::uint32_t gone) {
  if (node > gone) --node;
}

void move_up(std::vector<std::uint32_t>& nodes, std::uint32_t gone) {
  std::erase(nodes, gone);
  for (std::uint32_t& node : nodes) move_up(node, gone);
}

// Every word that names a node. "/create general on node3": false if that is the node that is gone.
bool rename_in_text(Step& step, std::uint32_t nodes, std::uint32_t gone) {
  for (std::uint32_t node = gone; node < nodes; ++node) {
    for (const auto name : {node_name, full_node_id}) {
      const std::string target = fmt::format(" {} ", name(node));
      std::string text = fmt::format(" {} ", step.text);
      const std::size_t at = text.find(target);
      if (!is_by_user(step.kind) || at == std::string::npos) continue;
      if (node == gone) return false;
      text.replace(at, target.size(), fmt::format(" {} ", name(node - 1)));
      step.text = text.substr(1, text.size() - 2);
      return true;
    }
  }
  return true;
}

// False: nothing is left of it.
bool remove_from(Step& step, std::uint32_t nodes, std::uint32_t gone) {
  const bool sided = !step.side.empty();
  const StepShape shape = row_of(step.kind).shape;
  const bool paired = shape == StepShape::pair;
  if (!sided && step.node == gone) return false;
  if (paired && step.peer == gone) return false;
  move_up(step.node, gone);
  move_up(step.peer, gone);
  move_up(step.side, gone);
  move_up(step.others, gone);
  if (sided && (step.side.empty() || step.side.size() + 1 >= nodes)) return false;
  if (sided && shape != StepShape::cut_off && step.others.empty()) return false;
  return rename_in_text(step, nodes, gone);
}

}  // namespace

Shrunk shrink(const Scenario& scenario, const Violation& violation, const FailureTest& test,
              const ShrinkHooks& hooks) {
  return Shrinker(scenario, violation, test, hooks).shrink();
}

Shrunk shrink_steps(const Scenario& scenario, const Violation& violation, const FailureTest& test,
                    const ShrinkHooks& hooks) {
  return Shrinker(scenario, violation, test, hooks).shrink_steps();
}

Scenario without_node(const Scenario& scenario, std::uint32_t node) {
  Scenario smaller = scenario;
  smaller.nodes = scenario.nodes - 1;
  smaller.seeds.erase(smaller.seeds.begin() + node);
  for (std::uint32_t other = 0; other < smaller.nodes; ++other) {
    std::vector<std::uint32_t>& seeds = smaller.seeds[other];
    move_up(seeds, node);
    // A node that dials nobody would be a failure of its own.
    if (seeds.empty()) seeds = default_seeds(smaller.nodes)[other];
  }
  smaller.steps.clear();
  for (Step step : scenario.steps) {
    if (remove_from(step, scenario.nodes, node)) smaller.steps.push_back(std::move(step));
  }
  return smaller;
}

StepCounts count_steps(const Scenario& scenario) {
  StepCounts counts;
  for (const Step& step : scenario.steps)
    ++(is_fault(step.kind) ? counts.faults : counts.operations);
  return counts;
}

}  // namespace noex::sim

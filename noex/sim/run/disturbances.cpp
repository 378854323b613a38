#include "noex/sim/run/disturbances.h"

#include <algorithm>
#include <utility>

namespace noex::sim {

namespace {

// Until then nobody needs to have noticed that a connection is silent: suspicion_after, a
// heartbeat_interval, and a second more.
constexpr Duration silence_lasts = 5s;

Step lasting(Step step, Duration lasts) {
  step.lasts = lasts;
  return step;
}

}  // namespace

Disturbances::Disturbances(Fabric& fabric)
    : fabric_(fabric),
      ways_(static_cast<std::size_t>(fabric.size()) * fabric.size()),
      targets_(fabric.size()) {}

bool Disturbances::apply(const Step& step) {
  switch (step.kind) {
    case StepKind::pause:
      trouble(Trouble::stopped, step);
      return false;
    case StepKind::slow_node:
      trouble(Trouble::slow, step);
      return false;
    case StepKind::backlog_full:
      trouble(Trouble::full, step);
      return false;
    case StepKind::reset:
      if (!fabric_.reset_connection(step.node, step.peer, step.id)) return false;
      way(step.node, step.peer).touched = fabric_.world().now();
      return true;
    case StepKind::half_open:
      if (fabric_.sever_connection(step.node, step.peer, step.id)) {
        harm(Harm::silence, {{step.node, step.peer}}, lasting(step, silence_lasts));
      }
      return false;
    case StepKind::partition:
      harm(Harm::cut, around(step.side), step);
      return false;
    case StepKind::one_way:
      harm(Harm::cut, between(step.side, step.others), step);
      return false;
    case StepKind::slow_link:
      harm(Harm::limit, between(step.side, step.others), step);
      return false;
    case StepKind::bridge: {
      Ways ways = between(step.side, step.others);
      for (const auto& [from, to] : between(step.others, step.side)) ways.emplace_back(from, to);
      harm(Harm::bridge, std::move(ways), step);
      return false;
    }
    case StepKind::clock_skew:
      targets_[step.node].skew = static_cast<std::int32_t>(step.amount);
      return false;
    case StepKind::clock_jump:
      fabric_.machine(step.node).jump_wall(Duration{step.amount});
      return fabric_.machine(step.node).host() != nullptr;
    default:
      return false;  // it is no disturbance
  }
}

void Disturbances::touch(std::uint32_t machine) {
  targets_[machine].touched = fabric_.world().now();
}

void Disturbances::before_start(std::uint32_t index) {
  Machine& machine = fabric_.machine(index);
  Target& target = targets_[index];
  target.counts = {};
  machine.set_slowness(Duration{0});
  machine.set_backlog_full(false);
  if (machine.clock().skew() != target.skew) {
    machine.clock().set_skew(fabric_.world().now(), target.skew);
  }
}

// --- Processes ---

void Disturbances::trouble(Trouble trouble, const Step& step) {
  Machine& machine = fabric_.machine(step.node);
  if (machine.host() == nullptr) return;
  const std::uint64_t run = machine.runs();
  Target& target = targets_[step.node];
  if (target.run != run) target.counts = {};
  target.run = run;
  const Instant now = fabric_.world().now();
  if (!target.is_troubled()) target.periods.push_back({now, now});
  target.trouble_until(fabric_.world().now());
  const bool first = target.count(trouble)++ == 0;
  if (trouble == Trouble::stopped && first) machine.pause();
  if (trouble == Trouble::slow) {
    target.turn = std::max(first ? Duration{0} : target.turn, Duration{step.amount});
    machine.set_slowness(Duration{step.amount});
  }
  if (trouble == Trouble::full) machine.set_backlog_full(true);
  fabric_.world().schedule(
      fabric_.world().now() + step.lasts, EventKind::fault, step.node,
      [this, trouble, node = step.node, run] { end_trouble(trouble, node, run); });
}

void Disturbances::end_trouble(Trouble trouble, std::uint32_t index, std::uint64_t run) {
  Target& target = targets_[index];
  Machine& machine = fabric_.machine(index);
  if (target.run != run || target.count(trouble) == 0) return;
  target.trouble_until(fabric_.world().now());
  if (--target.count(trouble) > 0 || machine.runs() != run) return;
  if (trouble == Trouble::stopped) machine.resume();
  if (trouble == Trouble::slow) {
    machine.set_slowness(Duration{0});
    target.trouble_until(fabric_.world().now() + target.turn);  // what it is at takes it as long
  }
  if (trouble == Trouble::full) machine.set_backlog_full(false);
}

// --- Ways ---

Disturbances::Ways Disturbances::around(const std::vector<std::uint32_t>& side) const {
  std::vector<std::uint32_t> rest;
  for (std::uint32_t node = 0; node < fabric_.size(); ++node) {
    if (std::ranges::count(side, node) == 0) rest.push_back(node);
  }
  Ways ways = between(side, rest);
  for (const auto& [from, to] : between(rest, side)) ways.emplace_back(from, to);
  return ways;
}

Disturbances::Ways Disturbances::between(const std::vector<std::uint32_t>& from,
                                         const std::vector<std::uint32_t>& to) {
  Ways ways;
  for (const std::uint32_t a : from) {
    for (const std::uint32_t b : to) {
      if (a != b) ways.emplace_back(a, b);
    }
  }
  return ways;
}

void Disturbances::harm(Harm harm, Ways ways, const Step& step) {
  if (ways.empty()) return;
  for (const auto& [from, to] : ways) begin_harm(harm, from, to, step);
  const std::uint32_t whose = ways.front().first;
  fabric_.world().schedule(fabric_.world().now() + step.lasts, EventKind::fault, whose,
                           [this, harm, ways = std::move(ways)] {
                             for (const auto& [from, to] : ways) end_harm(harm, from, to);
                           });
}

void Disturbances::begin_harm(Harm harm, std::uint32_t from, std::uint32_t to, const Step& step) {
  Way& harmed = way(from, to);
  harmed.touched = fabric_.world().now();
  const bool was_cut = harmed.is_cut();
  ++harmed.count(harm);
  if (harm == Harm::limit) {
    fabric_.set_limit(from, to, static_cast<std::uint64_t>(step.amount));
  } else if (harm != Harm::silence && !was_cut) {
    ++cuts_;
    fabric_.cut(from, to, harm == Harm::bridge);
  }
}

void Disturbances::end_harm(Harm harm, std::uint32_t from, std::uint32_t to) {
  Way& harmed = way(from, to);
  if (harmed.count(harm) == 0) return;  // the quiet phase came first
  harmed.touched = fabric_.world().now();
  --harmed.count(harm);
  if (harm == Harm::limit) {
    if (harmed.count(harm) == 0) fabric_.set_limit(from, to, 0);
  } else if (harm != Harm::silence && !harmed.is_cut()) {
    --cuts_;
    fabric_.heal(from, to);
  }
}

// --- Both ---

void Disturbances::end_all() {
  for (std::uint32_t a = 0; a < fabric_.size(); ++a) {
    Target& target = targets_[a];
    for (std::size_t i = 0; i < troubles; ++i) {
      if (target.counts[i] == 0) continue;
      target.counts[i] = 1;
      end_trouble(static_cast<Trouble>(i), a, target.run);
    }
    for (std::uint32_t b = 0; b < fabric_.size(); ++b) {
      for (std::size_t i = 0; i < harms; ++i) {
        if (way(a, b).counts[i] == 0) continue;
        way(a, b).counts[i] = 1;
        end_harm(static_cast<Harm>(i), a, b);
      }
    }
  }
}

std::vector<Truth::Cut> Disturbances::one_way_cuts() const {
  std::vector<Truth::Cut> cuts;
  if (cuts_ == 0) return cuts;
  for (std::size_t from = 0; from < targets_.size(); ++from) {
    for (std::size_t to = 0; to < targets_.size(); ++to) {
      const Way& there = way(from, to);
      const Way& back = way(to, from);
      if (!there.is_cut() || back.is_cut()) continue;
      cuts.push_back({from, to, std::max(there.touched, back.touched)});
    }
  }
  return cuts;
}

Instant Disturbances::undisturbed_since(std::size_t a, std::size_t b) const {
  const Target& first = targets_[a];
  if (first.is_troubled()) return fabric_.world().now();
  return std::max(heard_since(a, b), first.troubled);
}

Instant Disturbances::heard_since(std::size_t observer, std::size_t peer, Duration finding) const {
  const Way& there = way(observer, peer);
  const Way& back = way(peer, observer);
  const Target& first = targets_[observer];
  const Target& second = targets_[peer];
  if (there.is_harmed() || back.is_harmed() || second.is_troubled()) return fabric_.world().now();
  Instant since =
      std::max({there.touched, back.touched, first.touched, second.touched, second.troubled});
  for (const Target::Period& stood : first.periods) {
    const bool lasts = first.is_troubled() && &stood == &first.periods.back();
    const Instant end = lasts ? fabric_.world().now() : stood.end;
    if (stood.begin < since + finding && end > since) since = end;
  }
  return since;
}

}  // namespace noex::sim

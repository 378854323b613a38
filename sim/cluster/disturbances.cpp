#include "sim/cluster/disturbances.h"

#include <algorithm>
#include <utility>

namespace noex::sim {

Disturbances::Disturbances(Fabric& fabric)
    : fabric_(fabric),
      ways_(static_cast<std::size_t>(fabric.size()) * fabric.size()),
      targets_(fabric.size()) {}

void Disturbances::apply(const Step& step) {
  switch (step.kind) {
    case StepKind::pause:
      return pause(step);
    case StepKind::reset:
      if (fabric_.reset_connection(step.node, step.peer, step.id)) {
        way(step.node, step.peer).touched = fabric_.world().now();
      }
      return;
    case StepKind::partition:
    case StepKind::one_way:
      return cut(step);
    case StepKind::start:
    case StepKind::leave:
    case StepKind::open:
    case StepKind::command:
    case StepKind::crash:
    case StepKind::power_loss:
      return;
  }
}

void Disturbances::touch(std::uint32_t machine) {
  targets_[machine].touched = fabric_.world().now();
}

// --- Pauses ---

void Disturbances::pause(const Step& step) {
  Machine& machine = fabric_.machine(step.node);
  if (machine.host() == nullptr) return;
  const std::uint64_t run = machine.runs();
  Target& target = targets_[step.node];
  if (target.paused_run != run) target = Target{0, run, target.touched, target.paused};
  target.paused = fabric_.world().now();
  if (target.pauses++ == 0) machine.pause();
  fabric_.world().schedule(fabric_.world().now() + step.lasts, EventKind::fault, step.node,
                           [this, node = step.node, run] { resume(node, run); });
}

void Disturbances::resume(std::uint32_t index, std::uint64_t run) {
  Target& target = targets_[index];
  if (target.paused_run != run || target.pauses == 0) return;
  target.paused = fabric_.world().now();
  Machine& machine = fabric_.machine(index);
  if (--target.pauses == 0 && machine.runs() == run) machine.resume();
}

void Disturbances::forget_pauses(std::uint32_t machine) {
  targets_[machine].pauses = 0;
}

// --- Cuts ---

void Disturbances::cut(const Step& step) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ways;
  const auto is_inside = [&](std::uint32_t node) {
    return std::ranges::count(step.side, node) > 0;
  };
  for (std::uint32_t a = 0; a < fabric_.size(); ++a) {
    for (std::uint32_t b = 0; b < fabric_.size(); ++b) {
      const bool crosses = step.kind == StepKind::partition
                               ? is_inside(a) != is_inside(b)
                               : is_inside(a) && std::ranges::count(step.others, b) > 0;
      if (crosses && a != b) ways.emplace_back(a, b);
    }
  }
  for (const auto& [from, to] : ways) cut_way(from, to);
  fabric_.world().schedule(fabric_.world().now() + step.lasts, EventKind::fault, step.side.front(),
                           [this, ways = std::move(ways)] {
                             for (const auto& [from, to] : ways) heal_way(from, to);
                           });
}

void Disturbances::cut_way(std::uint32_t from, std::uint32_t to) {
  Way& cut = way(from, to);
  cut.touched = fabric_.world().now();
  if (cut.cuts++ == 0) fabric_.cut(from, to);
}

void Disturbances::heal_way(std::uint32_t from, std::uint32_t to) {
  Way& cut = way(from, to);
  if (cut.cuts == 0) return;  // the quiet phase came first
  cut.touched = fabric_.world().now();
  if (--cut.cuts == 0) fabric_.heal(from, to);
}

// --- Both ---

void Disturbances::end_all() {
  for (std::uint32_t a = 0; a < fabric_.size(); ++a) {
    Target& target = targets_[a];
    if (target.pauses > 0) {
      target.pauses = 1;
      resume(a, target.paused_run);
    }
    for (std::uint32_t b = 0; b < fabric_.size(); ++b) {
      if (way(a, b).cuts == 0) continue;
      way(a, b).cuts = 1;
      heal_way(a, b);
    }
  }
}

Instant Disturbances::undisturbed_since(std::size_t a, std::size_t b) const {
  const Target& first = targets_[a];
  if (first.pauses > 0) return fabric_.world().now();
  return std::max(heard_since(a, b), first.paused);
}

Instant Disturbances::heard_since(std::size_t observer, std::size_t peer) const {
  const Way& there = way(observer, peer);
  const Way& back = way(peer, observer);
  const Target& first = targets_[observer];
  const Target& second = targets_[peer];
  if (there.cuts + back.cuts + second.pauses > 0) return fabric_.world().now();
  return std::max({there.touched, back.touched, first.touched, second.touched, second.paused});
}

}  // namespace noex::sim

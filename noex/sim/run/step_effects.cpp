#include "noex/sim/run/step_effects.h"

#include <algorithm>
#include <utility>

namespace noex::sim {

namespace {

bool has(const std::vector<std::uint32_t>& nodes, std::uint32_t node) {
  return std::ranges::count(nodes, node) > 0;
}

// Two cuts of one way each count as a partition where they overlap.
bool is_cut(FaultKind kind) {
  return kind == FaultKind::partition || kind == FaultKind::one_way || kind == FaultKind::bridge;
}

bool is_way(const Step& step, std::uint32_t from, std::uint32_t to) {
  return has(step.side, from) && has(step.others, to);
}

bool explains(const Step& step, FaultKind kind, std::uint32_t from, std::uint32_t to) {
  switch (step.kind) {
    case StepKind::pause:
      return kind == FaultKind::pause && step.node == from;
    case StepKind::slow_node:
      return kind == FaultKind::slow_node && step.node == from;
    case StepKind::backlog_full:
      return kind == FaultKind::backlog_full && step.node == from;
    case StepKind::partition:
      return is_cut(kind) && has(step.side, from) != has(step.side, to);
    case StepKind::one_way:
      return is_cut(kind) && is_way(step, from, to);
    case StepKind::bridge:
      return is_cut(kind) && (is_way(step, from, to) || is_way(step, to, from));
    case StepKind::slow_link:
      return kind == FaultKind::slow_link && is_way(step, from, to);
    case StepKind::half_open:
      return kind == FaultKind::half_open &&
             std::minmax(from, to) == std::minmax(step.node, step.peer);
    default:
      return false;
  }
}

// Nothing of it can happen any more. A connection that is cut off, and a clock, stay as they are.
bool is_over(const Step& step, Instant now) {
  return step.at + step.lasts < now;
}

}  // namespace

StepEffects::StepEffects(World& world) : world_(world) {
  world_.set_on_hit(
      [this](FaultKind kind, std::uint32_t from, std::uint32_t to) { on_hit(kind, from, to); });
}

StepEffects::~StepEffects() {
  world_.set_on_hit({});
}

void StepEffects::begin(const Step& step) {
  open_.emplace(step.id, &step);
}

void StepEffects::on_start(std::uint32_t machine) {
  std::erase_if(open_, [machine](const auto& open) {
    return open.second->kind == StepKind::clock_skew && open.second->node == machine;
  });
}

void StepEffects::on_hit(FaultKind kind, std::uint32_t from, std::uint32_t to) {
  if (from == no_host) return;  // told by who carries the step out, or no step's
  std::erase_if(open_, [&](const auto& open) {
    const Step& step = *open.second;
    const bool still = step.kind == StepKind::half_open || !is_over(step, world_.now());
    return still && explains(step, kind, from, to);
  });
}

std::vector<std::uint32_t> StepEffects::idle() const {
  std::vector<std::uint32_t> ids;
  for (const auto& [id, step] : open_) {
    if (is_over(*step, world_.now())) ids.push_back(id);
  }
  return ids;
}

}  // namespace noex::sim

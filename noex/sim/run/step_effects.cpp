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

// The step counts as that fault, on that way.
bool explains(const Step& step, FaultKind kind, std::uint32_t from, std::uint32_t to) {
  const StepRow& row = row_of(step.kind);
  if (!row.fault || (kind != *row.fault && !(is_cut(*row.fault) && is_cut(kind)))) return false;
  switch (row.shape) {
    case StepShape::cut_off:
      return has(step.side, from) != has(step.side, to);
    case StepShape::one_way:
    case StepShape::limited:
      return is_way(step, from, to);
    case StepShape::two_sides:
      return is_way(step, from, to) || is_way(step, to, from);
    case StepShape::pair:
      return std::minmax(from, to) == std::minmax(step.node, step.peer);
    default:
      return step.node == from;
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
    const bool still = row_of(step.kind).for_ever || !is_over(step, world_.now());
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

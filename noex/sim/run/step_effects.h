// StepEffects: which steps of a scenario changed anything.
//
// A step that hits nothing (a cut that nothing met, a line to a user who is away) tests nothing,
// and whoever wrote it should know. What acts at once is told by who carries it out; what lasts is
// matched with the hits that the world counts (include/noex/sim/world/faults.h).
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "noex/sim/scenario/scenario.h"
#include "noex/sim/world/world.h"

namespace noex::sim {

class StepEffects {
 public:
  // The world outlives it.
  explicit StepEffects(World& world);
  ~StepEffects();
  StepEffects(const StepEffects&) = delete;
  StepEffects& operator=(const StepEffects&) = delete;

  // The step is about to be carried out; it outlives this.
  void begin(const Step& step);
  // It has changed something.
  void changed(const Step& step) { open_.erase(step.id); }
  // A process starts on that machine: with the clock that a step has given it.
  void on_start(std::uint32_t machine);
  // Ids of those that have changed nothing, and whose time is over, ascending.
  std::vector<std::uint32_t> idle() const;

 private:
  void on_hit(FaultKind kind, std::uint32_t from, std::uint32_t to);

  World& world_;
  std::map<std::uint32_t, const Step*> open_;  // by id: have changed nothing so far
};

}  // namespace noex::sim

// Disturbances: carries out the faults of links and pauses, and knows who is undisturbed, and
// since when.
//
// Cuts and pauses of several steps may overlap: each way and each machine counts its own. Ends
// and starts of nodes belong to the simulation, which reports them here.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/cluster/scenario.h"
#include "sim/fabric.h"

namespace noex::sim {

class Disturbances {
 public:
  // The fabric has all its machines, and outlives this.
  explicit Disturbances(Fabric& fabric);

  // pause, reset, partition or one_way; what lasts is ended by an event of its own.
  void apply(const Step& step);
  // Everything that lasts ends now.
  void end_all();
  // A node started or ended on that machine.
  void touch(std::uint32_t machine);
  // A new process on a machine that is paused is not.
  void forget_pauses(std::uint32_t machine);

  // See Truth::undisturbed_since.
  Instant undisturbed_since(std::size_t a, std::size_t b) const;
  // See Truth::heard_since.
  Instant heard_since(std::size_t observer, std::size_t peer) const;

 private:
  struct Way {
    std::uint32_t cuts = 0;
    Instant touched{};
  };
  struct Target {
    std::uint32_t pauses = 0;
    std::uint64_t paused_run = 0;  // which process of the machine is stopped
    Instant touched{};             // by a start or an end
    Instant paused{};              // or resumed
  };

  Way& way(std::uint32_t from, std::uint32_t to) { return ways_[from * targets_.size() + to]; }
  const Way& way(std::size_t from, std::size_t to) const {
    return ways_[from * targets_.size() + to];
  }
  void pause(const Step& step);
  void resume(std::uint32_t machine, std::uint64_t run);
  void cut(const Step& step);
  void change(const std::vector<std::pair<std::uint32_t, std::uint32_t>>& ways, bool cut);
  void cut_way(std::uint32_t from, std::uint32_t to);
  void heal_way(std::uint32_t from, std::uint32_t to);

  Fabric& fabric_;
  std::vector<Way> ways_;
  std::vector<Target> targets_;
};

}  // namespace noex::sim

// Disturbances: carries out the faults of links, processes and clocks, and knows who is
// undisturbed, and since when.
//
// Several steps may overlap: each way and each machine counts its own. Ends and starts of nodes
// belong to the simulation, which reports them here.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "noex/sim/check/truth.h"
#include "noex/sim/scenario/scenario.h"
#include "noex/sim/world/fabric.h"

namespace noex::sim {

class Disturbances {
 public:
  // The fabric has all its machines, and outlives this.
  explicit Disturbances(Fabric& fabric);

  // What hurts links, processes and clocks without ending them; what lasts is ended by an event of
  // its own. True: it has changed something already; what lasts may do so yet.
  bool apply(const Step& step);
  // Everything that lasts ends now; clocks stay as they are.
  void end_all();
  // A node started or ended on that machine.
  void touch(std::uint32_t machine);
  // A process is about to start there: what troubled the last one does not trouble it.
  void before_start(std::uint32_t machine);

  // See Truth::undisturbed_since.
  Instant undisturbed_since(std::size_t a, std::size_t b) const;
  // See Truth::one_way_cuts.
  std::vector<Truth::Cut> one_way_cuts() const;
  // See Truth::heard_since.
  Instant heard_since(std::size_t observer, std::size_t peer, Duration finding = {}) const;

 private:
  // What may be wrong with one way, and with one process, for a while.
  enum class Harm : std::uint8_t { cut, bridge, limit, silence };
  enum class Trouble : std::uint8_t { stopped, slow, full };
  static constexpr std::size_t harms = 4;
  static constexpr std::size_t troubles = 3;

  struct Way {
    std::array<std::uint32_t, harms> counts{};
    Instant touched{};

    std::uint32_t& count(Harm harm) { return counts[static_cast<std::size_t>(harm)]; }
    bool is_harmed() const { return counts != std::array<std::uint32_t, harms>{}; }
    bool is_cut() const { return counts[0] + counts[1] > 0; }
  };
  struct Target {
    std::array<std::uint32_t, troubles> counts{};
    std::uint64_t run = 0;  // which process of the machine they trouble
    Duration turn{0};       // if slow: how long one takes at most
    std::int32_t skew = 0;  // of the clocks of the next one
    Instant touched{};      // by a start or an end
    Instant troubled{};     // a trouble began or ended; ahead if what it caused lasts until then

    struct Period {
      Instant begin;
      Instant end;  // as far as is known
    };
    std::vector<Period> periods;  // of trouble, in their order

    std::uint32_t& count(Trouble trouble) { return counts[static_cast<std::size_t>(trouble)]; }
    bool is_troubled() const { return counts != std::array<std::uint32_t, troubles>{}; }
    void trouble_until(Instant at) {
      troubled = std::max(troubled, at);
      if (!periods.empty()) periods.back().end = troubled;
    }
  };
  using Ways = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

  Way& way(std::uint32_t from, std::uint32_t to) { return ways_[from * targets_.size() + to]; }
  const Way& way(std::size_t from, std::size_t to) const {
    return ways_[from * targets_.size() + to];
  }
  void trouble(Trouble trouble, const Step& step);
  void end_trouble(Trouble trouble, std::uint32_t machine, std::uint64_t run);
  void harm(Harm harm, Ways ways, const Step& step);
  void begin_harm(Harm harm, std::uint32_t from, std::uint32_t to, const Step& step);
  void end_harm(Harm harm, std::uint32_t from, std::uint32_t to);
  Ways around(const std::vector<std::uint32_t>& side) const;
  static Ways between(const std::vector<std::uint32_t>& from, const std::vector<std::uint32_t>& to);

  Fabric& fabric_;
  std::vector<Way> ways_;
  std::size_t cuts_ = 0;  // ways that are cut
  std::vector<Target> targets_;
};

}  // namespace noex::sim

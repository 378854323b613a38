// OneWayChecker: M6, who goes and comes for whom while one way between them is cut.
//
// Owns a count for each pair of observer and peer with such a cut. A pair counts only while a third
// node reaches both, undisturbed since before the cut.
#pragma once

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "noex/runtime/core/ids.h"
#include "noex/sim/check/property.h"
#include "noex/sim/check/truth.h"

namespace noex::sim {

class OneWayChecker {
 public:
  OneWayChecker(const Truth& truth, Tally& tally) : truth_(truth), tally_(tally) {}

  void on_node_down(std::size_t observer, std::size_t peer);
  void look();

 private:
  struct Count {
    Instant since;  // the cut's
    std::size_t downs = 0;
  };

  bool has_third(const Truth::Cut& cut) const;

  const Truth& truth_;
  Tally& tally_;
  std::map<std::pair<std::size_t, std::size_t>, Count> counts_;  // observer, peer
};

}  // namespace noex::sim

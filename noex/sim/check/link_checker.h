// LinkChecker: M5's part about time, a link that both ends lost is back soon.
//
// Owns since when links stand, and which ended a moment ago. Both ends of a link that stood for a
// while dial at once when it ends, that is at the same time; if nothing troubles the pair, one of
// the two dials has to come through.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <utility>

#include "noex/runtime/core/ids.h"
#include "noex/sim/check/property.h"
#include "noex/sim/check/truth.h"

namespace noex::sim {

class LinkChecker {
 public:
  LinkChecker(const Truth& truth, Tally& tally) : truth_(truth), tally_(tally) {}

  void on_link_up(std::size_t index, const Incarnation& peer);
  void on_link_down(std::size_t index, const Incarnation& peer);
  void on_node_ended(std::size_t index);
  void look();

 private:
  using Pair = std::pair<std::size_t, std::size_t>;  // whose end, whose other end
  struct Ends {
    Boot boot = 0;  // of the other end
    Instant at;
  };

  std::optional<std::size_t> index_of(const Incarnation& node) const;
  bool is_over(const Pair& pair, const Ends& ends) const;
  void check(const Pair& pair, Duration passed);

  const Truth& truth_;
  Tally& tally_;
  std::map<Pair, Ends> standing_;  // since
  std::map<Pair, Ends> lost_;      // when
};

}  // namespace noex::sim

// Truth: what the simulator knows and no node does; what checkers compare views with.
#pragma once

#include <cstddef>
#include <vector>

#include "noex/runtime/node/node.h"
#include "noex/transport/base/time.h"

namespace noex::sim {

// A clock that runs too fast skips a nanosecond now and then: who waits for it may be as late.
inline constexpr Duration clock_grain{2};

// What a cut has stopped is sent again so late after it, and holds up what was written behind it
// (FabricOptions::retransmit_max).
inline constexpr Duration retransmit_max = 3s;

class Truth {
 public:
  virtual ~Truth() = default;

  // Nodes are identities (identities.h): a machine that comes back under another one is another
  // node, and the one before runs no more.
  virtual std::size_t nodes() const = 0;
  virtual std::size_t machine(std::size_t index) const = 0;
  // Which of them runs on that machine, or ran there last.
  virtual std::size_t on_machine(std::size_t machine) const = 0;
  virtual Instant now() const = 0;
  // What runs now (a stopped one too); nullptr: it does not.
  virtual const Node* node(std::size_t index) const = 0;
  virtual const NodeId& id(std::size_t index) const = 0;
  // The seeds that it was started with.
  virtual const std::vector<NodeId>& seeds(std::size_t index) const = 0;
  // Since when no fault has touched node a, node b, or the way between them in either direction:
  // start, restart, end, and the beginning and end of all that troubles processes and ways, but
  // not clocks. A fault that lasts: now().
  virtual Instant undisturbed_since(std::size_t a, std::size_t b) const = 0;
  // The same for what the peer sends: that the observer itself stood still does not count, but
  // where it did so within `finding` of what touched the pair: a connection that ended in silence
  // is found by silence, for which its time begins anew.
  virtual Instant heard_since(std::size_t observer, std::size_t peer, Duration finding) const = 0;
  // No fault has happened at all so far, and nobody has left.
  virtual bool calm_so_far() const = 0;
  // The ways that are cut while the way back is not.
  struct Cut {
    std::size_t from = 0;
    std::size_t to = 0;
    Instant since;
  };
  virtual std::vector<Cut> one_way_cuts() const = 0;
  // The longest that a byte may be under way without a cut.
  virtual Duration latency_max() const = 0;
  // How much longer than that the bound takes on the slowest of the run's clocks.
  virtual Duration clock_slack(Duration bound) const = 0;
};

}  // namespace noex::sim

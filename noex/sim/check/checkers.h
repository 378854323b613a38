// Checkers: watch the runtime of every node of a run, and say which property broke, when and how.
//
// Owns one checker a family (membership, registry, calls, ...), each in a file of its own; gives
// every node its Observer. Never changes what a node does, and knows no application.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "noex/runtime/node/node.h"
#include "noex/runtime/observe/observer.h"
#include "noex/sim/check/property.h"
#include "noex/sim/check/truth.h"
#include "noex/sim/workload/courier.h"

namespace noex::sim {

class Checkers {
 public:
  // truth and tally outlive it.
  static std::unique_ptr<Checkers> create(const Truth& truth, Tally& tally);
  // Those that check nothing.
  static std::unique_ptr<Checkers> none();
  virtual ~Checkers() = default;

  // Before a node is made on that machine: what it is given. Both live as long as this.
  virtual Observer& node_observer(std::size_t index) = 0;
  virtual PostObserver& post_observer(std::size_t index) = 0;
  // A program on that node is called back: the peer is up, or down.
  virtual void on_told(std::size_t /*index*/, const NodeId& /*peer*/, bool /*up*/) {}
  // It begins to leave.
  virtual void on_node_leaving(std::size_t /*index*/) {}
  // Right after it was made, and right before it is destroyed (crashed, left, switched off); both
  // when it starts again in place.
  virtual void on_node_started(std::size_t index, const Node& node) = 0;
  virtual void on_node_ended(std::size_t index) = 0;

  // After every event of the world that was that machine's turn; cheap if nothing changed.
  virtual void after_event(std::size_t index) = 0;
  // A few times a simulated second: what depends on time passing.
  virtual void look() = 0;
  // When the quiet phase is over: what must hold by then.
  virtual void at_end() = 0;
};

}  // namespace noex::sim

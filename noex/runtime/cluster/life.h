// Life: how far a node's membership has come. ClusterCore moves it on; its parts look at it.
#pragma once

namespace noex {

struct Life {
  bool started = false;
  bool leaving = false;
  bool halted = false;  // its boot is too low: nothing more happens

  // No links are made any more, but where something waits for one.
  bool quiet() const { return leaving || halted; }
  // What waits for a link that opens shall still go over it.
  bool drains() const { return leaving && !halted; }
};

}  // namespace noex

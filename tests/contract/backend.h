// Backend: what the contract suite needs of an implementation of the seam (loop.h, network.h).
//
// Two hosts, 0 and 1, whose networks reach each other. They may share one loop. A test calls
// loops and networks from its body, between turns, as well as from callbacks, inside a turn.
#pragma once

#include <functional>
#include <string>

#include "noex/transport/loop.h"
#include "noex/transport/network.h"

namespace noex {

class Backend {
 public:
  virtual ~Backend() = default;

  virtual Loop& loop(int host) = 0;
  virtual Network& network(int host) = 0;
  // An address of that host that the other one can connect to; both listen with port 0.
  virtual std::string host_name(int host) const = 0;

  // Runs turns until `done`, which is asked between turns. Fails the test, and returns, when it
  // takes too long.
  virtual void run_until(std::function<bool()> done) = 0;
  // Runs turns for that long, by the loops' own clock.
  virtual void run_for(Duration duration) = 0;
  // Lets real time pass inside a turn; where time stands still anyway there is nothing to do.
  virtual void spend(Duration) {}
};

}  // namespace noex

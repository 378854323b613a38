// Blame: why this node refused or ended a connection of its own will, for those who watch.
#pragma once

#include <cstdint>
#include <string>

#include "noex/transport/handshake.h"
#include "noex/transport/node_id.h"

namespace noex {

struct Blame {
  enum class What : std::uint8_t {
    malformed,  // it sent what no peer sends
    stranger,   // another node was found at its address
    silent,     // its link brought nothing for suspicion_after
    cutoff,     // it reads nothing
    refused,
  };
  What what = What::malformed;
  NodeId peer;                      // empty: it had not said who it is
  Boot boot = 0;                    // 0: likewise
  NodeId found;                     // stranger: who it is; wrong_node: for whom it took us
  Refusal refusal = Refusal::none;  // with refused
};
std::string describe(const Blame& blame);

}  // namespace noex

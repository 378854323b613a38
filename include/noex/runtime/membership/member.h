// Member: what a node knows of another, as its programs see it, and why one is taken for down.
#pragma once

#include <cstdint>
#include <string_view>

#include "noex/runtime/core/ids.h"

namespace noex {

// The first evidence that a node was down; wire-stable.
enum class DownReason : std::uint8_t {
  connection_closed = 1,   // an established link ended and could not be made again
  connection_refused = 2,  // it was never linked, and nobody listens there
  heartbeat_timeout = 3,   // silence
  graceful_shutdown = 4,   // it said that it leaves
  restarted = 5,           // the same id came back with a higher boot while the old one was up
};
std::string_view describe(DownReason reason);  // "connection_closed"
constexpr bool is_known(DownReason reason) {
  return reason >= DownReason::connection_closed && reason <= DownReason::restarted;
}

struct Member {
  Incarnation incarnation;
  bool up = false;       // between node_up and node_down
  bool linked = false;   // a link stands at this moment
  bool wanted = false;   // it lives as far as this node knows, and should be linked
  bool opening = false;  // a link to it waits for its connection
};

}  // namespace noex

// Member: what a node knows of another, as its programs see it, and why one is taken for down.
#pragma once

#include <cstdint>
#include <string_view>

#include "noex/runtime/core/ids.h"

namespace noex {

// The first evidence that a node was down. The numbers travel and never change.
enum class DownReason : std::uint8_t {
  connection_closed = 1,   // an established link ended and could not be made again
  connection_refused = 2,  // it was never linked, and nobody listens there
  heartbeat_timeout = 3,   // silence
  graceful_shutdown = 4,   // it said that it leaves
  restarted = 5,           // the same id came back with a higher boot while the old one was up
};
// "connection_closed": as logs and scenario files spell it. Valid for ever.
std::string_view describe(DownReason reason);
// Whether this build knows the number; a peer that sends another one is malformed.
constexpr bool is_known(DownReason reason) {
  return reason >= DownReason::connection_closed && reason <= DownReason::restarted;
}

// One row of Node::members(): a copy, true at the moment at which it was taken.
struct Member {
  Incarnation incarnation;  // the latest boot that this node has heard of
  bool up = false;          // between node_up and node_down
  bool linked = false;      // a link stands
  bool wanted = false;      // as far as this node knows it lives, and should be linked
  bool opening = false;     // a link to it waits for its connection
};

}  // namespace noex

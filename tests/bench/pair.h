// Pair: two processes of this machine, each with one node, over 127.0.0.1.
#pragma once

#include <cstdint>
#include <functional>

#include "tests/bench/workloads.h"

namespace noex::bench {

// A port of 127.0.0.1 that was free a moment ago.
std::uint16_t free_port();
// Of a node that a busy machine does not make suspect another one.
NodeConfig config_of(const NodeId& id, const NodeId& seed);

// Forks the server, runs `client_body` on the client's node, ends both. False if the two did not
// meet within 10 s.
bool run_pair(const std::function<task<void>(Node&)>& client_body);

}  // namespace noex::bench

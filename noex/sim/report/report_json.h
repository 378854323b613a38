// A run as one line of JSON, for scripts: the fields of docs/SIMULATOR.md, in that order.
#pragma once

#include <cstdint>
#include <string>

#include "noex/sim/run/simulation.h"

namespace noex::sim {

// Without a line's end.
std::string to_json(const RunSummary& summary);
// A run that took its process with it: seed, nodes, and "died" with how.
std::string died_to_json(std::uint64_t seed, std::uint32_t nodes, const std::string& how);

}  // namespace noex::sim

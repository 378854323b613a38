// FaultChoice: which kinds of faults a run may have, as the user asked for them.
#pragma once

#include <bitset>
#include <string>
#include <string_view>

#include "noex/sim/world/faults.h"
#include "noex/transport/base/error.h"

namespace noex::sim {

using FaultSet = std::bitset<fault_kinds>;

// Every kind that the scenario maker can produce.
FaultSet possible_faults();

struct FaultChoice {
  bool swarm = true;  // the seed chooses from `kinds`; false: exactly these
  FaultSet kinds = possible_faults();

  bool operator==(const FaultChoice&) const = default;
};

// "none", "all", "swarm", or kinds with commas between. Errors: invalid_argument.
[[nodiscard]] Result<FaultChoice> parse_fault_choice(std::string_view text);
// The text that parses to it.
std::string describe(const FaultChoice& choice);

}  // namespace noex::sim

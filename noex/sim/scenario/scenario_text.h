// Scenario text: a scenario as a file that people read and write, both ways.
//
// Knows the format (docs/SIMULATOR.md, "Scenario files") and no file system. What is printed names
// every setting whose default depends on the rest of the file, so that removing a line changes
// nothing else; parse_scenario(print_scenario(x)) == x for every x that the maker or the parser
// made.
#pragma once

#include <string>
#include <string_view>

#include "noex/sim/scenario/scenario.h"
#include "noex/transport/base/error.h"

namespace noex::sim {

std::string print_scenario(const Scenario& scenario);
// Errors: invalid_argument; the detail is "12: 'crsh' is no step; ...", beginning with the line.
[[nodiscard]] Result<Scenario> parse_scenario(std::string_view text);

// Whom each node dials first if a file does not say: everybody.
std::vector<std::vector<std::uint32_t>> default_seeds(std::uint32_t nodes);
// What steps and links bring with them: each kind that happens is on, mildly.
std::array<Severity, fault_kinds> faults_of(const Scenario& scenario);
// The first whole second at which every step is over.
Instant end_of_steps(const std::vector<Step>& steps);

}  // namespace noex::sim

// Step text: one step as a line of a scenario file, both ways.
//
//   at 4.25s #17 partition node1 node3 | rest for 3s
#pragma once

#include <string>

#include "noex/sim/scenario/line_reader.h"
#include "noex/sim/scenario/scenario.h"

namespace noex::sim {

// Without the end of the line. read_step reads it back.
std::string print_step(const Step& step);
// What follows "at". An id of 0: the line has none. Errors are the line's.
Step read_step(LineReader& line);

}  // namespace noex::sim

// What the test kit costs.
#pragma once

#include <string_view>

#include "tests/bench/report.h"

namespace noex::bench {

inline constexpr std::string_view kit_workload_name = "kit";
inline constexpr std::string_view kit_workload_text =
    "the test kit beside the simulator without it: one service, the same scenarios and checkers";

// Rows `direct` (an application of the simulator, as `sim` runs it), `spec` (the same as a spec)
// and `explore` (that, with all that the kit does around the runs), in CPU time of a run; and what
// the last two cost more than the first, pair by pair.
void run_kit_workload(Report& report, bool quick);

}  // namespace noex::bench

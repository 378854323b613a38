// The simulator's own speed, on one processor.
#pragma once

#include <string_view>

#include "tests/bench/report.h"

namespace noex::bench {

inline constexpr std::string_view sim_workload_name = "sim";
inline constexpr std::string_view sim_workload_text =
    "the simulator: default runs, clusters that idle, bare hosts that send heartbeats, faults";

// Rows `sim` (default runs with all checkers, one after the other), `sim-beat-64` (no nodes, see
// beat.h), `sim-idle-N` (N nodes that only keep their cluster; simulated seconds a second is by
// how much it is faster than real time), `sim-fault-N` (faults of one pair of machines while others
// have N connections, see crowd.h). Quick: without the thousand, whose start takes minutes.
void run_sim_workload(Report& report, bool quick);

}  // namespace noex::bench

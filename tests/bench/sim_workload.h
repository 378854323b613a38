// The simulator's own speed: default runs of the chat cluster, one after the other.
#pragma once

#include <string_view>

#include "tests/bench/report.h"

namespace noex::bench {

inline constexpr std::string_view sim_workload_name = "sim";
inline constexpr std::string_view sim_workload_text =
    "default simulations (5 nodes, 60 simulated seconds), one after the other";

void run_sim_workload(Report& report, bool quick);

}  // namespace noex::bench

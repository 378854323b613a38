// The cluster at scale, in simulated time: how soon what is known where, and what it costs.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tests/bench/report.h"

namespace noex::bench {

inline constexpr std::string_view scale_workload_name = "scale";
inline constexpr std::string_view scale_workload_text =
    "clusters of --nodes in simulated time: detection, false positives, traffic, registry";

// One row for each figure and size of cluster; times are simulated and the same in every run.
void run_scale_workload(Report& report, const std::vector<std::uint32_t>& sizes, bool quick);

}  // namespace noex::bench

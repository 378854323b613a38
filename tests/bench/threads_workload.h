// A node a thread: what one program gains by using several processors.
#pragma once

#include <string_view>

#include "tests/bench/report.h"

namespace noex::bench {

inline constexpr std::string_view threads_workload_name = "threads";
inline constexpr std::string_view threads_workload_text =
    "1, 2 and 4 nodes in one program, each on a thread of its own";

// Rows `threads-N`: N nodes, on each of which a hundred callers call a process of that node
// (`own`) or of the next one, over 127.0.0.1 (`next`); calls of all nodes together.
void run_threads_workload(Report& report, bool quick);

}  // namespace noex::bench

// The workload "lookups": what one event costs a node that holds much that the event does not
// concern.
//
// Each table of a node's boot is filled with so many entries (calls, monitors, process links,
// spawns, claims, finds, names, monitors of names), all to do with other peers and processes. Then
// a link is lost, a process ends, a node comes and goes, names with a rare beginning are listed.
#pragma once

#include <string_view>

#include "tests/bench/report.h"

namespace noex::bench {

inline constexpr std::string_view lookup_workload_name = "lookups";
inline constexpr std::string_view lookup_workload_text =
    "what one event costs beside 100, 10,000 and 100,000 entries that it does not concern";

void run_lookup_workload(Report& report, bool quick);

}  // namespace noex::bench

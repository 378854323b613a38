// The workloads between two nodes, each a coroutine on the client's node.
//
// They are those of other systems' measurements, word for word where that is possible: a run lasts
// some 2 s after a warm-up; five runs in one pair of processes.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "noex/runtime/node/node.h"
#include "tests/bench/report.h"

namespace noex::bench {

struct Client {
  Node& node;
  Report& report;
  int runs = 5;
  Duration run_time = 2s;
  Duration warm_time = 700ms;
};

struct Workload {
  std::string_view name;
  std::string_view text;
  task<void> (*run)(Client& client, std::string name);
};

std::span<const Workload> workloads();

// Starts what the workloads need at the other end.
void start_server(Node& node);
// True once the client sees all of it.
bool is_ready(Node& node);

}  // namespace noex::bench

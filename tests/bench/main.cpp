// bench: how fast the runtime and the simulator are on this machine.
//
// Two processes over 127.0.0.1 for what goes between nodes; one for the simulator. Figures are
// medians of several runs with their extremes; nothing is asserted.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tests/bench/lookup_workload.h"
#include "tests/bench/kit_workload.h"
#include "tests/bench/pair.h"
#include "tests/bench/report.h"
#include "tests/bench/scale_workload.h"
#include "tests/bench/sim_workload.h"
#include "tests/bench/workloads.h"

namespace {

using namespace noex;
using namespace noex::bench;

void list() {
  for (const Workload& workload : workloads()) {
    fmt::print("{:<16}{}\n", workload.name, workload.text);
  }
  fmt::print("{:<16}{}\n", lookup_workload_name, lookup_workload_text);
  fmt::print("{:<16}{}\n", sim_workload_name, sim_workload_text);
  fmt::print("{:<16}{}\n", kit_workload_name, kit_workload_text);
  fmt::print("{:<16}{} (only if named)\n", scale_workload_name, scale_workload_text);
}

task<void> run_all(std::vector<const Workload*> chosen, bool quick, Report& report, Node& node) {
  Client client{node, report};
  if (quick) {
    client.runs = 1;
    client.run_time = 200ms;
    client.warm_time = 100ms;
  }
  for (const Workload* workload : chosen) {
    fmt::print(stderr, "{}...\n", workload->name);
    std::string name(workload->name);
    co_await workload->run(client, std::move(name));
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Benchmarks of the runtime (two processes over 127.0.0.1) and of the simulator.");
  app.footer(
      "Examples:\n  bench\n  bench call_rtt cast_small\n  bench --tsv sim\n"
      "  bench scale --nodes 64,1000");
  std::vector<std::string> names;
  bool only_list = false;
  bool tsv = false;
  bool quick = false;
  std::vector<std::uint32_t> sizes{5, 32, 64, 256, 1000};
  app.add_option("WORKLOAD", names, "which to run; all unless given");
  app.add_flag("--list", only_list, "list the workloads");
  app.add_flag("--tsv", tsv, "workload metric value unit min max runs, separated by tabs");
  app.add_flag("--quick", quick, "one short run each: to see that they work, not for figures");
  app.add_option("--nodes", sizes, "sizes of the clusters of scale")
      ->delimiter(',')
      ->check(CLI::Range(2, 10'000));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (only_list) {
    list();
    return 0;
  }
  bool with_lookups = names.empty();
  bool with_sim = names.empty();
  bool with_kit = names.empty();
  bool with_scale = false;
  std::vector<const Workload*> chosen;
  for (const Workload& workload : workloads()) {
    if (names.empty()) chosen.push_back(&workload);
  }
  for (const std::string& name : names) {
    const auto at = std::ranges::find(workloads(), name, &Workload::name);
    if (name == lookup_workload_name) {
      with_lookups = true;
    } else if (name == sim_workload_name) {
      with_sim = true;
    } else if (name == kit_workload_name) {
      with_kit = true;
    } else if (name == scale_workload_name) {
      with_scale = true;
    } else if (at != workloads().end()) {
      chosen.push_back(&*at);
    } else {
      fmt::print(stderr, "no such workload: {}; bench --list shows them\n", name);
      return 2;
    }
  }
  Report report;
  const auto body = [&](Node& node) { return run_all(chosen, quick, report, node); };
  if (!chosen.empty() && !run_pair(body)) {
    fmt::print(stderr, "the two nodes did not meet over 127.0.0.1 within 10 s\n");
    return 1;
  }
  if (with_lookups) run_lookup_workload(report, quick);
  if (with_sim) run_sim_workload(report, quick);
  if (with_kit) run_kit_workload(report, quick);
  if (with_scale) run_scale_workload(report, sizes, quick);
  report.print(tsv);
  return 0;
}

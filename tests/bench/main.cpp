// bench: how fast the runtime and the simulator are on this machine.
//
// Two processes over 127.0.0.1 for what goes between nodes; one for the simulator. Figures are
// medians of several runs with their extremes; nothing is asserted.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tests/bench/kit_workload.h"
#include "tests/bench/lookup_workload.h"
#include "tests/bench/pair.h"
#include "tests/bench/report.h"
#include "tests/bench/scale_workload.h"
#include "tests/bench/sim_workload.h"
#include "tests/bench/threads_workload.h"
#include "tests/bench/workloads.h"

namespace {

using namespace noex;
using namespace noex::bench;

// What is measured without a pair of nodes.
struct Special {
  std::string_view name;
  std::string_view text;
  bool only_if_named;
  std::function<void(Report& report, bool quick)> run;
};

std::vector<Special> specials(const std::vector<std::uint32_t>& sizes) {
  return {
      {threads_workload_name, threads_workload_text, false, run_threads_workload},
      {lookup_workload_name, lookup_workload_text, false, run_lookup_workload},
      {sim_workload_name, sim_workload_text, false, run_sim_workload},
      {kit_workload_name, kit_workload_text, false, run_kit_workload},
      {scale_workload_name, scale_workload_text, true,
       [&sizes](Report& report, bool quick) { run_scale_workload(report, sizes, quick); }},
  };
}

void list() {
  for (const Workload& workload : workloads()) {
    fmt::print("{:<16}{}\n", workload.name, workload.text);
  }
  const std::vector<std::uint32_t> no_sizes;
  for (const Special& special : specials(no_sizes)) {
    fmt::print("{:<16}{}{}\n", special.name, special.text,
               special.only_if_named ? " (only if named)" : "");
  }
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
  const std::vector<Special> all_specials = specials(sizes);
  const auto is_named = [&names](std::string_view name) {
    return std::ranges::count(names, name) > 0;
  };
  for (const std::string& name : names) {
    if (std::ranges::count(workloads(), name, &Workload::name) > 0) continue;
    if (std::ranges::count(all_specials, name, &Special::name) > 0) continue;
    fmt::print(stderr, "no such workload: {}; bench --list shows them\n", name);
    return 2;
  }
  std::vector<const Workload*> chosen;
  for (const Workload& workload : workloads()) {
    if (names.empty() || is_named(workload.name)) chosen.push_back(&workload);
  }
  Report report;
  const auto body = [&](Node& node) { return run_all(chosen, quick, report, node); };
  if (!chosen.empty() && !run_pair(body)) {
    fmt::print(stderr, "the two nodes did not meet over 127.0.0.1 within 10 s\n");
    return 1;
  }
  for (const Special& special : all_specials) {
    if (is_named(special.name) || (names.empty() && !special.only_if_named)) {
      special.run(report, quick);
    }
  }
  report.print(tsv);
  return 0;
}

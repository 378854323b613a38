#include "tests/bench/kit_workload.h"

#include <cstdint>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <sys/resource.h>

#include "noex/sim/plan/scenario_maker.h"
#include "noex/sim/run/simulation.h"
#include "noex/testkit/explore.h"
#include "noex/testkit/spec_application.h"
#include "tests/tally/tally_application.h"
#include "tests/tally/tally_spec.h"

namespace noex::bench {

namespace {

constexpr std::uint32_t nodes = 5;

// Of this process, and of those that it has waited for: what else the machine does costs nothing.
double cpu_seconds() {
  double all = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage used{};
    ::getrusage(who, &used);
    all += static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  }
  return all;
}

// CPU time of one of so many runs.
template <class Runs>
double time(std::uint64_t runs, Runs&& carry_out) {
  const double before = cpu_seconds();
  carry_out();
  return (cpu_seconds() - before) * 1e6 / static_cast<double>(runs);
}

// The scenarios are the direct one's in both cases.
void simulate_all(const sim::Application& application, std::uint64_t first, std::uint64_t count) {
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    sim::ScenarioRequest request;
    request.seed = seed;
    request.nodes = nodes;
    const sim::Scenario scenario = sim::make_scenario(tally::tally_application(), request);
    (void)sim::simulate(application, scenario);
  }
}

}  // namespace

void run_kit_workload(Report& report, bool quick) {
  const std::string name(kit_workload_name);
  const testkit::SpecApplication spec([] { return std::make_unique<tally::TallySpec>(); });
  const std::uint64_t count = quick ? 10 : 100;
  const int rounds = quick ? 1 : 9;
  for (int round = -1; round < rounds; ++round) {  // the first one warms up
    const std::uint64_t first = 1 + static_cast<std::uint64_t>(round + 1) * count;
    const double direct =
        time(count, [&] { simulate_all(tally::tally_application(), first, count); });
    const double as_spec = time(count, [&] { simulate_all(spec, first, count); });
    testkit::Exploration exploration{{first, first + count - 1}, {nodes, nodes}};
    exploration.jobs = 1;
    const double explored =
        time(count, [&] { (void)testkit::explore<tally::TallySpec>(exploration); });
    if (round < 0) continue;
    report.add(name, "direct", "us/run", direct);
    report.add(name, "spec", "us/run", as_spec);
    report.add(name, "explore", "us/run", explored);
    report.add(name, "spec_more", "%", 100 * (as_spec / direct - 1));
    report.add(name, "explore_more", "%", 100 * (explored / direct - 1));
  }
}

}  // namespace noex::bench

#include "tests/bench/sim_workload.h"

#include <chrono>
#include <cstdint>

#include "sim/cluster/scenario_maker.h"
#include "sim/cluster/simulation.h"

namespace noex::bench {

void run_sim_workload(Report& report, bool quick) {
  const int runs = quick ? 1 : 5;
  const auto run_time = quick ? std::chrono::milliseconds(200) : std::chrono::milliseconds(2000);
  std::uint64_t seed = 1;
  for (int run = -1; run < runs; ++run) {  // the first one warms up
    std::uint64_t count = 0;
    std::uint64_t events = 0;
    Duration simulated{0};
    const auto start = std::chrono::steady_clock::now();
    auto passed = std::chrono::steady_clock::duration::zero();
    for (; passed < run_time; passed = std::chrono::steady_clock::now() - start) {
      sim::ScenarioRequest request;
      request.seed = seed++;
      const sim::RunSummary summary = sim::simulate(sim::make_scenario(request));
      ++count;
      events += summary.events;
      simulated += summary.simulated;
    }
    if (run < 0) continue;
    const double seconds = std::chrono::duration<double>(passed).count();
    const std::string name(sim_workload_name);
    report.add(name, "runs", "runs/s", static_cast<double>(count) / seconds);
    report.add(name, "events", "events/s", static_cast<double>(events) / seconds);
    report.add(name, "simulated", "s/s",
               std::chrono::duration<double>(simulated).count() / seconds);
  }
}

}  // namespace noex::bench

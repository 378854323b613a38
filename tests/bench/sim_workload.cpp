#include "tests/bench/sim_workload.h"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "noex/sim/chat/chat_application.h"
#include "noex/sim/plan/scenario_maker.h"
#include "noex/sim/run/simulation.h"
#include "tests/bench/beat.h"
#include "tests/bench/crowd.h"
#include "tests/bench/scale_cluster.h"

namespace noex::bench {

namespace {

using Clock = std::chrono::steady_clock;

// What a timed part did.
struct Work {
  std::uint64_t events = 0;
  Duration simulated{0};
};

class SimBench {
 public:
  SimBench(Report& report, bool quick) : report_(report), quick_(quick) {}

  void default_runs();
  void beats(std::uint32_t hosts);
  void idle(std::uint32_t nodes);
  void faults(std::uint32_t connections);

 private:
  // Repeats `step` for some time, once to warm up and then for each run.
  template <class Step>
  void time(const std::string& name, Step step);

  Report& report_;
  const bool quick_;
};

template <class Step>
void SimBench::time(const std::string& name, Step step) {
  const int runs = quick_ ? 1 : 5;
  const auto run_time = quick_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(2000);
  for (int run = -1; run < runs; ++run) {  // the first one warms up
    Work all;
    std::uint64_t steps = 0;
    const auto start = Clock::now();
    auto passed = Clock::duration::zero();
    for (; passed < run_time; passed = Clock::now() - start) {
      const Work work = step();
      all.events += work.events;
      all.simulated += work.simulated;
      ++steps;
    }
    if (run < 0) continue;
    const double seconds = std::chrono::duration<double>(passed).count();
    if (name == sim_workload_name) {
      report_.add(name, "runs", "runs/s", static_cast<double>(steps) / seconds);
    }
    report_.add(name, "events", "events/s", static_cast<double>(all.events) / seconds);
    report_.add(name, "simulated", "s/s",
                std::chrono::duration<double>(all.simulated).count() / seconds);
  }
}

void SimBench::default_runs() {
  std::uint64_t seed = 1;
  time(std::string(sim_workload_name), [&seed] {
    sim::ScenarioRequest request;
    request.seed = seed++;
    const sim::RunSummary summary = sim::simulate(
        sim::chat_application(), sim::make_scenario(sim::chat_application(), request));
    return Work{summary.events, summary.simulated};
  });
}

void SimBench::beats(std::uint32_t hosts) {
  Beat beat(hosts);
  time(fmt::format("sim-beat-{}", hosts), [&beat] {
    const std::uint64_t before = beat.events();
    beat.run_for(10s);
    return Work{beat.events() - before, 10s};
  });
}

void SimBench::idle(std::uint32_t nodes) {
  fmt::print(stderr, "sim, {} idle nodes...\n", nodes);
  ScaleCluster cluster(nodes);
  Random moments(1);
  if (!cluster.start_all(moments)) {
    fmt::print(stderr, "not everybody knows everybody after ten minutes\n");
    return;
  }
  cluster.run_for(60s);  // caches, queues and idle links come to rest
  time(fmt::format("sim-idle-{}", nodes), [&cluster] {
    const std::uint64_t before = cluster.world().events();
    cluster.run_for(1s);
    return Work{cluster.world().events() - before, 1s};
  });
}

void SimBench::faults(std::uint32_t connections) {
  const std::string name = fmt::format("sim-fault-{}", connections);
  Crowd crowd(connections);
  const auto rate = [this, &name](const std::string& metric, auto fault) {
    for (int run = -1; run < (quick_ ? 1 : 5); ++run) {  // the first one warms up
      const auto start = Clock::now();
      std::uint64_t faults = 0;
      auto passed = Clock::duration::zero();
      for (; passed < 200ms; passed = Clock::now() - start) {
        fault();
        ++faults;
      }
      const double seconds = std::chrono::duration<double>(passed).count();
      if (run >= 0) report_.add(name, metric, "/s", static_cast<double>(faults) / seconds);
    }
  };
  rate("heals", [&crowd] { crowd.cut_and_heal(); });
  rate("crashes", [&crowd] { crowd.crash_and_return(); });
}

}  // namespace

void run_sim_workload(Report& report, bool quick) {
  SimBench bench(report, quick);
  bench.default_runs();
  bench.beats(64);
  bench.faults(10);
  bench.faults(100'000);
  bench.idle(64);
  if (!quick) bench.idle(1000);
}

}  // namespace noex::bench

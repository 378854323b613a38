#include "tests/bench/lookup_workload.h"

#include <array>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "tests/bench/crowded_runtime.h"

namespace noex::bench {

namespace {

struct Event {
  std::string_view name;
  void (*happen)(CrowdedRuntime& runtime);
};

constexpr std::array events{
    Event{"link_lost", [](CrowdedRuntime& runtime) { runtime.lose_link(); }},
    Event{"link_in_use",
          [](CrowdedRuntime& runtime) { benchmark::DoNotOptimize(runtime.ask_link_in_use()); }},
    Event{"monitor", [](CrowdedRuntime& runtime) { runtime.make_monitor(); }},
    Event{"process_end", [](CrowdedRuntime& runtime) { runtime.end_process(); }},
    Event{"node_up_down", [](CrowdedRuntime& runtime) { runtime.meet_bystander(); }},
    Event{"rare_names",
          [](CrowdedRuntime& runtime) { benchmark::DoNotOptimize(runtime.list_rare_names()); }},
};

class ToReport final : public benchmark::BenchmarkReporter {
 public:
  explicit ToReport(Report& report) : report_(report) {}

  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      report_.add(std::string(lookup_workload_name), run.run_name.function_name, "ns",
                  run.GetAdjustedCPUTime());
    }
  }

 private:
  Report& report_;
};

}  // namespace

void run_lookup_workload(Report& report, bool quick) {
  ToReport reporter(report);
  for (const std::size_t entries : {100U, 10'000U, 100'000U}) {
    if (quick && entries > 100) break;
    CrowdedRuntime runtime(entries);
    for (const Event& event : events) {
      const std::string name = fmt::format("{}/{}", event.name, entries);
      benchmark::RegisterBenchmark(name.c_str(),
                                   [&runtime, &event](benchmark::State& state) {
                                     for (auto _ : state) event.happen(runtime);
                                   })
          ->Repetitions(quick ? 1 : 5)
          ->MinTime(quick ? 0.01 : 0.1);
    }
    benchmark::RunSpecifiedBenchmarks(&reporter);
    benchmark::ClearRegisteredBenchmarks();
  }
}

}  // namespace noex::bench

// Each experiment lets one cluster of that size settle, disturbs it, and reads off who announced
// what when. Everything is simulated time, so that the figures say what the rules give and nothing
// about this machine; latency between machines is 0.5 to 0.6 ms. Nobody's figures are left out: a
// percentile is over all pairs of observer and event.
#include "tests/bench/scale_workload.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "noex/runtime/node/inspect.h"
#include "tests/bench/scale_cluster.h"

namespace noex::bench {

namespace {

struct Plan {
  std::uint32_t victims = 10;  // of crashes, and as many of silent deaths
  std::uint32_t registrations = 20;
  Duration idle = 60s;
  Duration trouble = 300s;  // for each way of counting false positives
};

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}
double milliseconds(Duration duration) {
  return seconds(duration) * 1000;
}

void add_percentiles(Report& report, const std::string& cluster, const std::string& metric,
                     std::vector<double> values) {
  if (values.empty()) return;
  std::ranges::sort(values);
  const auto at = [&values](std::size_t percent) {
    return values[std::min(values.size() - 1, values.size() * percent / 100)];
  };
  report.add(cluster, metric + "_p50", "ms", at(50));
  report.add(cluster, metric + "_p99", "ms", at(99));
  report.add(cluster, metric + "_worst", "ms", values.back());
}

class Scale {
 public:
  Scale(Report& report, std::uint32_t nodes, const Plan& plan)
      : report_(report), plan_(plan), name_(fmt::format("scale-{}", nodes)), cluster_(nodes) {}

  bool run();

 private:
  bool settle(const char* what, Duration limit = 600s);
  void progress(const char* part);
  bool start_all();
  void measure_idle();
  bool measure_registrations();
  bool measure_detection(const std::string& metric, bool silent);
  bool measure_partition();
  void measure_false_positives(const std::string& metric, Duration pause_every);
  void pause_some();
  void add(const std::string& metric, const std::string& unit, double value) {
    report_.add(name_, metric, unit, value);
  }

  Report& report_;
  const Plan plan_;
  const std::string name_;
  ScaleCluster cluster_;
  Random random_{Random(1).split("scale")};
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

bool Scale::settle(const char* what, Duration limit) {
  if (cluster_.run_until([this] { return cluster_.whole(); }, 10ms, limit)) return true;
  fmt::print(stderr, "{}: {}: not everybody knows everybody after {:.0f} s\n", name_, what,
             seconds(limit));
  return false;
}

bool Scale::start_all() {
  const Instant start = cluster_.now();
  if (!cluster_.start_all(random_)) {
    fmt::print(stderr, "{}: start: not everybody knows everybody after 600 s\n", name_);
    return false;
  }
  add("start_all", "s", seconds(cluster_.now() - start));
  cluster_.run_for(60s);  // caches, queues and idle links come to rest
  cluster_.take_announcements();
  return true;
}

void Scale::measure_idle() {
  const Traffic before = cluster_.traffic();
  cluster_.run_for(plan_.idle);
  const Traffic& after = cluster_.traffic();
  const double node_seconds = seconds(plan_.idle) * cluster_.size();
  add("idle_writes", "1/node/s", static_cast<double>(after.writes - before.writes) / node_seconds);
  add("idle_bytes", "B/node/s", static_cast<double>(after.bytes - before.bytes) / node_seconds);
  add("idle_false_down", "all", static_cast<double>(cluster_.take_announcements().size()));
}

// A process that only has a name.
class Anchor : public Process {
 public:
  using messages = std::tuple<>;
  explicit Anchor(Context& context) : Process(context) {}
};

// From the request until each other node finds the name, to within a millisecond.
bool Scale::measure_registrations() {
  std::vector<double> seen;
  for (std::uint32_t i = 0; i < plan_.registrations; ++i) {
    const std::uint32_t owner = static_cast<std::uint32_t>(random_.below(cluster_.size()));
    const std::string name = fmt::format("name{}", i);
    const Instant start = cluster_.now();
    Node& node = cluster_.node(owner);
    cluster_.fabric().machine(owner).host()->loop().give(sim::EventKind::task, [&node, &name] {
      const Result<Ref> anchor = node.spawn_local<Anchor>();
      name_service(node).claim(name, anchor.value().process(), 10s, [](Result<void>) {});
    });
    std::vector<std::uint32_t> waiting;
    for (std::uint32_t other = 0; other < cluster_.size(); ++other) waiting.push_back(other);
    const auto look = [&] {
      std::erase_if(waiting, [&](std::uint32_t other) {
        if (!cluster_.node(other).registry().lookup(name)) return false;
        seen.push_back(milliseconds(cluster_.now() - start));
        return true;
      });
      return waiting.empty();
    };
    if (!cluster_.run_until(look, 1ms, 60s)) {
      fmt::print(stderr, "{}: {} nodes never saw a name\n", name_, waiting.size());
      return false;
    }
    cluster_.run_for(1s);
  }
  add_percentiles(report_, name_, "register", std::move(seen));
  return true;
}

// One death after the other, each seen by everybody; the dead come back.
bool Scale::measure_detection(const std::string& metric, bool silent) {
  std::vector<double> passed;
  for (std::uint32_t i = 0; i < plan_.victims; ++i) {
    const std::uint32_t victim = static_cast<std::uint32_t>(random_.below(cluster_.size()));
    cluster_.run_for(Duration(random_.below(1'000'000'000)));  // anywhere between heartbeats
    cluster_.take_announcements();
    const Instant start = cluster_.now();
    silent ? cluster_.power_off(victim) : cluster_.crash(victim);
    if (!settle(metric.c_str())) return false;
    for (const Announcement& announcement : cluster_.take_announcements()) {
      if (announcement.node != victim) continue;
      passed.push_back(milliseconds(announcement.at - start));
    }
    cluster_.start(victim);
    if (!settle("restart")) return false;
    cluster_.run_for(5s);
  }
  add_percentiles(report_, name_, metric, std::move(passed));
  return true;
}

// Two halves that do not reach each other, until each has given the other up.
bool Scale::measure_partition() {
  const std::uint32_t half = cluster_.size() / 2;
  const auto for_all = [&](auto&& change) {
    for (std::uint32_t a = 0; a < half; ++a) {
      for (std::uint32_t b = half; b < cluster_.size(); ++b) change(a, b);
    }
  };
  for_all([this](std::uint32_t a, std::uint32_t b) { cluster_.fabric().cut_both(a, b); });
  cluster_.run_for(60s);
  for_all([this](std::uint32_t a, std::uint32_t b) { cluster_.fabric().heal_both(a, b); });
  const Instant healed = cluster_.now();
  if (!settle("heal")) return false;
  add("heal", "s", seconds(cluster_.now() - healed));
  cluster_.run_for(60s);
  cluster_.take_announcements();
  return true;
}

void Scale::pause_some() {
  for (std::uint32_t index = 0; index < cluster_.size(); ++index) {
    if (random_.below(100) >= 5) continue;
    sim::Machine& machine = cluster_.fabric().machine(index);
    if (machine.paused()) continue;
    machine.pause();
    const Duration pause{random_.between(500'000'000, 2'500'000'000)};
    cluster_.world().schedule(cluster_.now() + pause, sim::EventKind::fault, index,
                              [&machine] { machine.resume(); });
  }
}

void Scale::measure_false_positives(const std::string& metric, Duration pause_every) {
  const Instant end = cluster_.now() + plan_.trouble;
  while (cluster_.now() < end) {
    if (pause_every > 0s) pause_some();
    cluster_.run_for(pause_every > 0s ? pause_every : plan_.trouble);
  }
  double down = 0;
  for (const Announcement& announcement : cluster_.take_announcements()) {
    if (!announcement.up) ++down;
  }
  const double node_hours = seconds(plan_.trouble) / 3600 * cluster_.size();
  add(metric, "1/node/h", down / node_hours);
  cluster_.run_for(30s);
  settle(metric.c_str());
  cluster_.take_announcements();
}

// A size of a thousand takes minutes; whoever waits sees how far it is.
void Scale::progress(const char* part) {
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin_;
  fmt::print(stderr, "{} {:6.1f} s: {}, {:.0f} s simulated, {} events\n", name_, passed.count(),
             part, seconds(cluster_.now() - Instant{}), cluster_.world().events());
}

bool Scale::run() {
  if (!start_all()) return false;
  progress("started");
  measure_idle();
  progress("idle");
  if (!measure_registrations()) return false;
  progress("registrations");
  if (!measure_detection("crash", false)) return false;
  progress("crashes");
  if (!measure_detection("silent", true)) return false;
  progress("silent deaths");
  if (!measure_partition()) return false;
  progress("partition");
  sim::LinkProfile late;
  late.tail_chance = 10'000;  // one segment in a hundred comes too late for any probe
  late.tail = 2s;
  cluster_.fabric().set_profile(late);
  measure_false_positives("late_false_down", 0s);
  cluster_.fabric().set_profile(sim::LinkProfile());
  measure_false_positives("paused_false_down", 10s);
  return true;
}

}  // namespace

void run_scale_workload(Report& report, const std::vector<std::uint32_t>& sizes, bool quick) {
  Plan plan;
  if (quick) plan = Plan{.victims = 2, .registrations = 3, .idle = 10s, .trouble = 30s};
  for (const std::uint32_t nodes : sizes) {
    fmt::print(stderr, "scale, {} nodes...\n", nodes);
    const auto start = std::chrono::steady_clock::now();
    Scale(report, nodes, plan).run();
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    report.add(fmt::format("scale-{}", nodes), "wall", "s", passed.count());
  }
}

}  // namespace noex::bench

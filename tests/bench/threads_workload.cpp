#include "tests/bench/threads_workload.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "noex/transport/asio/asio_loop.h"
#include "noex/transport/asio/asio_network.h"
#include "noex/transport/base/check.h"
#include "tests/bench/pair.h"
#include "tests/bench/processes.h"

namespace noex::bench {

namespace {

constexpr int callers = 100;

std::string echo_name(std::size_t station) {
  return fmt::format("bench:echo-{}", station);
}

// One node and its thread. All that is not atomic is that thread's once it runs.
class Station {
 public:
  Station(NodeConfig config, std::string own_echo, std::string called_echo)
      : own_echo_(std::move(own_echo)), called_echo_(std::move(called_echo)) {
    std::promise<AsioRemote> ready;
    std::future<AsioRemote> remote = ready.get_future();
    thread_ = std::thread([this, config = std::move(config), ready = std::move(ready)]() mutable {
      run(std::move(config), ready);
    });
    remote_ = std::make_unique<AsioRemote>(remote.get());
  }
  ~Station() {
    NOEX_CHECK(remote_->post([this] { loop_->stop(); }));
    thread_.join();
  }
  Station(const Station&) = delete;
  Station& operator=(const Station&) = delete;

  std::uint64_t calls() const { return calls_.load(std::memory_order_relaxed); }

 private:
  void run(NodeConfig config, std::promise<AsioRemote>& ready) {
    AsioLoop loop;
    NullLog log;
    AsioNetwork network(loop);
    Node node(std::move(config), loop, network, Random(AsioLoop::random_seed()), log);
    NOEX_CHECK(node.start());
    loop_ = &loop;
    loop.post([&] { NOEX_CHECK(node.run(work(node))); });
    ready.set_value(loop.remote());
    loop.run();
  }

  task<void> work(Node& node) {
    const SpawnOptions options = SpawnOptions().global(own_echo_);
    const Result<Ref> own = co_await node.spawn<Echo>(node.id(), options);
    NOEX_CHECK(own);
    while (!node.registry().lookup(called_echo_)) co_await node.sleep(1ms);
    const Ref called = *node.registry().lookup(called_echo_);
    for (int i = 0; i < callers; ++i) NOEX_CHECK(node.run(call_on(called)));
  }

  task<void> call_on(Ref echo) {
    const EchoCall::Words words{1, 2, 3, 4};
    while (co_await echo.call<EchoCall>(words)) calls_.fetch_add(1, std::memory_order_relaxed);
  }

  const std::string own_echo_;
  const std::string called_echo_;
  std::atomic<std::uint64_t> calls_ = 0;
  AsioLoop* loop_ = nullptr;
  std::unique_ptr<AsioRemote> remote_;
  std::thread thread_;
};

class Stations {
 public:
  // Whether each calls the next one's process, or its own.
  Stations(std::size_t count, bool next) {
    std::vector<NodeId> ids;
    for (std::size_t i = 0; i < count; ++i) {
      ids.emplace_back(fmt::format("node{}", i), "127.0.0.1", free_port());
    }
    for (std::size_t i = 0; i < count; ++i) {
      stations_.push_back(std::make_unique<Station>(config_of(ids[i], ids[0]), echo_name(i),
                                                    echo_name(next ? (i + 1) % count : i)));
    }
    AsioLoop waiting;
    NOEX_CHECK(waiting.run_until([this] { return all_call(); }, 30s), "the nodes do not meet");
  }

  std::uint64_t calls() const {
    std::uint64_t sum = 0;
    for (const auto& station : stations_) sum += station->calls();
    return sum;
  }

 private:
  bool all_call() const {
    return std::ranges::all_of(stations_, [](const auto& each) { return each->calls() > 0; });
  }

  std::vector<std::unique_ptr<Station>> stations_;
};

void measure(Report& report, std::size_t count, bool next, bool quick) {
  using Clock = std::chrono::steady_clock;
  fmt::print(stderr, "threads, {} nodes that call {}...\n", count,
             next ? "the next one" : "themselves");
  const Stations stations(count, next);
  AsioLoop clock;
  const auto wait = [&clock](Duration time) { clock.run_until([] { return false; }, time); };
  wait(quick ? 100ms : 700ms);  // warms up
  for (int run = 0; run < (quick ? 1 : 5); ++run) {
    const auto start = Clock::now();
    const std::uint64_t before = stations.calls();
    wait(quick ? 200ms : 2000ms);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    report.add(fmt::format("{}-{}", threads_workload_name, count), next ? "next" : "own", "calls/s",
               static_cast<double>(stations.calls() - before) / seconds);
  }
}

}  // namespace

void run_threads_workload(Report& report, bool quick) {
  for (const std::size_t count : {1, 2, 4}) {
    measure(report, count, false, quick);
    if (count > 1) measure(report, count, true, quick);
  }
}

}  // namespace noex::bench

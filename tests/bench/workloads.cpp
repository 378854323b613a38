#include "tests/bench/workloads.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "noex/transport/base/check.h"
#include "tests/bench/processes.h"

namespace noex::bench {

namespace {

constexpr std::string_view echo_name = "bench:echo";
constexpr std::string_view counter_name = "bench:counter";
constexpr std::string_view fanout_name = "bench:fanout";
constexpr std::size_t small_body_bytes = 64;
constexpr std::uint64_t casts_per_turn = 1000;

using Clock = std::chrono::steady_clock;

std::int64_t since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
}

double rate(std::uint64_t count, std::int64_t nanoseconds) {
  return static_cast<double>(count) * 1e9 / static_cast<double>(nanoseconds);
}

// --- Calls ---

struct Callers {
  Clock::time_point end;
  std::vector<std::int64_t> times;
  int running = 0;
};

task<void> call_until(Ref echo, Callers& callers) {
  std::uint64_t number = 0;
  while (Clock::now() < callers.end) {
    const auto start = Clock::now();
    const EchoCall::Words words{++number, 2, 3, 4};
    const Result<EchoCall::Words> answer = co_await echo.call<EchoCall>(words);
    NOEX_CHECK(answer && answer->a == number);
    callers.times.push_back(since(start));
  }
  --callers.running;
}

task<void> call_for(Client& client, int count, Duration time, Callers& callers) {
  const Ref echo = *client.node.registry().lookup(echo_name);
  callers = Callers{Clock::now() + time, {}, count};
  for (int i = 0; i < count; ++i) NOEX_CHECK(client.node.run(call_until(echo, callers)));
  while (callers.running != 0) co_await client.node.sleep(1ms);
}

task<void> calls(Client& client, std::string name, int count) {
  Callers callers;
  co_await call_for(client, count, client.warm_time, callers);
  for (int run = 0; run < client.runs; ++run) {
    const auto start = Clock::now();
    co_await call_for(client, count, client.run_time, callers);
    client.report.add(name, "rate", "calls/s", rate(callers.times.size(), since(start)));
    client.report.add(name, "p50", "us", percentile_us(callers.times, 50));
    client.report.add(name, "p99", "us", percentile_us(callers.times, 99));
  }
}

task<void> call_rtt(Client& client, std::string name) {
  return calls(client, std::move(name), 1);
}
task<void> call_pipelined(Client& client, std::string name) {
  return calls(client, std::move(name), 100);
}

// --- Casts ---

// Sends, giving way when the queue to the other node is full, and now and then in any case.
task<void> send_items(Node& node, Ref to, std::uint64_t count, std::string body) {
  for (std::uint64_t i = 1; i <= count; ++i) {
    for (Item item{body}; !to.cast_message(item); item = Item{body}) co_await node.sleep(0ms);
    if (i % casts_per_turn == 0) co_await node.sleep(0ms);
  }
}

task<std::int64_t> cast_once(Node& node, Ref to, std::uint64_t count) {
  const auto start = Clock::now();
  co_await send_items(node, to, count, std::string(small_body_bytes, 'x'));
  const Result<std::uint64_t> seen = co_await to.call_within<TakeCount>(60s);
  NOEX_CHECK(seen && *seen == count, "{} of {} arrived", seen ? *seen : 0, count);
  co_return since(start);
}

task<void> casts(Client& client, std::string name, Ref to) {
  std::uint64_t count = 1000;
  std::int64_t taken = co_await cast_once(client.node, to, count);
  while (taken < client.warm_time.count() / 2) {
    taken = co_await cast_once(client.node, to, count *= 2);
  }
  const double seconds = std::chrono::duration<double>(client.run_time).count();
  count = static_cast<std::uint64_t>(rate(count, taken) * seconds);
  for (int run = 0; run < client.runs; ++run) {
    taken = co_await cast_once(client.node, to, count);
    client.report.add(name, "rate", "msg/s", rate(count, taken));
  }
}

task<void> cast_small(Client& client, std::string name) {
  const Ref counter = *client.node.registry().lookup(counter_name);
  co_await casts(client, std::move(name), counter);
}

task<void> local_cast(Client& client, std::string name) {
  const Ref counter = *client.node.spawn_local<Counter>();
  co_await casts(client, std::move(name), counter);
}

// --- Fan-out ---

task<void> chat_fanout(Client& client, std::string name) {
  constexpr std::uint64_t members = 100;
  constexpr std::uint64_t items = 10'000;
  std::uint64_t delivered = 0;
  std::vector<Ref> refs;
  for (std::uint64_t i = 0; i < members; ++i) {
    refs.push_back(*client.node.spawn_local<Member>([&delivered] { ++delivered; }));
  }
  const Ref room = *client.node.registry().lookup(fanout_name);
  const Result<Done> admitted = co_await room.call<Admit>(refs);
  NOEX_CHECK(admitted);
  for (int run = -1; run < client.runs; ++run) {
    delivered = 0;
    const auto start = Clock::now();
    co_await send_items(client.node, room, items, std::string(small_body_bytes, 'x'));
    while (delivered < members * items) {
      NOEX_CHECK(since(start) < 60'000'000'000, "{} deliveries are missing",
                 members * items - delivered);
      co_await client.node.sleep(100us);
    }
    if (run >= 0) client.report.add(name, "rate", "deliveries/s", rate(delivered, since(start)));
  }
  for (const Ref& ref : refs) client.node.exit(ref, ExitReason::normal());
}

constexpr std::array<Workload, 5> all{{
    {"call_rtt", "one caller, one call at a time, 32 bytes there and back", &call_rtt},
    {"call_pipelined", "100 callers, each one call at a time, to one process", &call_pipelined},
    {"cast_small", "casts of 64 bytes to one process of the other node", &cast_small},
    {"chat_fanout", "10,000 items of 64 bytes to a room that sends each on to 100 members",
     &chat_fanout},
    {"local_cast", "casts of 64 bytes to one process of the same node", &local_cast},
}};

task<void> register_all(Node& node) {
  const Ref echo = *node.spawn_local<Echo>();
  const Ref counter = *node.spawn_local<Counter>();
  const Ref fanout = *node.spawn_local<Fanout>();
  const Result<void> first = co_await node.registry().register_name(std::string(echo_name), echo);
  const Result<void> second =
      co_await node.registry().register_name(std::string(counter_name), counter);
  const Result<void> third =
      co_await node.registry().register_name(std::string(fanout_name), fanout);
  NOEX_CHECK(first && second && third);
}

}  // namespace

std::span<const Workload> workloads() {
  return all;
}

void start_server(Node& node) {
  NOEX_CHECK(node.run(register_all(node)));
}

bool is_ready(Node& node) {
  return node.registry().lookup(echo_name) && node.registry().lookup(counter_name) &&
         node.registry().lookup(fanout_name);
}

}  // namespace noex::bench

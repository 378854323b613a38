// A few real Nodes over the simulated network, for tests of everything that processes do.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "noex/runtime/node/node.h"
#include "noex/runtime/observe/observer.h"
#include "noex/sim/world/fabric.h"

namespace noex::tests {

struct Echo {
  static constexpr auto wire_name = "test:echo";
  using reply = std::string;
  std::string text;
};
struct Slow {
  static constexpr auto wire_name = "test:slow";
  using reply = std::string;
  Duration pause{};
};
struct Fail {
  static constexpr auto wire_name = "test:fail";
  using reply = Done;
  std::string text;
};
struct Throw {
  static constexpr auto wire_name = "test:throw";
  using reply = Done;
};
struct Count {
  static constexpr auto wire_name = "test:count";
  using reply = std::uint64_t;
};
struct Seen {
  static constexpr auto wire_name = "test:seen";
  using reply = std::vector<std::string>;
};
struct Note {
  static constexpr auto wire_name = "test:note";
  std::string text;
};
struct Watch {
  static constexpr auto wire_name = "test:watch";
  Ref process;
};
struct Unwatch {
  static constexpr auto wire_name = "test:unwatch";
};
struct Stop {
  static constexpr auto wire_name = "test:stop";
  std::string why;
};
struct Later {
  static constexpr auto wire_name = "test:later";
  Duration delay{};
  std::string text;
};
struct Spread {
  static constexpr auto wire_name = "test:spread";
  std::vector<Ref> to;
  std::string text;
};
struct Farewell {
  static constexpr auto wire_name = "test:farewell";
  using reply = std::string;
  bool later = false;
};
struct Relay {
  static constexpr auto wire_name = "test:relay";
  using reply = std::string;
  Ref to;
  std::string text;
};

// Does one thing for each of the messages above, and remembers what it saw.
class Probe : public Process {
 public:
  using messages = std::tuple<Echo, Slow, Fail, Throw, Count, Seen, Note, Watch, Unwatch, Stop,
                              Later, Spread, Farewell, Relay>;
  using arguments = std::tuple<std::string>;

  Probe(Context& context, std::string how) : Process(context), how_(std::move(how)) {}

  task<Result<void>> init() override {
    if (how_ == "refuse") co_return fail(ErrorCode::rejected, "no thanks");
    if (how_ == "slow") co_await node().sleep(1h);
    co_return Result<void>();
  }

  Result<std::string> on(const Echo& echo) { return echo.text; }
  task<Result<std::string>> on(const Slow& slow) {
    const Duration pause = slow.pause;
    co_await node().sleep(pause);
    co_return "at last";
  }
  Result<Done> on(const Fail& failure) { return fail(ErrorCode::rejected, failure.text); }
  Result<Done> on(const Throw&) { throw std::runtime_error("thrown"); }
  Result<std::uint64_t> on(const Count&) { return seen_.size(); }
  Result<std::vector<std::string>> on(const Seen&) { return seen_; }
  void on(const Note& note) { seen_.push_back(note.text); }
  void on(const Watch& watch) { monitor_ = monitor(watch.process); }
  void on(const Unwatch&) { demonitor(monitor_); }
  void on(const Stop& stop) { exit(ExitReason::error(stop.why)); }
  void on(const Later& later) { send_after<Note>(later.delay, later.text); }
  void on(const Spread& spread) {
    for (const Ref& refused : multicast<Note>(spread.to, spread.text)) {
      seen_.push_back("refused by " + refused.node().name());
    }
  }
  task<Result<std::string>> on(const Farewell& farewell) {
    if (farewell.later) co_await node().sleep(1ms);
    exit(ExitReason::error("last words"));
    co_return "bye";
  }
  task<Result<std::string>> on(const Relay& relay) {
    const std::string text = relay.text;
    const Ref to = relay.to;
    co_return co_await to.call<Echo>(text);
  }
  void on(const Down& down) { seen_.push_back("down " + down.reason.describe()); }
  void on(const Overflow&) { seen_.push_back("overflow"); }

 private:
  std::string how_;
  MonitorId monitor_ = 0;
  std::vector<std::string> seen_;
};

// How often an answer came for a call that was not pending any more.
class LateReplies final : public Observer {
 public:
  void on_late_reply(CallId) override { ++count; }
  int count = 0;
};

template <class T>
ErrorCode code_of(const Result<T>& result) {
  return result ? ErrorCode::ok : result.error().code;
}

class NodeTest : public ::testing::Test {
 protected:
  // Node `index` (from 0) on its machine, with node 0 as seed.
  Node& start(std::uint32_t index) {
    while (fabric_.size() <= index) fabric_.add_machine();
    while (nodes_.size() <= index) nodes_.emplace_back();
    sim::Host& host = fabric_.machine(index).start();
    NodeConfig config;
    config.id = id(index);
    config.options = options_;
    config.observer = &observer_;
    if (index != 0) config.seeds.push_back(id(0));
    nodes_[index] = std::make_unique<Node>(std::move(config), host.loop(), host.network(),
                                           host.random("node"), *log_);
    nodes_[index]->behaviors().add<Probe>("probe");
    host.loop().give(sim::EventKind::task, [this, index] { EXPECT_TRUE(nodes_[index]->start()); });
    return *nodes_[index];
  }
  // Nodes 0 .. count-1, all linked.
  void start_all(std::uint32_t count) {
    for (std::uint32_t index = 0; index < count; ++index) start(index);
    run_for(3s);
    for (std::uint32_t index = 0; index < count; ++index) {
      ASSERT_EQ(node(index).members().size(), count - 1) << "node " << index;
    }
  }
  void crash(std::uint32_t index) {
    fabric_.machine(index).crash();
    nodes_[index].reset();
  }

  Node& node(std::uint32_t index) { return *nodes_[index]; }
  static NodeId id(std::uint32_t index) {
    return NodeId(fmt::format("node{}", index + 1), fmt::format("10.0.0.{}", index + 1), 4369);
  }
  void run_for(Duration duration) { world_.run_until(world_.now() + duration); }
  // Runs `body` in a turn of that node.
  void in_turn(std::uint32_t index, std::function<void()> body) {
    fabric_.machine(index).host()->loop().give(sim::EventKind::task, std::move(body));
    run_for(1ms);
  }
  Ref probe(std::uint32_t index, std::string how = {}) {
    Ref made;
    in_turn(index, [&] { made = node(index).spawn_local<Probe>(std::move(how)).value(); });
    return made;
  }
  // As `ref`, but sending through that node.
  Ref through(std::uint32_t index, const Ref& ref) {
    return node(index).ref(ref.incarnation(), ref.process());
  }
  // Awaits `body`, a coroutine, as a process of that node; false if it has not ended in time.
  bool await(std::uint32_t index, std::function<task<void>()> body, Duration limit = 60s) {
    bool done = false;
    auto wrapped = [](std::function<task<void>()> inner, bool& flag) -> task<void> {
      co_await inner();
      flag = true;
    };
    in_turn(index, [&] { ASSERT_TRUE(node(index).run(wrapped(body, done))); });
    const Instant end = world_.now() + limit;
    while (!done && world_.now() < end) run_for(10ms);
    return done;
  }
  template <CallMessage M, class... Args>
  Result<typename M::reply> call(std::uint32_t index, const Ref& to, Args... args) {
    Result<typename M::reply> result = fail(ErrorCode::system, "never ended");
    const Ref target = through(index, to);
    EXPECT_TRUE(await(index, [&]() -> task<void> { result = co_await target.call<M>(args...); }));
    return result;
  }
  Result<Ref> spawn(std::uint32_t from, std::uint32_t where, std::string how,
                    std::string global = {}) {
    Result<Ref> result = fail(ErrorCode::system, "never ended");
    const NodeId there = id(where);
    EXPECT_TRUE(await(from, [&]() -> task<void> {
      const SpawnOptions options = SpawnOptions().global(global);
      result = co_await node(from).spawn<Probe>(there, options, how);
    }));
    return result;
  }

  Options options_;
  LateReplies observer_;
  NullLog no_log_;
  Log* log_ = &no_log_;
  sim::World world_{1};
  sim::Fabric fabric_{world_};
  std::vector<std::unique_ptr<Node>> nodes_;
};

}  // namespace noex::tests

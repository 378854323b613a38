// The queue's order, cancelling, the fingerprint, the hook and the trace.
#include "noex/sim/world/world.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace noex::sim {
namespace {

Instant at(Duration duration) {
  return Instant{} + duration;
}

TEST(World, RunsEventsByTimeThenByOrderOfScheduling) {
  World world(1);
  std::string order;
  world.schedule(at(2ms), EventKind::task, 0, [&] { order += 'c'; });
  world.schedule(at(1ms), EventKind::task, 0, [&] { order += 'a'; });
  world.schedule(at(1ms), EventKind::task, 0, [&] { order += 'b'; });
  world.run();
  EXPECT_EQ(order, "abc");
  EXPECT_EQ(world.now(), at(2ms));
  EXPECT_EQ(world.events(), 3U);
}

TEST(World, RunsAnOverdueEventAtOnceButNeverInsideTheCall) {
  World world(1);
  bool inside = true;
  world.schedule(at(5ms), EventKind::task, 0, [&] {
    world.schedule(at(1ms), EventKind::task, 0, [&] {
      EXPECT_FALSE(inside);
      EXPECT_EQ(world.now(), at(5ms));
    });
    inside = false;
  });
  world.run();
  EXPECT_EQ(world.events(), 2U);
}

TEST(World, KeepsTheOrderOfManyEventsWithCancellations) {
  World world(7);
  Random random = world.random("test");
  std::vector<EventId> ids;
  Instant last{};
  std::uint64_t ran = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Instant due = at(Duration{random.between(0, 1'000'000)});
    ids.push_back(world.schedule(due, EventKind::timer, 0, [&, due] {
      EXPECT_LE(last, due);
      EXPECT_EQ(world.now(), due);
      last = due;
      ++ran;
    }));
  }
  std::uint64_t cancelled = 0;
  for (const EventId id : ids) {
    if (random.chance(800'000)) cancelled += world.cancel(id) ? 1 : 0;
  }
  EXPECT_FALSE(world.cancel(0));
  world.run();
  EXPECT_EQ(ran + cancelled, 20'000U);
  EXPECT_FALSE(world.cancel(ids.front()));
}

TEST(World, RunUntilStopsAtTheInstantItIsTold) {
  World world(1);
  int ran = 0;
  world.schedule(at(1ms), EventKind::task, 0, [&] { ++ran; });
  world.schedule(at(3ms), EventKind::task, 0, [&] { ++ran; });
  world.run_until(at(2ms));
  EXPECT_EQ(ran, 1);
  EXPECT_EQ(world.now(), at(2ms));
  world.run_until(at(3ms));
  EXPECT_EQ(ran, 2);
}

TEST(World, StopEndsARun) {
  World world(1);
  world.schedule(at(1ms), EventKind::task, 0, [&] { world.stop(); });
  world.schedule(at(2ms), EventKind::task, 0, [] { FAIL(); });
  world.run();
  EXPECT_EQ(world.now(), at(1ms));
}

TEST(World, FingerprintDependsOnTimeHostKindBytesAndSeed) {
  const auto run = [](std::uint64_t seed, Duration when, std::uint32_t host, EventKind kind,
                      std::string_view shown) {
    World world(seed);
    world.schedule(at(when), kind, host, [&] { world.mix("shown", shown); });
    world.run();
    return world.fingerprint();
  };
  const std::uint64_t base = run(1, 1ms, 0, EventKind::task, "x");
  EXPECT_EQ(base, run(1, 1ms, 0, EventKind::task, "x"));
  EXPECT_NE(base, run(2, 1ms, 0, EventKind::task, "x"));
  EXPECT_NE(base, run(1, 2ms, 0, EventKind::task, "x"));
  EXPECT_NE(base, run(1, 1ms, 1, EventKind::task, "x"));
  EXPECT_NE(base, run(1, 1ms, 0, EventKind::timer, "x"));
  EXPECT_NE(base, run(1, 1ms, 0, EventKind::task, "y"));
}

TEST(World, CallsTheHookAfterEveryEventAndTracesTasksAndTimers) {
  World world(1);
  int hooks = 0;
  std::vector<EventKind> traced;
  world.set_after_event([&] { ++hooks; });
  world.set_trace([&](const TraceEvent& event) { traced.push_back(event.kind); });
  world.schedule(at(1ms), EventKind::task, 0, [] {});
  world.schedule(at(2ms), EventKind::timer, 0, [] {});
  world.run();
  EXPECT_EQ(hooks, 2);
  EXPECT_EQ(traced, (std::vector{EventKind::task, EventKind::timer}));
}

TEST(World, RandomStreamsAreKeyedByLabelAndNumber) {
  const World world(3);
  Random one = world.random("a", 1);
  Random same = world.random("a", 1);
  Random number = world.random("a", 2);
  Random label = world.random("b", 1);
  const std::uint64_t drawn = one.next();
  EXPECT_EQ(drawn, same.next());
  EXPECT_NE(drawn, number.next());
  EXPECT_NE(drawn, label.next());
}

TEST(Faults, NamesAreReadBack) {
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    const auto kind = static_cast<FaultKind>(i);
    EXPECT_EQ(parse_fault_kind(describe(kind)), kind);
  }
  EXPECT_EQ(describe(FaultKind::one_way), "one_way");
  EXPECT_EQ(parse_fault_kind("meteor"), std::nullopt);
}

}  // namespace
}  // namespace noex::sim

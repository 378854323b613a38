// Processes on machines: turns, clocks, and the faults that end, stop or slow them.
#include "noex/sim/world/host.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/sim/net.h"

namespace noex::sim {
namespace {

TEST(SimHost, APostRunsInTheSameEvent) {
  Net net;
  HostLoop& loop = net.a->host()->loop();
  std::string order;
  loop.start_timer(loop.now() + 1ms, [&] {
    loop.post([&] { order += 'b'; });
    order += 'a';
  });
  loop.start_timer(loop.now() + 1ms, [&] { order += 'c'; });
  net.world.run();
  EXPECT_EQ(order, "abc");
  EXPECT_EQ(net.world.events(), 2U);
  EXPECT_EQ(loop.pending(), 0U);
}

TEST(SimHost, WallTimeStartsAtAFixedDateAndJumps) {
  Net net;
  HostLoop& loop = net.a->host()->loop();
  EXPECT_EQ(loop.wall_now(), wall_start);
  net.run(5s);
  net.a->jump_wall(-1h);
  EXPECT_EQ(loop.wall_now(), wall_start + 5s - 1h);
  EXPECT_EQ(net.world.hits(FaultKind::clock_jump), 1U);
}

TEST(SimHost, AMonotonicClockMeansNothingElsewhere) {
  Net net;
  EXPECT_NE(net.a->host()->loop().now(), net.b->host()->loop().now());
}

TEST(SimHost, ASkewedClockStillMeetsItsTimers) {
  for (const std::int32_t skew : {-200'000, -333, 1, 777, 200'000}) {
    World world(1);
    Fabric fabric(world);
    Machine& machine = fabric.add_machine();
    machine.clock().set_skew(world.now(), skew);
    HostLoop& loop = machine.start().loop();
    for (int i = 1; i < 200; ++i) {
      const Instant at = loop.now() + i * 7'777'777ns;
      loop.start_timer(at, [&loop, at] {
        EXPECT_GE(loop.now(), at);
        EXPECT_LE(loop.now(), at + 2ns) << "and no later than the clock's grain";
      });
    }
    world.run();
    EXPECT_EQ(world.hits(FaultKind::clock_skew), 1U);
    const Duration elapsed = world.now() - Instant{};
    EXPECT_EQ(elapsed > 199 * 7'777'777ns, skew < 0) << "a slow clock takes longer";
  }
}

TEST(SimHost, ATimerAtTheEndOfTimeNeverRuns) {
  Net net;
  HostLoop& loop = net.a->host()->loop();
  loop.start_timer(Instant::max(), [] { FAIL(); });
  net.run(std::chrono::hours{100'000});
  EXPECT_EQ(loop.pending(), 1U);
}

TEST(SimHost, ACrashEndsConnectionsPortsAndTimers) {
  Net net;
  net.connect();
  net.b->host()->loop().start_timer(Instant{} + 1000h, [] { FAIL() << "it is dead"; });
  net.far.connection->write("last words");
  net.b->crash();
  EXPECT_EQ(net.b->host(), nullptr);
  net.run(1s);
  EXPECT_EQ(net.near.bytes, "last words") << "the system had them";
  EXPECT_EQ(net.near.closed, CloseReason::peer);
  EXPECT_EQ(net.far.closed, std::nullopt) << "the dead hear nothing";
  net.dial();
  net.run(1s);
  EXPECT_EQ(net.error, ErrorCode::connection_refused);
  EXPECT_EQ(net.world.hits(FaultKind::crash), 1U);
}

TEST(SimHost, ACrashWithUnreadBytesResets) {
  Net net;
  net.connect();
  net.b->pause();
  net.near.connection->write("unread");
  net.run(1s);
  net.b->crash();
  net.run(1s);
  EXPECT_EQ(net.near.closed, CloseReason::reset);
}

TEST(SimHost, WhatADeadHostOwnedIsHarmless) {
  Net net;
  net.connect();
  Host& host = *net.b->host();
  HostLoop& loop = host.loop();
  auto timer = std::make_unique<Timer>(loop);
  timer->start(loop.now() + 1s, [] { FAIL(); });
  auto dial = host.network().connect({"10.0.0.1", 9}, 10s, [](auto) { FAIL(); });
  net.b->crash();
  EXPECT_FALSE(host.alive());
  timer.reset();
  dial.reset();
  net.listener.reset();
  net.far.connection->write("x");
  net.far.connection->close();
  net.far.connection.reset();
  loop.post([] { FAIL(); });
  EXPECT_EQ(loop.start_timer(loop.now(), [] { FAIL(); }), 0U);
  EXPECT_FALSE(loop.cancel_timer(1));
  EXPECT_FALSE(host.network().listen({"10.0.0.2", 7}, nullptr).has_value());
  dial = host.network().connect({"10.0.0.1", 9}, 10s, [](auto) { FAIL(); });
  net.b->start();
  net.run(60s);
  EXPECT_EQ(net.near.closed, CloseReason::peer);
  EXPECT_EQ(net.world.hits(FaultKind::restart), 1U);
  EXPECT_EQ(net.b->host()->run(), 2U);
}

TEST(SimHost, ACrashInsideItsOwnTurnEndsTheTurn) {
  Net net;
  HostLoop& loop = net.a->host()->loop();
  loop.post([&] {
    loop.post([] { FAIL(); });
    net.a->crash();
    loop.post([] { FAIL(); });
  });
  net.run(1s);
  EXPECT_FALSE(loop.alive());
}

TEST(SimHost, WithoutPowerThereIsSilence) {
  Net net;
  net.connect();
  net.b->power_off();
  net.run(100s);
  EXPECT_EQ(net.near.closed, std::nullopt) << "nothing was sent";
  net.near.connection->write("anyone?");
  net.run(19s);
  EXPECT_EQ(net.near.closed, std::nullopt);
  net.run(2s);
  EXPECT_EQ(net.near.closed, CloseReason::reset) << "its system gave up";
  net.dial(5s);
  net.run(6s);
  EXPECT_EQ(net.error, ErrorCode::timeout);
}

TEST(SimHost, AMachineThatIsBackResetsWhatItDoesNotKnow) {
  Net net;
  net.connect();
  net.b->power_off();
  net.near.connection->write("anyone?");
  net.run(5s);
  net.b->start();
  net.listen();
  net.run(4s);
  EXPECT_EQ(net.near.closed, CloseReason::reset);
  EXPECT_EQ(net.far.bytes, "");
  net.near = {};
  net.far = {};
  net.connect();
}

TEST(SimHost, AStoppedProcessTakesNoTurnAndMissesNothing) {
  Net net;
  net.connect();
  HostLoop& loop = net.b->host()->loop();
  const Instant start = loop.now();
  std::string order;
  loop.start_timer(start + 1s, [&] {
    order += 'a';
    EXPECT_EQ(loop.now(), start + 10s) << "its clock went on";
  });
  loop.start_timer(start + 2s, [&] { order += net.far.bytes + 'b'; });
  net.b->pause();
  net.run(1500ms);
  net.near.connection->write("[bytes]");
  net.near.connection->close();
  net.run(8500ms);
  EXPECT_EQ(order, "");
  net.b->resume();
  net.run(1ms);
  EXPECT_EQ(order, "a[bytes]b");
  EXPECT_EQ(net.far.closed, CloseReason::peer);
  EXPECT_EQ(net.world.hits(FaultKind::pause), 4U);
}

TEST(SimHost, ATimerCancelledAfterAPauseDoesNotRun) {
  Net net;
  HostLoop& loop = net.b->host()->loop();
  TimerId second = 0;
  bool cancelled = false;
  loop.start_timer(loop.now() + 1s, [&] { cancelled = loop.cancel_timer(second); });
  second = loop.start_timer(loop.now() + 2s, [] { FAIL(); });
  net.b->pause();
  net.run(10s);
  net.b->resume();
  net.run(1s);
  EXPECT_TRUE(cancelled);
}

TEST(SimHost, AStoppedProcessIsConnectedToByItsSystem) {
  Net net;
  net.b->pause();
  net.dial();
  net.run(1s);
  ASSERT_TRUE(net.near.connection);
  net.near.connection->write("early");
  net.run(1s);
  EXPECT_FALSE(net.far.connection);
  net.b->resume();
  net.run(1ms);
  EXPECT_EQ(net.far.bytes, "early");
  net.near.connection->close();
  net.run(1s);
  EXPECT_EQ(net.far.closed, CloseReason::peer);
}

TEST(SimHost, APauseDuringCatchingUpKeepsTheOrder) {
  Net net;
  HostLoop& loop = net.b->host()->loop();
  std::string order;
  for (char c = 'a'; c < 'e'; ++c) {
    loop.start_timer(loop.now() + 1ms, [&order, &net, c] {
      order += c;
      if (c == 'b') net.b->pause();
    });
  }
  net.b->pause();
  net.run(1s);
  net.b->resume();
  net.run(1s);
  EXPECT_EQ(order, "ab");
  net.b->resume();
  net.run(1s);
  EXPECT_EQ(order, "abcd");
}

TEST(SimHost, ASlowProcessTakesItsTimeForEveryTurn) {
  Net net;
  HostLoop& loop = net.b->host()->loop();
  net.b->set_slowness(100ms);
  const Instant start = loop.now();
  std::vector<Duration> ran;
  for (int i = 0; i < 4; ++i) {
    loop.start_timer(start + 1ms, [&] { ran.push_back(loop.now() - start); });
  }
  net.run(1s);
  EXPECT_EQ(ran, (std::vector<Duration>{1ms, 101ms, 201ms, 301ms}));
  EXPECT_EQ(net.world.hits(FaultKind::slow_node), 3U);
}

TEST(SimHost, AFullBacklogIsSilentUntilThereIsRoom) {
  Net net;
  net.b->set_backlog_full(true);
  net.dial(10s);
  net.run(2s);
  EXPECT_EQ(net.dials, 0);
  EXPECT_EQ(net.world.hits(FaultKind::backlog_full), 2U);
  net.b->set_backlog_full(false);
  net.run(2s);
  EXPECT_TRUE(net.far.connection);
}

}  // namespace
}  // namespace noex::sim

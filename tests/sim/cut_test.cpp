// Connections whose path fails: partitions, one-way cuts, resets, lost state.
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/net.h"

namespace noex::sim {
namespace {

TEST(SimCut, BytesOfAPartitionArriveAfterItHeals) {
  Net net;
  net.connect();
  net.fabric.cut_both(0, 1);
  EXPECT_FALSE(net.fabric.reaches(0, 1));
  net.near.connection->write("patience");
  net.far.connection->write("yes");
  net.run(10s);
  EXPECT_EQ(net.far.bytes, "");
  net.fabric.heal_both(0, 1);
  EXPECT_TRUE(net.fabric.reaches(0, 1));
  net.run(100ms);
  EXPECT_EQ(net.far.bytes, "") << "the next retransmission takes its time";
  net.run(4s);
  EXPECT_EQ(net.far.bytes, "patience");
  EXPECT_EQ(net.near.bytes, "yes");
  EXPECT_EQ(net.near.closed, std::nullopt);
  EXPECT_GE(net.world.hits(FaultKind::partition), 2U);
  EXPECT_EQ(net.world.hits(FaultKind::one_way), 0U);
}

TEST(SimCut, ACutHoldsWhatIsOnItsWay) {
  Net net;
  net.connect();
  net.near.connection->write("in the air");
  net.fabric.cut(0, 1);
  net.run(5s);
  EXPECT_EQ(net.far.bytes, "");
  net.fabric.heal(0, 1);
  net.run(4s);
  EXPECT_EQ(net.far.bytes, "in the air");
}

TEST(SimCut, ACutThatHealedBeforeTheArrivalStillLostTheSegment) {
  Net net;
  net.fabric.set_profile({.latency = 1s, .jitter = 0ms});
  net.dial();
  net.run(5s);
  net.fabric.cut(0, 1);
  net.near.connection->write("lost once");
  net.run(10ms);
  net.fabric.heal(0, 1);
  net.run(1s);
  EXPECT_EQ(net.far.bytes, "");
  net.run(5s);
  EXPECT_EQ(net.far.bytes, "lost once");
}

TEST(SimCut, ALongPartitionEndsTheConnectionAtEachSenderAlone) {
  Net net;
  net.connect();
  net.fabric.cut_both(0, 1);
  net.near.connection->write("x");
  net.run(25s);
  EXPECT_EQ(net.near.closed, CloseReason::reset);
  EXPECT_EQ(net.far.closed, std::nullopt) << "it sent nothing, so it knows nothing";
  net.fabric.heal_both(0, 1);
  net.run(5s);
  EXPECT_EQ(net.far.closed, std::nullopt);
  net.far.connection->write("hello?");
  net.run(1s);
  EXPECT_EQ(net.far.closed, CloseReason::reset) << "answered by a system that forgot";
  EXPECT_EQ(net.fabric.live_connections(), 0U);
}

TEST(SimCut, AOneWayCutDeliversButTheSenderNeverHears) {
  Net net;
  net.connect();
  net.fabric.cut(1, 0);
  net.near.connection->write("one way");
  net.run(1s);
  EXPECT_EQ(net.far.bytes, "one way");
  net.run(18s);
  EXPECT_EQ(net.near.closed, std::nullopt);
  net.run(2s);
  EXPECT_EQ(net.near.closed, CloseReason::reset) << "no acknowledgement came back";
  EXPECT_GE(net.world.hits(FaultKind::one_way), 1U);
  EXPECT_EQ(net.world.hits(FaultKind::partition), 0U);
}

TEST(SimCut, AcknowledgementsOfAHealedOneWayCutComeBack) {
  Net net;
  net.connect();
  net.fabric.cut(1, 0);
  const std::uint64_t room = net.fabric.options().buffer_bytes;
  net.near.connection->write(std::string(room + 1000, 'x'));
  net.run(10s);
  EXPECT_EQ(net.far.bytes.size(), room);
  EXPECT_EQ(net.near.connection->unsent_bytes(), 1000U) << "the room does not come back";
  net.fabric.heal(1, 0);
  net.run(30s);
  EXPECT_EQ(net.far.bytes.size(), room + 1000);
  EXPECT_EQ(net.near.closed, std::nullopt);
  EXPECT_EQ(net.near.drained, 1);
}

TEST(SimCut, ADialNeedsBothDirections) {
  Net net;
  net.fabric.cut(1, 0);
  net.dial(5s);
  net.run(6s);
  EXPECT_EQ(net.error, ErrorCode::timeout);
  EXPECT_FALSE(net.far.connection);
}

TEST(SimCut, ADialTriesAgainWhileItsTimeLasts) {
  Net net;
  net.fabric.cut_both(0, 1);
  net.dial(10s);
  net.run(2s);
  net.fabric.heal_both(0, 1);
  EXPECT_EQ(net.world.hits(FaultKind::partition), 2U) << "at once and after a second";
  net.run(900ms);
  EXPECT_EQ(net.dials, 0);
  net.run(200ms);
  EXPECT_TRUE(net.near.connection && net.far.connection) << "the third SYN, after 3 s";
}

TEST(SimCut, AnAcceptWaitsForTheHandshakesLastSegment) {
  Net net;
  net.fabric.set_profile({.latency = 1s, .jitter = 0ms});
  net.dial();
  net.run(2100ms);
  ASSERT_TRUE(net.near.connection);
  net.fabric.cut(0, 1);
  net.near.connection->write("first");
  net.run(5s);
  EXPECT_FALSE(net.far.connection);
  net.fabric.heal(0, 1);
  net.run(5s);
  EXPECT_EQ(net.far.bytes, "first");
}

TEST(SimCut, AConnectionToAListenerThatIsGoneIsReset) {
  Net net;
  net.fabric.set_profile({.latency = 1s, .jitter = 0ms});
  net.dial();
  net.run(2500ms);
  ASSERT_TRUE(net.near.connection);
  net.listener.reset();
  net.run(5s);
  EXPECT_EQ(net.near.closed, CloseReason::reset);
  EXPECT_EQ(net.fabric.live_connections(), 0U);
}

TEST(SimCut, AResetEndsBothEnds) {
  Net net;
  EXPECT_FALSE(net.fabric.reset_connection(0, 1)) << "there is none";
  net.connect();
  EXPECT_TRUE(net.fabric.reset_connection(1, 0));
  EXPECT_EQ(net.near.closed, std::nullopt) << "not before it arrives";
  net.run(1s);
  EXPECT_EQ(net.near.closed, CloseReason::reset);
  EXPECT_EQ(net.far.closed, CloseReason::reset);
  EXPECT_EQ(net.world.hits(FaultKind::reset), 1U);
}

// Which of eight connections between two machines a reset takes. A third machine has one, too.
std::size_t chosen_by_reset(std::uint64_t key, bool another_first) {
  Net net;
  std::vector<std::unique_ptr<Note>> far;
  const auto listener = net.b->host()->network().listen({"node2", 8}, [&far](auto connection) {
    far.push_back(std::make_unique<Note>());
    far.back()->take(std::move(connection));
  });
  Machine& third = net.fabric.add_machine();
  third.start();
  std::vector<Note> near(9);
  std::vector<std::unique_ptr<Dial>> dials;
  for (std::size_t i = 0; i < near.size(); ++i) {
    Machine& from = i < 8 ? *net.a : third;
    dials.push_back(from.host()->network().connect(
        {"10.0.0.2", 8}, 10s, [&near, i](auto result) { near[i].take(std::move(*result)); }));
  }
  net.run(1s);
  EXPECT_EQ(another_first && net.fabric.reset_connection(2, 1, key + 100), another_first);
  EXPECT_TRUE(net.fabric.reset_connection(0, 1, key));
  net.run(1s);
  std::size_t chosen = 0;
  while (chosen < 8 && !near[chosen].closed) ++chosen;
  return chosen;
}

TEST(SimCut, AResetChoosesByItsKeyOnly) {
  std::set<std::size_t> all;
  for (std::uint64_t key = 1; key <= 40; ++key) {
    const std::size_t chosen = chosen_by_reset(key, false);
    EXPECT_EQ(chosen_by_reset(key, true), chosen) << key;
    all.insert(chosen);
  }
  EXPECT_EQ(all, (std::set<std::size_t>{0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST(SimCut, ASeveredConnectionIsSilentWhileOthersWork) {
  Net net;
  net.connect();
  EXPECT_TRUE(net.fabric.sever_connection(0, 1));
  net.near.connection->write("x");
  net.run(10s);
  EXPECT_EQ(net.far.bytes, "");
  EXPECT_GE(net.world.hits(FaultKind::half_open), 1U);
  net.run(11s);
  EXPECT_EQ(net.near.closed, CloseReason::reset);
  EXPECT_EQ(net.far.closed, std::nullopt);
  net.near = {};
  net.far = {};
  net.connect();
}

TEST(SimCut, ACloseUnderACutArrivesAfterIt) {
  Net net;
  net.connect();
  net.fabric.cut_both(0, 1);
  net.near.connection->write("bye");
  net.near.connection->close();
  net.near.connection.reset();
  net.run(10s);
  EXPECT_EQ(net.far.closed, std::nullopt);
  net.fabric.heal_all();
  net.run(4s);
  EXPECT_EQ(net.far.bytes, "bye");
  EXPECT_EQ(net.far.closed, CloseReason::peer);
}

TEST(SimCut, AnAbortUnderACutLeavesTheOtherEndHalfOpen) {
  Net net;
  net.connect();
  net.fabric.cut_both(0, 1);
  net.near.connection.reset();
  net.run(1s);
  net.fabric.heal_all();
  net.run(60s);
  EXPECT_EQ(net.far.closed, std::nullopt);
  net.far.connection->write("still there?");
  net.run(1s);
  EXPECT_EQ(net.far.closed, CloseReason::reset);
}

TEST(SimCut, WhatACutLostOfAnAbortedConnectionIsNeverSentAgain) {
  Net net;
  net.fabric.set_profile({.latency = 1s, .jitter = 0ms});
  net.dial();
  net.run(5s);
  net.fabric.cut(0, 1);
  net.near.connection->write("lost");
  net.near.connection.reset();
  net.fabric.heal(0, 1);
  net.run(30s);
  EXPECT_EQ(net.far.bytes, "");
  EXPECT_EQ(net.far.closed, std::nullopt) << "the reset was lost too";
}

TEST(SimCut, ALingeringCloseIsBounded) {
  Net net;
  net.connect();
  net.b->pause();
  net.near.connection->write(std::string(1'000'000, 'x'));
  net.near.connection->close();
  net.run(4900ms);
  EXPECT_EQ(net.fabric.live_connections(), 1U);
  net.run(1s);
  net.b->resume();
  net.run(1s);
  EXPECT_EQ(net.far.closed, CloseReason::reset);
  EXPECT_LE(net.far.bytes.size(), net.fabric.options().buffer_bytes);
}

}  // namespace
}  // namespace noex::sim

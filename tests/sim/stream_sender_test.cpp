#include "noex/sim/world/stream_sender.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/sim/stream_parts.h"

namespace noex::sim {
namespace {

using StreamSenderTest = StreamPartsTest;

TEST_F(StreamSenderTest, WhatIsWrittenAtOneInstantIsOneArrival) {
  sender.write(near, "ab");
  sender.write(near, "cd");
  run(9ms);
  EXPECT_EQ(told(), Words{});
  run(1ms);
  EXPECT_EQ(told(), Words{"arrival"});
  EXPECT_EQ(arrived(), "abcd");
}

TEST_F(StreamSenderTest, WhatHasNoRoomWaitsUntilTheSenderHearsOfSome) {
  sender.write(near, "12345678abc");
  EXPECT_EQ(near.out().buffer.held(), "abc");
  run(10ms);
  EXPECT_EQ(arrived(), "12345678");
  sender.credit(near, 2);
  sender.credit(near, 6);
  run(9ms);
  EXPECT_EQ(near.out().buffer.held(), "abc") << "it comes back with the latency of that way";
  told();
  run(1ms);
  EXPECT_EQ(told(), Words{"flushed"});
  run(10ms);
  EXPECT_EQ(arrived(), "abc");
}

TEST_F(StreamSenderTest, AStalledSenderGivesUpAfterTheTimeOut) {
  fabric.cut_both(0, 1);
  sender.write(near, "a");
  sender.stall(near);
  run(20s - 1ns);
  EXPECT_EQ(told(), Words{"arrival"});
  run(1ns);
  EXPECT_EQ(told(), Words{"given up"});
}

TEST_F(StreamSenderTest, AnOpenPathEndsAStallAndItsTimeOut) {
  fabric.cut_both(0, 1);
  sender.write(near, "a");
  run(10ms);
  sender.stall(near);
  sender.reopen(near);
  EXPECT_TRUE(near.out().stalled) << "it is not open yet";
  fabric.heal_both(0, 1);
  sender.reopen(near);
  told();
  run(199ms);
  EXPECT_EQ(told(), Words{}) << "the next retransmission takes its time";
  run(30s);
  EXPECT_EQ(told(), Words{"arrival"});
  EXPECT_EQ(arrived(), "a");
}

TEST_F(StreamSenderTest, ATimeOutOfAnEarlierStallMeansNothing) {
  sender.write(near, "a");
  sender.stall(near);
  sender.retransmit(near);
  run(10s);
  sender.write(near, "b");
  near.out().segments.take_arrived(world.now(), buffers);
  sender.stall(near);
  told();
  run(15s);
  EXPECT_EQ(told(), Words{"arrival"}) << "of the second stall five seconds are left";
}

TEST_F(StreamSenderTest, WithoutAcknowledgementsRoomIsWithheldAndTheSenderGivesUp) {
  fabric.cut(1, 0);
  sender.write(near, "1234");
  sender.silence(near);
  sender.silence(near);
  EXPECT_EQ(world.hits(FaultKind::one_way), 2U);
  sender.credit(near, 4);
  EXPECT_EQ(near.out().buffer.fitting("abcdefgh", 8), "abcd");
  run(20s);
  EXPECT_EQ(told(), (Words{"arrival", "given up"}));
}

TEST_F(StreamSenderTest, WithheldRoomComesBackWithThePath) {
  fabric.cut(1, 0);
  sender.write(near, "1234");
  sender.silence(near);
  sender.credit(near, 4);
  fabric.heal(1, 0);
  sender.reopen(near);
  EXPECT_EQ(near.out().buffer.fitting("abcdefgh", 8), "abcdefgh");
  run(30s);
  EXPECT_EQ(told(), Words{"arrival"});
}

TEST_F(StreamSenderTest, WhatWaitedForBandwidthLeavesWhenTheLimitEnds) {
  fabric.set_limit(0, 1, 1);
  sender.write(near, "1234");
  fabric.set_limit(0, 1, 0);
  sender.leave_at_once(near);
  run(10ms);
  EXPECT_EQ(told(), Words{"arrival"});
  EXPECT_EQ(arrived(), "1234");
  run(10s);
  EXPECT_EQ(told(), Words{});
}

TEST_F(StreamSenderTest, AStoppedSenderSendsNeitherWhatWaitsNorWhatWasLost) {
  sender.write(near, "12345678abc");
  sender.stop(near);
  EXPECT_FALSE(near.out().buffer.waits());
  EXPECT_FALSE(near.out().segments.empty()) << "that is on its way";
  sender.stall(near);
  sender.stop(near);
  EXPECT_TRUE(near.out().segments.empty());
}

TEST_F(StreamSenderTest, WithoutPowerOnlyWhatHasLeftArrives) {
  fabric.set_limit(0, 1, 100);
  sender.write(near, "1");  // takes 10 ms, and 10 ms more
  run(12ms);
  sender.write(near, "2345");
  sender.lose_power(near);
  run(1s);
  EXPECT_EQ(arrived(), "1");
}

TEST_F(StreamSenderTest, NothingHappensToAConnectionThatIsForgotten) {
  sender.write(near, "a");
  sender.stall(near);
  sender.silence(near);
  table.remove(*near.stream);
  run(60s);
  EXPECT_EQ(told(), Words{});
}

}  // namespace
}  // namespace noex::sim

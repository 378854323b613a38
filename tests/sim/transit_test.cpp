#include "noex/sim/world/transit.h"

#include <gtest/gtest.h>

#include "tests/sim/stream_parts.h"

namespace noex::sim {
namespace {

using TransitTest = StreamPartsTest;

TEST_F(TransitTest, ASegmentTakesTheLatencyAndUpToTheJitterMore) {
  EXPECT_EQ(transit.draw_latency(near), 10ms);
  fabric.set_profile({.latency = 10ms, .jitter = 5ms});
  for (int i = 0; i < 100; ++i) {
    EXPECT_GE(transit.draw_latency(near), 10ms);
    EXPECT_LE(transit.draw_latency(near), 15ms);
  }
  EXPECT_EQ(world.hits(FaultKind::latency), 0U);
}

TEST_F(TransitTest, TheLongTailIsCounted) {
  fabric.set_profile({.latency = 10ms, .jitter = 0ms, .tail_chance = 1'000'000, .tail = 1s});
  EXPECT_GT(transit.draw_latency(near), 10ms);
  EXPECT_EQ(world.hits(FaultKind::latency), 1U);
}

TEST_F(TransitTest, BandwidthIsTakenOneAfterTheOther) {
  fabric.set_limit(0, 1, 1000);
  EXPECT_EQ(transit.draw_arrival(near, 500), Instant{} + 510ms);
  EXPECT_EQ(transit.draw_arrival(near, 500), Instant{} + 1010ms);
  EXPECT_EQ(world.hits(FaultKind::slow_link), 2U);
  EXPECT_EQ(transit.draw_arrival(near.other(), 500), Instant{} + 10ms) << "the other way has none";
}

TEST_F(TransitTest, ArrivalsNeverOvertake) {
  fabric.set_limit(0, 1, 1000);
  EXPECT_EQ(transit.draw_arrival(near, 500), Instant{} + 510ms);
  fabric.set_limit(0, 1, 0);
  EXPECT_EQ(transit.draw_arrival(near, 1), Instant{} + 510ms);
}

TEST_F(TransitTest, WhatHoldsASegmentBackHasHit) {
  EXPECT_FALSE(transit.meets_cut(near));
  fabric.cut(0, 1);
  EXPECT_TRUE(transit.meets_cut(near));
  EXPECT_FALSE(transit.meets_cut(near.other()));
  EXPECT_EQ(world.hits(FaultKind::one_way), 1U);
  fabric.cut(1, 0);
  EXPECT_TRUE(transit.meets_cut(near));
  EXPECT_EQ(world.hits(FaultKind::partition), 1U);
  fabric.cut(0, 1, true);
  EXPECT_TRUE(transit.meets_cut(near));
  EXPECT_EQ(world.hits(FaultKind::bridge), 1U);
  fabric.heal_all();
  near.stream->severed = true;
  EXPECT_TRUE(transit.meets_cut(near));
  EXPECT_EQ(world.hits(FaultKind::half_open), 1U);
}

TEST_F(TransitTest, AskingWhetherItIsBlockedCountsNothing) {
  EXPECT_FALSE(transit.blocked(near));
  fabric.cut(0, 1);
  EXPECT_TRUE(transit.blocked(near));
  EXPECT_FALSE(transit.blocked(near.other()));
  fabric.heal(0, 1);
  near.stream->severed = true;
  EXPECT_TRUE(transit.blocked(near));
  EXPECT_EQ(world.hits(FaultKind::one_way) + world.hits(FaultKind::half_open), 0U);
}

TEST_F(TransitTest, AMachineWithoutPowerIsNotReached) {
  fabric.machine(1).power_off();
  EXPECT_TRUE(transit.blocked(near));
  EXPECT_TRUE(transit.meets_cut(near));
  EXPECT_FALSE(transit.blocked(near.other()));
}

}  // namespace
}  // namespace noex::sim

#include "noex/runtime/core/stamp.h"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "noex/transport/handshake.h"

namespace noex {
namespace {

constexpr std::int64_t year = 365LL * 24 * 3600 * 1'000'000'000;

WallTime wall(std::int64_t beyond) {
  return WallTime(Duration(trusted_wall_min + beyond));
}

TEST(Stamp, AreOrderedByWallThenCounterThenNode) {
  const NodeId a("a", "h", 1);
  const NodeId b("b", "h", 1);
  const std::vector<Stamp> order{{1, 0, a}, {1, 0, b}, {1, 1, a}, {2, 0, a}};
  for (std::size_t i = 1; i < order.size(); ++i) EXPECT_LT(order[i - 1], order[i]);
}

TEST(HybridClock, FollowsTheWallAndNeverGoesBack) {
  HybridClock clock(NodeId("a", "h", 1));
  const Stamp first = clock.next(wall(10));
  EXPECT_EQ(first.wall, trusted_wall_min + 10);
  EXPECT_EQ(first.counter, 0U);
  const Stamp second = clock.next(wall(3));
  EXPECT_LT(first, second) << "the wall was set back";
  EXPECT_EQ(second.counter, 1U);
  EXPECT_EQ(clock.next(wall(20)).counter, 0U);
}

TEST(HybridClock, TakesOverWhatItSees) {
  HybridClock clock(NodeId("a", "h", 1));
  clock.observe(wall(0));
  EXPECT_TRUE(clock.merge(Stamp{trusted_wall_min + year, 7, {}}));
  EXPECT_TRUE(clock.merge(Stamp{trusted_wall_min + year, 5, {}})) << "a smaller one";
  const Stamp next = clock.next(wall(1));
  EXPECT_EQ(next.wall, trusted_wall_min + year);
  EXPECT_EQ(next.counter, 8U);
  EXPECT_EQ(clock.last(), next);
}

TEST(HybridClock, FullCounterIsCarried) {
  HybridClock clock(NodeId("a", "h", 1));
  clock.observe(wall(0));
  clock.merge(Stamp{trusted_wall_min, std::numeric_limits<std::uint32_t>::max(), {}});
  const Stamp next = clock.next(wall(0));
  EXPECT_EQ(next.wall, trusted_wall_min + 1);
  EXPECT_EQ(next.counter, 0U);
}

TEST(HybridClock, BelievesNobodyWhoIsTooFarAhead) {
  HybridClock clock(NodeId("a", "h", 1), Duration(year));
  clock.observe(wall(0));
  EXPECT_EQ(clock.latest_believed(), trusted_wall_min + year);
  EXPECT_TRUE(clock.merge(Stamp{trusted_wall_min + year, 0, {}}));
  EXPECT_FALSE(clock.merge(Stamp{trusted_wall_min + year + 1, 0, {}}));
}

TEST(HybridClock, NothingBringsItToTheEndOfWhatMayBeSent) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  constexpr std::uint32_t counter = std::numeric_limits<std::uint32_t>::max();
  HybridClock clock(NodeId("a", "h", 1));
  EXPECT_FALSE(clock.merge(Stamp{clock_wall_max, counter, {}}));
  EXPECT_EQ(clock.last().wall, 0);
  clock.observe(WallTime(Duration(most)));  // even if one's own clock says so
  EXPECT_FALSE(clock.merge(Stamp{clock_wall_max, counter, {}}));
  EXPECT_TRUE(clock.merge(Stamp{clock.latest_believed(), counter, {}}));
  Stamp last = clock.last();
  for (int i = 0; i < 1000; ++i) {
    const Stamp next = clock.next(WallTime(Duration(most)));
    EXPECT_LT(last, next);
    last = next;
  }
  EXPECT_LT(last.wall, clock_wall_max - year);
}

// A clock without a battery begins in 1970: it is no measure, and its node follows the others.
TEST(HybridClock, ClockThatStartsIn1970FollowsTheOthers) {
  HybridClock clock(NodeId("a", "h", 1));
  clock.observe(WallTime(3s));
  EXPECT_TRUE(clock.merge(Stamp{trusted_wall_min, 0, {}}));
  EXPECT_GT(clock.next(WallTime(4s)).wall, 50 * year);
}

}  // namespace
}  // namespace noex

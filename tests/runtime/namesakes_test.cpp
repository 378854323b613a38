#include "noex/runtime/cluster/namesakes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/cluster_parts.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr SessionSerial first(1);
constexpr SessionSerial second(2);
const NodeId holder("ann", "10.0.0.2", 1);
const NodeId other("bob", "10.0.0.3", 1);

TEST(Namesakes, OnlyTheHoldersOwnAnswerCounts) {
  Namesakes namesakes;
  namesakes.wait(first, holder, 5, Instant(3s));
  EXPECT_EQ(namesakes.on_pong(other, 5), std::nullopt);
  EXPECT_EQ(namesakes.on_pong(holder, 6), std::nullopt);
  EXPECT_EQ(namesakes.on_pong(holder, 5), first);
  EXPECT_EQ(namesakes.on_pong(holder, 5), std::nullopt) << "it does not wait any more";
}

TEST(Namesakes, WaitIsBounded) {
  Namesakes namesakes;
  EXPECT_EQ(namesakes.next_deadline(), Instant::max());
  namesakes.wait(first, holder, 5, Instant(3s));
  namesakes.wait(second, holder, 6, Instant(2s));
  EXPECT_EQ(namesakes.next_deadline(), Instant(2s));
  EXPECT_THAT(namesakes.late(Instant(2s)), ElementsAre(second));
  EXPECT_TRUE(namesakes.forget(second));
  EXPECT_FALSE(namesakes.forget(second));
  EXPECT_EQ(namesakes.next_deadline(), Instant(3s));
}

TEST(Namesakes, KnowsWhoWaitsForWhom) {
  Namesakes namesakes;
  namesakes.wait(second, holder, 5, Instant(3s));
  namesakes.wait(first, other, 6, Instant(3s));
  EXPECT_THAT(namesakes.waiting_for(holder), ElementsAre(second));
  EXPECT_THAT(namesakes.waiting_for(other), ElementsAre(first));
}

}  // namespace
}  // namespace noex

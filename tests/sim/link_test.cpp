#include "noex/sim/world/link.h"

#include <gtest/gtest.h>

namespace noex::sim {
namespace {

class LinksTest : public ::testing::Test {
 protected:
  LinksTest() {
    for (int i = 0; i < 3; ++i) links.add_machine();
  }
  Links links;
};

TEST_F(LinksTest, AProfileIsOfOneWayUntilAllAreSet) {
  links.set_profile(0, 1, {.latency = 7ms});
  EXPECT_EQ(links.profile(0, 1).latency, 7ms);
  EXPECT_EQ(links.profile(1, 0), LinkProfile());
  links.set_all({.latency = 9ms});
  EXPECT_EQ(links.profile(0, 1).latency, 9ms);
  EXPECT_LT(links.profile(1, 1).latency, 1ms) << "a machine talks to itself as fast as before";
}

TEST_F(LinksTest, TheSlowerLimitCounts) {
  EXPECT_EQ(links.bytes_per_second(0, 1), 0U);
  links.set_limit(0, 1, 500);
  EXPECT_EQ(links.bytes_per_second(0, 1), 500U);
  links.set_all({.bytes_per_second = 100});
  EXPECT_EQ(links.bytes_per_second(0, 1), 100U);
  links.set_limit(0, 1, 50);
  EXPECT_EQ(links.bytes_per_second(0, 1), 50U);
  EXPECT_EQ(links.bytes_per_second(1, 0), 100U);
}

TEST_F(LinksTest, ACutOfBothWaysIsAPartitionOrABridge) {
  links.cut(0, 1, false);
  EXPECT_TRUE(links.is_cut(0, 1));
  EXPECT_FALSE(links.is_cut(1, 0));
  EXPECT_EQ(links.kind_of_cut(0, 1), FaultKind::one_way);
  links.cut(1, 0, false);
  EXPECT_EQ(links.kind_of_cut(0, 1), FaultKind::partition);
  links.cut(0, 1, true);
  EXPECT_EQ(links.kind_of_cut(0, 1), FaultKind::bridge);
  links.heal(0, 1);
  links.heal(2, 0);
  EXPECT_FALSE(links.is_cut(0, 1));
  EXPECT_EQ(links.kind_of_cut(1, 0), FaultKind::one_way);
}

}  // namespace
}  // namespace noex::sim

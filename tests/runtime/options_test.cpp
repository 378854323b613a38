#include "noex/runtime/core/options.h"

#include <gtest/gtest.h>

namespace noex {
namespace {

// What the checkers hold every run against (M1, M5): numbers that documents name.
TEST(Options, BoundsOfDetectionAndConvergence) {
  EXPECT_EQ(detection_bound(Options()), 10700ms);
  EXPECT_EQ(convergence_bound(Options()), 26700ms);
}

TEST(Options, EachTimeOfDetectionCountsInItsBound) {
  const auto grows = [](Duration Options::* time) {
    Options slower;
    slower.*time += 1s;
    return detection_bound(slower) > detection_bound(Options());
  };
  EXPECT_TRUE(grows(&Options::suspicion_after));
  EXPECT_TRUE(grows(&Options::suspicion_timeout));
  EXPECT_TRUE(grows(&Options::heartbeat_interval));
  EXPECT_TRUE(grows(&Options::dial_timeout));
  EXPECT_TRUE(grows(&Options::gossip_delay));
  EXPECT_FALSE(grows(&Options::redial_max)) << "a redial is for later";
}

}  // namespace
}  // namespace noex

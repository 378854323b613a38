#include "noex/runtime/cluster/own_boot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/cluster_parts.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class OwnBootTest : public testing::Test, protected ClusterParts {};

TEST_F(OwnBootTest, HigherOneIsHeardAndMembershipConcludes) {
  EXPECT_FALSE(own_boot.hear(self.boot, ann.id));
  EXPECT_FALSE(wants(BootTooLow{self.boot + 1}));
  EXPECT_TRUE(own_boot.hear(self.boot + 4, ann.id));
  EXPECT_TRUE(wants(BootTooLow{self.boot + 5}));
  EXPECT_TRUE(own_boot.may_restart_with(self.boot + 5));
  EXPECT_THAT(log.warnings.back(), testing::StartsWith("ann@10.0.0.2:1 knows of a boot"));
}

TEST_F(OwnBootTest, WhatIsFarAheadOfTheClockIsNotBelieved) {
  const Boot most = own_boot.believed_max();
  EXPECT_EQ(most, static_cast<Boot>(loop.wall + config.options.clock_ahead_max.count()));
  EXPECT_TRUE(own_boot.hear(most, ann.id));
  EXPECT_FALSE(own_boot.hear(most + 1, ann.id));
  EXPECT_FALSE(own_boot.hear(most + 2, ann.id));
  EXPECT_THAT(log.warnings, SizeIs(1));
}

TEST_F(OwnBootTest, WhoHasRestartedTooOftenWaits) {
  config.restart_from = loop.now() + 1s;
  EXPECT_FALSE(own_boot.hear(self.boot + 1, ann.id));
  EXPECT_FALSE(own_boot.hear(self.boot + 1, bob.id));
  EXPECT_THAT(log.warnings, SizeIs(1)) << "people are told once";
  loop.pass(1s);
  EXPECT_TRUE(own_boot.hear(self.boot + 1, ann.id));
}

TEST_F(OwnBootTest, TellerIsWhoWasListenedToLast) {
  own_boot.listen_to(bob.id);
  EXPECT_TRUE(own_boot.may_restart_with(self.boot + 1));
  EXPECT_THAT(log.warnings.back(), testing::StartsWith("bob@10.0.0.3:1 knows"));
}

}  // namespace
}  // namespace noex

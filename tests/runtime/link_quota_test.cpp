#include "noex/runtime/core/link_quota.h"

#include <gtest/gtest.h>

namespace noex {
namespace {

constexpr LinkSerial link0;  // this node itself
constexpr LinkSerial link1{1};
constexpr LinkSerial link2{2};

TEST(LinkQuota, EachLinkHasItsOwn) {
  LinkQuota quota(2);
  EXPECT_TRUE(quota.take(link1) && quota.take(link1));
  EXPECT_FALSE(quota.take(link1));
  EXPECT_TRUE(quota.take(link2));
  quota.give_back(link1);
  EXPECT_TRUE(quota.take(link1));
  EXPECT_FALSE(quota.take(link1));
}

TEST(LinkQuota, ThisNodeItselfHasNoBound) {
  LinkQuota quota(0);
  EXPECT_TRUE(quota.take(link0) && quota.take(link0));
  EXPECT_FALSE(quota.take(link1));
  quota.give_back(link0);
  EXPECT_FALSE(quota.uses(link0));
}

TEST(LinkQuota, LinkIsForgottenWithItsLast) {
  LinkQuota quota(2);
  EXPECT_FALSE(quota.uses(link1));
  EXPECT_TRUE(quota.take(link1) && quota.take(link1));
  quota.give_back(link1);
  EXPECT_TRUE(quota.uses(link1));
  quota.give_back(link1);
  EXPECT_FALSE(quota.uses(link1));
}

TEST(LinkQuota, MoreThanWasTakenCannotBeGivenBack) {
  LinkQuota quota(2);
  EXPECT_TRUE(quota.take(link1));
  quota.give_back(link1);
  EXPECT_DEATH(quota.give_back(link1), "");
}

}  // namespace
}  // namespace noex

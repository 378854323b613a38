#include "noex/runtime/core/link_quota.h"

#include <gtest/gtest.h>

namespace noex {
namespace {

TEST(LinkQuota, EachLinkHasItsOwn) {
  LinkQuota quota(2);
  EXPECT_TRUE(quota.take(1) && quota.take(1));
  EXPECT_FALSE(quota.take(1));
  EXPECT_TRUE(quota.take(2));
  quota.give_back(1);
  EXPECT_TRUE(quota.take(1));
  EXPECT_FALSE(quota.take(1));
}

TEST(LinkQuota, ThisNodeItselfHasNoBound) {
  LinkQuota quota(0);
  EXPECT_TRUE(quota.take(0) && quota.take(0));
  EXPECT_FALSE(quota.take(1));
  quota.give_back(0);
  EXPECT_FALSE(quota.uses(0));
}

TEST(LinkQuota, LinkIsForgottenWithItsLast) {
  LinkQuota quota(2);
  EXPECT_FALSE(quota.uses(1));
  EXPECT_TRUE(quota.take(1) && quota.take(1));
  quota.give_back(1);
  EXPECT_TRUE(quota.uses(1));
  quota.give_back(1);
  EXPECT_FALSE(quota.uses(1));
}

TEST(LinkQuota, MoreThanWasTakenCannotBeGivenBack) {
  LinkQuota quota(2);
  EXPECT_TRUE(quota.take(1));
  quota.give_back(1);
  EXPECT_DEATH(quota.give_back(1), "");
}

}  // namespace
}  // namespace noex

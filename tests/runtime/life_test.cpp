#include "noex/runtime/cluster/life.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/cluster_parts.h"

namespace noex {
namespace {

TEST(Life, OnlyWhoLeavesDrains) {
  EXPECT_FALSE(Life{}.quiet());
  EXPECT_TRUE(Life{.leaving = true}.quiet());
  EXPECT_TRUE(Life{.leaving = true}.drains());
  EXPECT_TRUE(Life{.halted = true}.quiet());
  EXPECT_FALSE((Life{.leaving = true, .halted = true}.drains()));
}

}  // namespace
}  // namespace noex

#include "noex/runtime/core/index.h"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Index, HoldsTheItemsOfEachKeyInTheirOrder) {
  Index<std::string, int> index;
  EXPECT_TRUE(index.add("a", 2));
  EXPECT_TRUE(index.add("a", 1));
  EXPECT_TRUE(index.add("b", 1));
  EXPECT_FALSE(index.add("a", 1));
  EXPECT_THAT(index.of(std::string_view("a")), ElementsAre(1, 2));
  EXPECT_THAT(index.of(std::string_view("c")), IsEmpty());
  EXPECT_TRUE(index.contains(std::string_view("b"), 1));
  EXPECT_FALSE(index.contains(std::string_view("b"), 2));
  EXPECT_EQ(index.size(), 3U);
}

TEST(Index, HasAKeyWhileAnythingHangsOnIt) {
  Index<std::string, int> index;
  index.add("a", 1);
  index.add("a", 2);
  EXPECT_FALSE(index.remove("b", 1));
  EXPECT_FALSE(index.remove("a", 3));
  EXPECT_TRUE(index.remove("a", 1));
  EXPECT_TRUE(index.has("a"));
  EXPECT_TRUE(index.remove("a", 2));
  EXPECT_FALSE(index.has("a"));
  EXPECT_THAT(index.groups(), IsEmpty());
  EXPECT_EQ(index.size(), 0U);
}

TEST(Index, IsToldWhetherAnItemIsThere) {
  Index<std::string, int> index;
  index.set("a", 1, true);
  index.set("a", 1, true);
  EXPECT_EQ(index.size(), 1U);
  index.set("a", 1, false);
  index.set("a", 1, false);
  EXPECT_EQ(index.size(), 0U);
}

}  // namespace
}  // namespace noex

#include "noex/runtime/core/ids.h"

#include <type_traits>

#include <gtest/gtest.h>

namespace noex {
namespace {

using OtherSerial = Serial<class Other>;

TEST(Serial, CountsFromNobodysOn) {
  LinkSerial last;
  EXPECT_FALSE(last);
  const LinkSerial first = ++last;
  EXPECT_TRUE(first);
  EXPECT_EQ(first.value(), 1U);
  EXPECT_EQ(first, last);
  EXPECT_LT(first, ++last);
}

TEST(Serial, OfDifferentKindsDoNotMix) {
  EXPECT_FALSE((std::is_constructible_v<LinkSerial, OtherSerial>));
  EXPECT_FALSE((std::is_convertible_v<LinkSerial, std::uint64_t>));
  EXPECT_FALSE((std::is_convertible_v<std::uint64_t, LinkSerial>));
}

TEST(Incarnation, IsOneBootOfOneNode) {
  const NodeId a("a", "h", 1);
  const NodeId b("b", "h", 1);
  EXPECT_NE((Incarnation{a, 1}), (Incarnation{a, 2}));
  EXPECT_LT((Incarnation{a, 2}), (Incarnation{b, 1}));
}

}  // namespace
}  // namespace noex

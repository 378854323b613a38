#include "noex/runtime/membership/member.h"

#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace noex {
namespace {

TEST(DownReason, EachThatMayBeSentHasAWordOfItsOwn) {
  std::set<std::string_view> words;
  int known = 0;
  for (int value = 0; value < 256; ++value) {
    const auto reason = static_cast<DownReason>(value);
    if (!is_known(reason)) continue;
    ++known;
    EXPECT_NE(describe(reason), "unknown") << value;
    words.insert(describe(reason));
  }
  EXPECT_EQ(known, 5);
  EXPECT_EQ(words.size(), 5U);
  EXPECT_EQ(describe(static_cast<DownReason>(0)), "unknown");
}

// Numbers that other versions send (docs/WIRE.md).
TEST(DownReason, NumbersStay) {
  EXPECT_EQ(describe(static_cast<DownReason>(1)), "connection_closed");
  EXPECT_EQ(describe(static_cast<DownReason>(2)), "connection_refused");
  EXPECT_EQ(describe(static_cast<DownReason>(3)), "heartbeat_timeout");
  EXPECT_EQ(describe(static_cast<DownReason>(4)), "graceful_shutdown");
  EXPECT_EQ(describe(static_cast<DownReason>(5)), "restarted");
}

}  // namespace
}  // namespace noex

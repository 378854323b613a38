#include "noex/sim/world/send_buffer.h"

#include <string>

#include <gtest/gtest.h>

namespace noex::sim {
namespace {

TEST(SendBuffer, TakesWhatFitsAndGivesRoomBack) {
  SendBuffer buffer;
  EXPECT_EQ(buffer.fitting("abcdef", 4), "abcd");
  buffer.leave(4);
  EXPECT_EQ(buffer.fitting("ef", 4), "");
  buffer.credit(1);
  EXPECT_EQ(buffer.fitting("ef", 4), "e");
}

TEST(SendBuffer, HoldsTheRestInOrderUntilItHasLeft) {
  SendBuffer buffer;
  EXPECT_FALSE(buffer.waits());
  buffer.hold("abcdef");
  buffer.drop(2);
  EXPECT_EQ(buffer.held(), "cdef");
  buffer.drop(2);  // now more than half of it has left, and its place is used again
  buffer.hold("gh");
  EXPECT_EQ(buffer.held(), "efgh");
  EXPECT_EQ(buffer.unsent(), 4U);
  buffer.drop(4);
  EXPECT_FALSE(buffer.waits());
  EXPECT_EQ(buffer.unsent(), 0U);
}

TEST(SendBuffer, AClearedOneKeepsItsAccountOfWhatIsOnItsWay) {
  SendBuffer buffer;
  buffer.leave(3);
  buffer.hold("abc");
  buffer.drop(1);
  buffer.clear();
  EXPECT_EQ(buffer.unsent(), 0U);
  EXPECT_EQ(buffer.fitting("xyz", 4), "x");
}

}  // namespace
}  // namespace noex::sim

#include "runtime/control.h"

#include <gtest/gtest.h>

namespace noex {
namespace {

bool is_accepted(const ControlMessage& message) {
  const auto decoded = decode_control(encode_control(message));
  return decoded && *decoded == message;
}

TEST(Control, EveryMessageSurvivesTheWire) {
  const NodeId id("node1", "127.0.0.1", 4369);
  EXPECT_TRUE(is_accepted(Heartbeat{7, 8, clock_wall_max, 0xffffffff}));
  EXPECT_TRUE(is_accepted(Table{{{id, 5, true}}}));
  EXPECT_TRUE(is_accepted(Ping{1}));
  EXPECT_TRUE(is_accepted(Pong{1}));
  EXPECT_TRUE(is_accepted(Leave{}));
  EXPECT_TRUE(is_accepted(LeaveAck{}));
}

TEST(Control, RefusesAClockThatCouldOnlyOverflow) {
  EXPECT_FALSE(is_accepted(Heartbeat{7, 8, clock_wall_max + 1, 0}));
  EXPECT_FALSE(is_accepted(Heartbeat{7, 8, -1, 0}));
}

TEST(Control, RefusesImpossibleBootsAndUnknownKinds) {
  const NodeId id("node1", "127.0.0.1", 4369);
  EXPECT_FALSE(is_accepted(Table{{{id, 0, false}}}));
  EXPECT_FALSE(is_accepted(Table{{{id, boot_max + 1, false}}}));
  EXPECT_FALSE(decode_control(""));
  EXPECT_FALSE(decode_control("\x7f"));
}

}  // namespace
}  // namespace noex

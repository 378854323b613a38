#include "noex/sim/story/story_words.h"

#include <gtest/gtest.h>

#include "noex/runtime/membership/control.h"

namespace noex::sim {
namespace {

Words say(const ControlMessage& message) {
  return StoryWords({}).describe(Lane::control, encode_control(message), 0, 1);
}

TEST(StoryWords, SayWhatAControlMessageMeans) {
  EXPECT_EQ(say(Ping{7}).text, "ping 7: are you there?");
  EXPECT_EQ(say(Ping{7}).group, MessageGroup::ping);
  EXPECT_EQ(say(Heartbeat{}).text, "heartbeat");
  EXPECT_EQ(say(Heartbeat{}).group, MessageGroup::heartbeat);
  Table table;
  table.entries = {TableEntry{NodeId("node1", "10.0.0.1", 4369), 1, 1, MemberStatus::left, {}}};
  EXPECT_EQ(say(table).text, "knows of node1 (left)");
  EXPECT_EQ(say(ReleaseAck{true}).text, "release: nor do I");
}

TEST(StoryWords, SayOfOneWithoutWordsOfItsOwnWhatItsSendPointDoes) {
  EXPECT_EQ(say(Leave{}).text, "leave: good-bye");
  EXPECT_EQ(say(Leave{}).group, MessageGroup::leave);
  EXPECT_EQ(say(Release{}).text, "release: I need this link no more");
}

TEST(StoryWords, HaveWordsForWhateverComes) {
  StoryWords words({});
  EXPECT_EQ(words.describe(Lane::data, "", 0, 1).text, "");
  EXPECT_EQ(words.describe(Lane::data, "\xee", 0, 1).group, MessageGroup::other);
  EXPECT_EQ(words.describe(Lane::control, "\x10", 0, 1).text, "control message") << "cut short";
  EXPECT_EQ(words.describe(Lane::control, "\x01", 0, 1).group, MessageGroup::handshake);
}

}  // namespace
}  // namespace noex::sim

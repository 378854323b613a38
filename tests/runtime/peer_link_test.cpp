#include "noex/runtime/cluster/peer_link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/cluster_parts.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class PeerLinkTest : public testing::Test, protected ClusterParts {
 protected:
  PeerLink link_{ann, LinkSerial(3), config.options, loop.now()};
};

TEST_F(PeerLinkTest, KeepsTheOrderBehindWhatTheOwnerBeginsWith) {
  link_.send_signal("1");
  ASSERT_TRUE(link_.send("2").has_value());
  Wire& wire = wires.emplace_back();
  Session& session = linked(wire, ann);
  ASSERT_TRUE(link_.attach(session));
  link_.send_first("0");
  loop.end_turn();
  EXPECT_THAT(wire.data, IsEmpty()) << "the owner was not told yet";
  ASSERT_TRUE(link_.set_told());
  loop.end_turn();
  ASSERT_THAT(wire.data, SizeIs(3));
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(wire.data[static_cast<std::size_t>(i)], testing::EndsWith(std::to_string(i)));
  }
  EXPECT_TRUE(link_.empty());
  session.set_link(nullptr);
}

TEST_F(PeerLinkTest, RefusesWhatIsEmptyOrTooLarge) {
  EXPECT_EQ(link_.send("").error().code, ErrorCode::invalid_argument);
  const Bytes large(config.options.message_bytes_max + 1, 'x');
  EXPECT_EQ(link_.send(large).error().code, ErrorCode::too_large);
  EXPECT_EQ(link_.refusals(), 0U);
}

TEST_F(PeerLinkTest, SignalsMayTakeMoreRoomThanMessagesButNotAny) {
  const Bytes message(1'000'000, 'x');
  while (link_.send(message).has_value()) {
  }
  EXPECT_EQ(link_.refusals(), 1U);
  const std::size_t before = link_.queued_bytes();
  link_.send_signal("signal");
  EXPECT_EQ(link_.queued_bytes(), before + 6);
  while (link_.queued_bytes() <= config.options.queue_bytes_cutoff) link_.send_signal(message);
  link_.send_signal("one more");
  Wire& wire = wires.emplace_back();
  Session& session = linked(wire, ann);
  EXPECT_FALSE(link_.attach(session)) << "something was lost";
  session.set_link(nullptr);
}

TEST_F(PeerLinkTest, HeldLinkKeepsWhatIsSentUntilItResumes) {
  Wire& wire = wires.emplace_back();
  Session& session = linked(wire, ann);
  ASSERT_TRUE(link_.attach(session));
  ASSERT_TRUE(link_.set_told());
  link_.hold();
  link_.send_signal("late");
  loop.end_turn();
  EXPECT_THAT(wire.data, IsEmpty());
  EXPECT_FALSE(link_.empty());
  ASSERT_TRUE(link_.resume());
  loop.end_turn();
  EXPECT_THAT(wire.data, SizeIs(1));
  session.set_link(nullptr);
}

TEST_F(PeerLinkTest, SaysOnceThatSomethingWasSent) {
  EXPECT_FALSE(link_.take_sent());
  link_.send_signal("x");
  EXPECT_TRUE(link_.take_sent());
  EXPECT_FALSE(link_.take_sent());
}

}  // namespace
}  // namespace noex

#include "noex/runtime/cluster/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/cluster_parts.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class SessionTest : public testing::Test, protected ClusterParts {};

TEST_F(SessionTest, IsNamedAsFarAsItHasSaidWhoItIs) {
  Wire& wire = wires.emplace_back();
  Session& session = add(wire, Handshake::acceptor());
  EXPECT_TRUE(session.claimed().id.empty());
  EXPECT_EQ(session.name(), "10.0.0.9 (it has not said who it is)");
  Wire& second = wires.emplace_back();
  EXPECT_EQ(greeted(second, ann).claimed(), ann);
  EXPECT_EQ(greeted(second, ann).name(), "ann@10.0.0.2:1");
  Hello hello;
  hello.to = bob.id;
  Wire& own = wires.emplace_back();
  EXPECT_EQ(add(own, Handshake::dialer(hello)).claimed(), (Incarnation{bob.id, 0}));
  Wire& nowhere = wires.emplace_back();
  nowhere.host.clear();
  EXPECT_EQ(add(nowhere, Handshake::acceptor()).name(), "somebody who has not said who it is");
}

TEST_F(SessionTest, HasAnotherHandlerOnceItIsEstablished) {
  Wire& wire = wires.emplace_back();
  Session& session = linked(wire, ann);
  EXPECT_TRUE(session.established());
  EXPECT_EQ(session.peer(), ann);
  wire.say("x");
  EXPECT_THAT(notes, ElementsAre("control"));
  wire.handler->on_closed(CloseReason::peer);
  EXPECT_THAT(notes.back(), testing::StartsWith("session ended"));
}

TEST_F(SessionTest, HandshakeThatIsMalformedIsItsEnd) {
  Wire& wire = wires.emplace_back();
  Session& session = add(wire, Handshake::acceptor());
  wire.say("nonsense");
  EXPECT_THAT(notes, ElementsAre(testing::StartsWith("handshake ended")));
  EXPECT_TRUE(wire.aborted);
  EXPECT_FALSE(session.open());
}

TEST_F(SessionTest, WarnsOnce) {
  Wire& wire = wires.emplace_back();
  Session& session = add(wire, Handshake::acceptor());
  EXPECT_TRUE(session.warn_once());
  EXPECT_FALSE(session.warn_once());
}

TEST_F(SessionTest, OverPlainConnectionsAnybodyMayBeAnybody) {
  Wire& wire = wires.emplace_back();
  Session& session = greeted(wire, ann);
  EXPECT_TRUE(session.may_be(bob.id));
  EXPECT_TRUE(session.is_bound());
}

}  // namespace
}  // namespace noex

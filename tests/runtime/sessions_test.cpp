#include "noex/runtime/cluster/sessions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/cluster_parts.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class SessionsTest : public testing::Test, protected ClusterParts {};

TEST_F(SessionsTest, HandshakesAreLateInTheOrderOfTheirDeadlines) {
  Wire& a = wires.emplace_back();
  Wire& b = wires.emplace_back();
  EXPECT_EQ(sessions.next_deadline(), Instant::max());
  const Session& slow = add(a, Handshake::acceptor(), 5s);
  const Session& fast = add(b, Handshake::acceptor(), 2s);
  EXPECT_EQ(sessions.next_deadline(), Instant(2s));
  EXPECT_THAT(sessions.late(Instant(5s)), ElementsAre(fast.serial(), slow.serial()));
  sessions.end_handshake(fast);
  EXPECT_THAT(sessions.late(Instant(5s)), ElementsAre(slow.serial()));
}

TEST_F(SessionsTest, BuriedIsNotFoundAndDestroyedLater) {
  Wire& wire = wires.emplace_back();
  Session& session = add(wire, Handshake::acceptor());
  const SessionSerial serial = session.serial();
  EXPECT_EQ(sessions.find(serial), &session);
  EXPECT_THAT(sessions.pending(), ElementsAre(&session));
  sessions.bury(session);
  EXPECT_EQ(sessions.find(serial), nullptr);
  EXPECT_THAT(sessions.pending(), IsEmpty());
  EXPECT_EQ(sessions.next_deadline(), Instant::max());
  EXPECT_TRUE(wire.aborted);
  EXPECT_EQ(session.serial(), serial) << "it may have called";
  loop.end_turn();
}

TEST_F(SessionsTest, OfTooManyTheCrowdsOldestSilentOneGoesFirst) {
  EXPECT_EQ(sessions.most_dispensable_stranger(), nullptr);
  Wire& lone = wires.emplace_back();
  lone.host = "10.0.0.1";
  add(lone, Handshake::acceptor(), 1s);
  Wire& talker = wires.emplace_back();
  greeted(talker, ann);
  Wire& silent = wires.emplace_back();
  const Session& first = add(silent, Handshake::acceptor());
  Wire& later = wires.emplace_back();
  add(later, Handshake::acceptor(), 6s);
  Wire& own = wires.emplace_back();
  add(own, Handshake::dialer(Hello{}));
  EXPECT_EQ(sessions.strangers(), 4U) << "our own dials are none";
  EXPECT_EQ(sessions.most_dispensable_stranger(), &first);
}

TEST_F(SessionsTest, PromisedIsWhoWasAcceptedAndHasNotConfirmed) {
  Wire& wire = wires.emplace_back();
  EXPECT_EQ(sessions.promised_to(ann.id), nullptr);
  Session& session = greeted(wire, ann);
  EXPECT_EQ(sessions.promised_to(ann.id), &session);
  EXPECT_EQ(sessions.promised_to(bob.id), nullptr);
  ASSERT_EQ(theirs.on_payload(wire.control.back()), Handshake::Event::accepted);
  wire.say(theirs.confirm());
  EXPECT_EQ(sessions.promised_to(ann.id), nullptr);
  EXPECT_THAT(sessions.pending(), IsEmpty());
}

}  // namespace
}  // namespace noex

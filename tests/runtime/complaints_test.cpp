#include "noex/runtime/cluster/complaints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/cluster_parts.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ComplaintsTest : public testing::Test, protected ClusterParts {};

TEST_F(ComplaintsTest, SaysTheSameOfANodeOnce) {
  complaints.warn(ann.id, "a");
  complaints.warn(ann.id, "a");
  complaints.warn(bob.id, "a");
  complaints.warn(ann.id, "b");
  complaints.warn(ann.id, "a");
  EXPECT_THAT(log.warnings, ElementsAre("a", "a", "b", "a"));
}

TEST_F(ComplaintsTest, SaysItAgainAfterALink) {
  complaints.warn(ann.id, "a");
  complaints.linked(ann.id);
  complaints.warn(ann.id, "a");
  EXPECT_THAT(log.warnings, SizeIs(2));
}

TEST_F(ComplaintsTest, RemembersNoMoreNodesThanThereMayBe) {
  config.options.members_max = 1;
  for (const auto& node : {ann, bob, zoe, ann}) complaints.warn(node.id, "a");
  EXPECT_THAT(log.warnings, SizeIs(4)) << "ann was forgotten";
}

TEST_F(ComplaintsTest, StrangerIsBlamedEachTime) {
  complaints.stranger(ann.id, bob.id);
  complaints.stranger(ann.id, bob.id);
  EXPECT_THAT(handler.blames, SizeIs(2));
  EXPECT_EQ(handler.blames[0].found, bob.id);
  EXPECT_THAT(log.warnings,
              ElementsAre("expected ann@10.0.0.2:1 and found bob@10.0.0.3:1 at that address"));
}

TEST_F(ComplaintsTest, OnlyASeedThatWasNeverLinkedIsUnreachable) {
  complaints.dial_failed(bob.id, DialFailure::refused, ErrorCode::connection_refused);
  complaints.dial_failed(ann.id, DialFailure::unfinished, ErrorCode::timeout);
  complaints.dial_failed(ann.id, DialFailure::simultaneous, ErrorCode::timeout);
  EXPECT_THAT(handler.take(), IsEmpty());
  complaints.dial_failed(ann.id, DialFailure::refused, ErrorCode::connection_refused);
  complaints.dial_failed(ann.id, DialFailure::silent, ErrorCode::timeout);
  EXPECT_THAT(handler.take(), ElementsAre("unreachable ann", "unreachable ann"));
  complaints.linked(ann.id);
  complaints.dial_failed(ann.id, DialFailure::silent, ErrorCode::timeout);
  EXPECT_THAT(handler.take(), IsEmpty());
}

TEST_F(ComplaintsTest, OnlyThePeersFaultIsBlamed) {
  Wire& wire = wires.emplace_back();
  Session& session = greeted(wire, bob);
  complaints.connection_ended(session, ChannelEnd::closed, "over");
  EXPECT_THAT(handler.blames, IsEmpty());
  EXPECT_THAT(log.warnings, IsEmpty());
  complaints.connection_ended(session, ChannelEnd::cutoff, "slow");
  complaints.connection_ended(session, ChannelEnd::malformed, "bad");
  ASSERT_THAT(handler.blames, SizeIs(2));
  EXPECT_EQ(handler.blames[0].what, Blame::What::cutoff);
  EXPECT_EQ(handler.blames[1].what, Blame::What::malformed);
  EXPECT_EQ(handler.blames[1].boot, bob.boot);
  EXPECT_EQ(log.warnings.back(), "closed the connection to bob@10.0.0.3:1: bad");
}

}  // namespace
}  // namespace noex

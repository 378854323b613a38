#include "noex/runtime/cluster/link_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/cluster_parts.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class LinkTableTest : public testing::Test, protected ClusterParts {};

TEST_F(LinkTableTest, FindHasNoEffectAndOpenMakesALink) {
  EXPECT_EQ(links.find(ann.id), nullptr);
  EXPECT_TRUE(links.is_empty());
  PeerLink& link = links.open(ann);
  EXPECT_TRUE(links.is_opening(ann.id));
  EXPECT_EQ(links.find(ann.id), &link);
  EXPECT_EQ(links.find(ann.id, ann.boot), &link);
  EXPECT_EQ(links.find(ann.id, ann.boot + 1), nullptr);
  EXPECT_NE(links.open(bob).serial(), link.serial());
  events.deliver();
  EXPECT_THAT(handler.take(), ElementsAre("link_up ann", "link_up bob"));
}

TEST_F(LinkTableTest, NextSessionServesTheLinkThatOpens) {
  PeerLink& link = links.open(ann);
  Wire& wire = wires.emplace_back();
  Session& session = linked(wire, ann);
  ASSERT_TRUE(links.stand(session));
  EXPECT_EQ(session.link(), &link);
  EXPECT_FALSE(links.is_opening(ann.id));
  EXPECT_EQ(links.next_deadline(), Instant::max());
  events.deliver();
  EXPECT_THAT(handler.take(), ElementsAre("link_up ann")) << "told once";
}

TEST_F(LinkTableTest, SessionOfAnotherBootGetsALinkOfItsOwn) {
  links.open(ann);
  Wire& wire = wires.emplace_back();
  Session& session = linked(wire, {ann.id, ann.boot + 1});
  ASSERT_TRUE(links.stand(session));
  EXPECT_EQ(session.link()->peer().boot, ann.boot + 1);
  events.deliver();
  EXPECT_THAT(handler.take(), ElementsAre("link_up ann", "link_down ann", "link_up ann"));
}

TEST_F(LinkTableTest, LinkThatDoesNotStandInTimeIsLate) {
  links.open(ann);
  loop.pass(1s);
  links.open(bob);
  const Instant first = links.next_deadline();
  EXPECT_EQ(first, Instant{} + 2 * config.options.dial_timeout);
  EXPECT_THAT(links.late(first), ElementsAre(ann.id));
  EXPECT_TRUE(links.drop_opening(ann.id));
  EXPECT_FALSE(links.drop_opening(ann.id));
  EXPECT_EQ(links.find(ann.id), nullptr);
  events.deliver();
  EXPECT_THAT(handler.take(), ElementsAre("link_up ann", "link_up bob", "link_down ann"));
}

TEST_F(LinkTableTest, RemovedWithItsSession) {
  Wire& wire = wires.emplace_back();
  Session& session = linked(wire, ann);
  ASSERT_TRUE(links.stand(session));
  EXPECT_EQ(links.session_to(ann.id), &session);
  EXPECT_THAT(links.sessions(), ElementsAre(&session));
  links.remove(session);
  EXPECT_EQ(session.link(), nullptr);
  EXPECT_EQ(links.session_to(ann.id), nullptr);
  EXPECT_TRUE(links.is_empty());
  events.deliver();
  EXPECT_THAT(handler.take(), ElementsAre("link_up ann", "link_down ann"));
}

TEST_F(LinkTableTest, ReopenedLinkIsTheSameAndIsToldAnew) {
  Wire& wire = wires.emplace_back();
  Session& session = linked(wire, ann);
  ASSERT_TRUE(links.stand(session));
  PeerLink& link = *session.link();
  links.reopen(link);
  EXPECT_EQ(links.find(ann.id), &link);
  EXPECT_TRUE(links.is_opening(ann.id));
  EXPECT_EQ(links.session_to(ann.id), nullptr);
  events.deliver();
  EXPECT_THAT(handler.take(), ElementsAre("link_up ann", "reopened ann"));
}

TEST_F(LinkTableTest, CountsWhatWasRefusedAlsoOnceTheLinkIsGone) {
  PeerLink& link = links.open(ann);
  const Bytes message(config.options.message_bytes_max, 'x');
  while (link.send(message).has_value()) {
  }
  EXPECT_EQ(links.refusals(), 1U);
  links.drop_opening(ann.id);
  EXPECT_EQ(links.refusals(), 1U);
}

}  // namespace
}  // namespace noex

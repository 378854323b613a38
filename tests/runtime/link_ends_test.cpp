#include "noex/runtime/cluster/link_ends.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/cluster_parts.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class LinkEndsTest : public testing::Test, protected ClusterParts, private DialOwner {
 protected:
  // Linked, and known to membership and the owner.
  Session& standing(const Incarnation& peer) {
    Session& session = linked(wires.emplace_back(), peer);
    EXPECT_TRUE(membership.on_linked(peer, loop.now()));
    EXPECT_TRUE(links.stand(session));
    events.deliver();
    handler.take();
    membership.take_actions();
    return session;
  }
  std::vector<std::string> told() {
    events.deliver();
    return handler.take();
  }
  bool is_linked_for_membership(const Incarnation& peer) { return membership.welcome(peer).linked; }

  bool may_link(const NodeId&) const override { return true; }
  void on_dial_failed(const NodeId&, DialFailure, ErrorCode, bool) override {}
  void arm() override { ++armed; }

  int ended_ = 0;
  Dialler dialler_{*this, loop,   network,  log,        self,    config.options,
                   rules, clocks, own_boot, complaints, sessions};
  Acceptor acceptor_{loop,       log,        self,  config.options, rules,   clocks,
                     complaints, membership, links, sessions,       dialler_};
  LinkEnds ends_{*this,      loop,  log,      life,      membership,
                 complaints, links, sessions, acceptor_, [this] { ++ended_; }};
};

TEST_F(LinkEndsTest, LostLinkIsToldToTheOwnerAndToMembership) {
  Session& session = standing(ann);
  ends_.on_lost(session, ChannelEnd::closed, "over");
  EXPECT_FALSE(is_linked_for_membership(ann));
  EXPECT_THAT(told(), ElementsAre("link_down ann"));
  EXPECT_THAT(handler.blames, IsEmpty());
  EXPECT_EQ(ended_, 1);
  EXPECT_EQ(settled, 1);
}

TEST_F(LinkEndsTest, WhoLeavesConcludesNothingFromALostLink) {
  Session& session = standing(ann);
  life.leaving = true;
  ends_.on_lost(session, ChannelEnd::closed, "over");
  EXPECT_TRUE(is_linked_for_membership(ann));
  EXPECT_THAT(told(), ElementsAre("link_down ann"));
}

TEST_F(LinkEndsTest, WhatNoPeerSendsIsBlamed) {
  Session& session = standing(ann);
  ends_.break_off(session, "nonsense");
  EXPECT_TRUE(wires.back().aborted);
  ASSERT_THAT(handler.blames, SizeIs(1));
  EXPECT_EQ(handler.blames[0].what, Blame::What::malformed);
  EXPECT_THAT(told(), ElementsAre("link_down ann"));
}

TEST_F(LinkEndsTest, InOrderItIsClosedElseAborted) {
  Session& session = standing(ann);
  ends_.drop(session, true);
  EXPECT_THAT(told(), ElementsAre("link_down ann"));
  loop.end_turn();
  EXPECT_TRUE(wires[0].closed);
  EXPECT_TRUE(is_linked_for_membership(ann)) << "not a word to membership";
  ends_.drop(standing(bob), false);
  EXPECT_FALSE(wires[1].closed);
  EXPECT_TRUE(wires[1].aborted);
}

TEST_F(LinkEndsTest, ClosesTheLinkToThatBootOnly) {
  standing(ann);
  ends_.run(CloseLink{{ann.id, ann.boot + 1}, false});
  ends_.run(CloseLink{bob, false});
  EXPECT_EQ(ended_, 0);
  ends_.run(CloseLink{ann, true});
  EXPECT_EQ(ended_, 1);
  ASSERT_THAT(handler.blames, SizeIs(1));
  EXPECT_EQ(handler.blames[0].what, Blame::What::silent);
}

TEST_F(LinkEndsTest, GivesUpWhatShouldStandByNow) {
  links.open(ann);
  ends_.give_up_late(loop.now());
  EXPECT_EQ(ended_, 0);
  ends_.give_up_late(links.next_deadline());
  EXPECT_EQ(ended_, 1);
  ends_.give_up(ann.id);
  EXPECT_EQ(ended_, 1);
  EXPECT_THAT(told(), ElementsAre("link_up ann", "link_down ann"));
}

TEST_F(LinkEndsTest, IdleLinkEndsOrOpensAnew) {
  ends_.end_idle(standing(ann));
  EXPECT_FALSE(is_linked_for_membership(ann));
  EXPECT_THAT(told(), ElementsAre("link_down ann"));
  Session& session = standing(bob);
  PeerLink* link = session.link();
  ends_.reopen(session);
  EXPECT_EQ(links.find(bob.id), link);
  EXPECT_THAT(told(), ElementsAre("reopened bob"));
  EXPECT_TRUE(wants(StartDial{bob.id}));
}

}  // namespace
}  // namespace noex

#include "noex/runtime/membership/lifecycle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/membership_parts.h"

namespace noex {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

class LifecycleTest : public testing::Test, protected MembershipParts {
 protected:
  ~LifecycleTest() override {
    table.check_invariants();
    links.check_invariants();
    dials.check_invariants();
  }
  MemberRecord& up(const TableEntry& entry) {
    MemberRecord& record = link(entry);
    presence.on_registry_known(record.incarnation());
    take();
    return record;
  }
  // What the owner hears.
  MembershipActions told() {
    auto actions = take();
    std::erase_if(actions, [](const auto& action) {
      return std::holds_alternative<TellChange>(action) ||
             std::holds_alternative<TellVerdict>(action);
    });
    return actions;
  }
};

TEST_F(LifecycleTest, HigherBootEndsTheEarlierOne) {
  MemberRecord& record = up(alive(ann, 7));
  lifecycle.adopt(record, alive(ann, 8), bob, std::nullopt, now);
  EXPECT_EQ(told(), list(CloseLink{Incarnation{ann, 7}, false},
                         AnnounceDown{Incarnation{ann, 7}, DownReason::restarted}));
  EXPECT_EQ(record.entry.boot, 8U);
  EXPECT_FALSE(record.up || record.was_linked || record.linked || record.tried);
  EXPECT_EQ(dials.next_deadline(), now) << "it is dialled at once";
}

TEST_F(LifecycleTest, EndOfABootHasTheFirstEvidenceAsItsReason) {
  MemberRecord& record = up(alive(ann, 7));
  lifecycle.suspect(record, DownReason::connection_closed, 0, now);
  told();
  lifecycle.adopt(record, alive(ann, 8), bob, std::nullopt, now);
  EXPECT_THAT(
      told(),
      Contains(MembershipAction(AnnounceDown{Incarnation{ann, 7}, DownReason::connection_closed})));
}

TEST_F(LifecycleTest, WhatWasSaidToHaveLeftHasWhenItsBootIsOver) {
  MemberRecord& record = up(alive(ann, 7));
  record.said_left = MemberRecord::SaidLeft{bob, 1, now};
  lifecycle.adopt(record, alive(ann, 8), bob, std::nullopt, now);
  EXPECT_THAT(
      told(),
      Contains(MembershipAction(AnnounceDown{Incarnation{ann, 7}, DownReason::graceful_shutdown})));
  EXPECT_FALSE(record.said_left);
}

TEST_F(LifecycleTest, OwnReasonGoesBeforeThatOfOthers) {
  MemberRecord& record = up(alive(ann, 7));
  links.end(record);
  record.missed = true;
  record.evidence = DownReason::connection_closed;
  lifecycle.adopt(record, dead(ann, 7), bob, std::nullopt, now);
  EXPECT_EQ(record.entry.reason, DownReason::connection_closed);
  EXPECT_EQ(told(), list(AnnounceDown{Incarnation{ann, 7}, DownReason::connection_closed}));
}

TEST_F(LifecycleTest, SuspicionOfALinkedNodeDoesNotRun) {
  MemberRecord& record = link(alive(ann, 7));
  lifecycle.adopt(record, suspect(ann, 7), bob, bob, now);
  EXPECT_FALSE(suspicions.runs(record.index));
  EXPECT_THAT(suspicions.accusers(record.index), ElementsAre(bob));
  MemberRecord& other = add(alive(bob, 5));
  lifecycle.adopt(other, suspect(bob, 5), ann, ann, now);
  EXPECT_TRUE(suspicions.runs(other.index));
  lifecycle.adopt(other, alive(bob, 5, 2), ann, std::nullopt, now);
  EXPECT_FALSE(suspicions.runs(other.index));
  suspicions.drop(record.index);
}

TEST_F(LifecycleTest, SuspectedDeadAndAliveAgain) {
  MemberRecord& record = up(alive(ann, 7));
  links.end(record);
  lifecycle.suspect(record, DownReason::connection_closed, 3, now);
  EXPECT_TRUE(suspicions.runs(record.index) && record.up);
  const auto told_why = take<TellVerdict>();
  ASSERT_EQ(told_why.size(), 1U);
  EXPECT_EQ(told_why[0].verdict.asked, 3U);
  lifecycle.mark_dead(record, DownReason::connection_closed, now);
  EXPECT_FALSE(suspicions.runs(record.index) || record.up);
  EXPECT_EQ(told(), list(AnnounceDown{Incarnation{ann, 7}, DownReason::connection_closed}));
  presence.on_registry_known(record.incarnation());
  lifecycle.adopt(record, alive(ann, 7, 2), bob, std::nullopt, now);
  EXPECT_EQ(told(), list(AnnounceUp{Incarnation{ann, 7}}));
}

TEST_F(LifecycleTest, EachChangeIsSpreadButNotToWhoToldIt) {
  link(alive(bob, 5));
  MemberRecord& record = add(alive(ann, 7));
  dissemination.start(now);
  take();
  lifecycle.adopt(record, suspect(ann, 7), bob, bob, now);
  dissemination.on_time(now + options.gossip_delay);
  EXPECT_THAT(take<SendHeartbeat>(), IsEmpty());
  lifecycle.mark_dead(record, DownReason::heartbeat_timeout, now);
  dissemination.on_time(now + options.gossip_delay);
  EXPECT_EQ(take<SendHeartbeat>().size(), 1U);
}

TEST_F(LifecycleTest, LeavingClosesTheLinkAndStopsTheDial) {
  MemberRecord& record = up(alive(ann, 7));
  lifecycle.leave(record, now);
  EXPECT_EQ(told(), list(CloseLink{Incarnation{ann, 7}, false},
                         AnnounceDown{Incarnation{ann, 7}, DownReason::graceful_shutdown}));
  EXPECT_TRUE(record.is(MemberStatus::left) && record.said_leave && record.tried);
  MemberRecord& other = add(alive(bob, 5));
  dials.begin(other);
  take();
  lifecycle.mark_left(other, 5, 1, ann, now);
  EXPECT_EQ(told(), list(StopDial{bob}));
  EXPECT_FALSE(other.said_leave) << "others said so";
}

TEST_F(LifecycleTest, OwnWordPutsAnyOtherRight) {
  MemberRecord& record = up(alive(ann, 9));
  lifecycle.take_own_word(record, alive(ann, 7), now);
  EXPECT_EQ(record.entry, alive(ann, 7));
  EXPECT_THAT(told(), Contains(MembershipAction(CloseLink{Incarnation{ann, 9}, false})));
  lifecycle.mark_left(record, 7, 4, bob, now);
  lifecycle.take_own_word(record, alive(ann, 7, 4), now);
  EXPECT_TRUE(record.lives());
}

TEST_F(LifecycleTest, ConfirmationIsToldOnce) {
  MemberRecord& record = add(suspect(ann, 7));
  take();
  lifecycle.confirm(record, bob, numbered(1), now);
  lifecycle.confirm(record, bob, numbered(1), now);
  const auto told_why = take<TellVerdict>();
  ASSERT_EQ(told_why.size(), 1U);
  EXPECT_EQ(told_why[0].verdict.by, bob);
  EXPECT_EQ(told_why[0].verdict.accuser, numbered(1));
}

TEST(LifecycleRoom, WhoIsOfNoUseGivesItsPlaceUp) {
  Options options;
  options.members_max = 2;
  MembershipParts parts(options);
  MemberRecord& gone = parts.add(left(ann, 7));
  parts.suspicions.accuse(gone.index, bob);
  parts.add(dead(bob, 5));
  parts.take();
  MemberRecord* added = parts.lifecycle.find_or_add(numbered(1), MemberStatus::left);
  ASSERT_NE(added, nullptr);
  EXPECT_EQ(parts.table.find(ann), nullptr);
  EXPECT_TRUE(parts.suspicions.accusers(added->index).empty()) << "its place is as new";
  EXPECT_EQ(parts.lifecycle.find_or_add(numbered(1), MemberStatus::left), added);
  EXPECT_EQ(parts.lifecycle.find_or_add(numbered(2), MemberStatus::left), nullptr);
  EXPECT_EQ(parts.take(), list(TableFull{numbered(2)}));
  EXPECT_NE(parts.lifecycle.find_or_add(numbered(2), MemberStatus::dead), nullptr);
  EXPECT_EQ(parts.table.find(bob), nullptr);
}

}  // namespace
}  // namespace noex

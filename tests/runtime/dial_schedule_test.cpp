#include "noex/runtime/membership/dial_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/membership_parts.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class DialScheduleTest : public testing::Test, protected MembershipParts {
 protected:
  void SetUp() override { take(); }
  std::vector<NodeId> begun() {
    std::vector<NodeId> ids;
    for (const auto& dial : take<StartDial>()) ids.push_back(dial.id);
    dials.check_invariants();
    return ids;
  }
};

TEST_F(DialScheduleTest, WhoShouldBeLinkedIsDialledAtOnce) {
  add(alive(ann, 7));
  EXPECT_EQ(dials.next_deadline(), now);
  dials.begin_due(now);
  EXPECT_THAT(begun(), ElementsAre(ann));
  dials.begin_due(now);
  EXPECT_THAT(begun(), IsEmpty()) << "it is being dialled";
  EXPECT_EQ(dials.next_deadline(), Instant::max());
}

TEST_F(DialScheduleTest, DueOnesGoByTimeThenById) {
  for (const NodeId& id : {numbered(2), numbered(1), ann}) add(alive(id, 1));
  dials.set(*table.find(numbered(2)), now - 1s);
  dials.begin_due(now);
  EXPECT_THAT(begun(), ElementsAre(numbered(2), ann, numbered(1)));
}

TEST_F(DialScheduleTest, DialsAtOnceAreBounded) {
  options.mesh_max = 1000;
  MembershipParts large(options);
  for (int i = 1; i <= 100; ++i) large.add(alive(numbered(i), 1));
  large.dials.begin_due(now);
  EXPECT_THAT(large.take<StartDial>(), SizeIs(dials_max));
  EXPECT_FALSE(large.dials.has_room());
  EXPECT_EQ(large.dials.next_deadline(), Instant::max());
  large.dials.on_failed(*large.table.find(numbered(1)), DialFailure::silent, now);
  large.dials.begin_due(now);
  EXPECT_THAT(large.take<StartDial>(), SizeIs(1));
}

TEST_F(DialScheduleTest, PausesDoubleUpToTheMaximum) {
  MemberRecord& record = add(alive(ann, 7));
  Duration most = options.redial_min;
  for (int i = 0; i < 30; ++i) {
    dials.begin(record);
    dials.on_failed(record, DialFailure::silent, now);
    EXPECT_LE(record.next_dial - now, most);
    EXPECT_GE(record.next_dial - now, most / 2);
    most = std::min(most * 2, options.redial_max);
  }
  dials.check_invariants();
}

TEST_F(DialScheduleTest, ThePeersOwnDialIsWaitedFor) {
  MemberRecord& record = add(alive(ann, 7));
  dials.begin(record);
  dials.on_failed(record, DialFailure::simultaneous, now);
  EXPECT_EQ(record.next_dial, now + options.dial_timeout);
}

TEST_F(DialScheduleTest, WhoLeftIsNotDialledUnlessItIsASeed) {
  MemberRecord& record = add(left(ann, 7));
  dials.set(record, now);
  EXPECT_EQ(dials.next_deadline(), Instant::max());
  dials.add_seed(record);
  EXPECT_EQ(dials.next_deadline(), now);
}

TEST_F(DialScheduleTest, StoppedDialIsAnActionAndARestartedOneIsTwo) {
  MemberRecord& record = add(alive(ann, 7));
  dials.stop(record);
  EXPECT_THAT(take(), IsEmpty());
  dials.begin(record);
  dials.restart(record);
  EXPECT_EQ(take(), list(StartDial{ann}, StopDial{ann}, StartDial{ann}));
  dials.stop(record);
  EXPECT_EQ(take(), list(StopDial{ann}));
  dials.check_invariants();
}

// In the middle of a message nothing is decided about links.
TEST_F(DialScheduleTest, WhatIsWantedFollowsAtTheEndOfAMessage) {
  dials.begin_message();
  MemberRecord& record = add(alive(ann, 7));
  EXPECT_FALSE(record.wanted);
  dials.end_message(now);
  EXPECT_TRUE(record.wanted);
  EXPECT_EQ(table.untried(), 1U);
  EXPECT_TRUE(add(alive(bob, 5)).wanted) << "outside of one, at once";
}

TEST_F(DialScheduleTest, WhoIsLinkedIsNotDialled) {
  MemberRecord& record = link(alive(ann, 7));
  dials.begin_due(now);
  EXPECT_THAT(begun(), IsEmpty());
  links.end(record);
  dials.set(record, now + 1s);
  EXPECT_EQ(dials.next_deadline(), now + 1s);
}

// In a large cluster those who are gone are tried for ever, one at a time.
TEST_F(DialScheduleTest, TheDeadOfALargeClusterAreTriedInTurn) {
  options.mesh_max = 4;
  MembershipParts large(options);
  for (int i = 1; i <= 3; ++i) large.add(dead(numbered(i), 1));
  for (int i = 4; i <= 6; ++i) large.link(alive(numbered(i), 1));
  large.take();
  std::vector<NodeId> tried;
  for (Instant at = large.now; tried.size() < 6; at += options.dead_redial_interval) {
    large.dials.begin_due(at);
    const auto dials = large.take<StartDial>();
    ASSERT_THAT(dials, SizeIs(1));
    tried.push_back(dials[0].id);
    large.dials.on_failed(*large.table.find(dials[0].id), DialFailure::silent, at);
    EXPECT_EQ(large.dials.next_deadline(), at + options.dead_redial_interval);
    large.dials.begin_due(at + options.dead_redial_interval - 1ns);
    EXPECT_THAT(large.take(), IsEmpty());
    large.dials.check_invariants();
  }
  EXPECT_THAT(tried, ElementsAre(numbered(2), numbered(3), numbered(1), numbered(2), numbered(3),
                                 numbered(1)));
  for (int i = 1; i <= 3; ++i) {
    large.dials.forget(*large.table.find(numbered(i)));
    large.table.forget(numbered(i));
  }
  EXPECT_EQ(large.dials.next_deadline(), Instant::max()) << "nobody is left to be tried";
}

TEST_F(DialScheduleTest, WhoIsForgottenIsNotDialledAnyMore) {
  MemberRecord& record = add(left(ann, 7));
  dials.add_seed(record);
  dials.begin(record);
  take();
  dials.forget(record);
  EXPECT_EQ(take(), list(StopDial{ann}));
  table.forget(ann);
  EXPECT_EQ(dials.next_deadline(), Instant::max());
  dials.check_invariants();
}

}  // namespace
}  // namespace noex

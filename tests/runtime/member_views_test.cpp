#include "noex/runtime/membership/member_views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/membership_parts.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class MemberViewsTest : public testing::Test, protected MembershipParts {};

TEST_F(MemberViewsTest, StrangersAndHigherBootsAreWelcome) {
  EXPECT_TRUE(views.welcome({ann, 7}).ok());
  link(alive(ann, 7));
  EXPECT_TRUE(views.welcome({ann, 7}).ok());
  EXPECT_TRUE(views.welcome({ann, 8}).ok());
}

// One that knows of the higher boot and is there all the same is believed, unless that is linked.
TEST_F(MemberViewsTest, LowerBootIsWelcomeOnlyIfItInsists) {
  MemberRecord& record = link(alive(ann, 7));
  EXPECT_TRUE(views.welcome({ann, 6}).too_low);
  EXPECT_FALSE(views.welcome({ann, 6}).ok_if_insists());
  links.end(record);
  EXPECT_FALSE(views.welcome({ann, 6}).ok());
  EXPECT_TRUE(views.welcome({ann, 6}).ok_if_insists());
}

TEST_F(MemberViewsTest, WhoSaidThatItLeavesIsWelcomeInALaterBoot) {
  MemberRecord& record = add(left(ann, 7));
  EXPECT_TRUE(views.welcome({ann, 7}).ok()) << "others said so";
  record.said_leave = true;
  EXPECT_FALSE(views.welcome({ann, 7}).ok() || views.welcome({ann, 7}).ok_if_insists());
  EXPECT_TRUE(views.welcome({ann, 8}).ok());
}

TEST_F(MemberViewsTest, FullTableHasRoomForWhoIsThereAndWhereSomebodyIsGone) {
  options.members_max = 1;
  MembershipParts small(options);
  MemberRecord& record = small.add(alive(ann, 7));
  EXPECT_TRUE(small.views.welcome({ann, 7}).ok());
  EXPECT_FALSE(small.views.welcome({bob, 5}).ok());
  small.table.put(record, dead(ann, 7));
  EXPECT_TRUE(small.views.welcome({bob, 5}).ok());
}

TEST_F(MemberViewsTest, NamesakesAreThoseWhoLive) {
  const NodeId other("ann", "10.0.0.9", 1);
  MemberRecord& record = add(alive(ann, 7));
  EXPECT_THAT(views.living_namesakes(other), IsEmpty());
  record.up = true;
  EXPECT_THAT(views.living_namesakes(other), ElementsAre(ann));
  EXPECT_THAT(views.living_namesakes(ann), IsEmpty());
  link(alive(other, 3));
  EXPECT_THAT(views.living_namesakes(ann), ElementsAre(other));
  EXPECT_THAT(views.living_namesakes(bob), IsEmpty());
}

TEST_F(MemberViewsTest, MembersAreThoseWhoAreKnownAndDidNotLeave) {
  table.add(numbered(1));
  add(left(numbered(2), 1));
  link(alive(ann, 7));
  add(dead(bob, 5));
  const auto members = views.members();
  ASSERT_EQ(members.size(), 2U);
  EXPECT_EQ(members[0].incarnation, (Incarnation{ann, 7}));
  EXPECT_TRUE(members[0].linked && members[0].wanted && !members[0].up);
  EXPECT_EQ(members[1].incarnation, (Incarnation{bob, 5}));
  EXPECT_FALSE(members[1].linked || members[1].wanted);
}

TEST_F(MemberViewsTest, SingleAnswersAreOfThatBoot) {
  add(suspect(ann, 7));
  add(dead(bob, 5));
  EXPECT_TRUE(views.lives({ann, 7}));
  EXPECT_FALSE(views.lives({ann, 6}) || views.lives({bob, 5}) || views.lives({numbered(1), 1}));
  EXPECT_TRUE(views.is_wanted(ann));
  EXPECT_FALSE(views.is_wanted(bob) || views.is_wanted(numbered(1)));
  EXPECT_EQ(views.known_boot(bob), 5U);
  EXPECT_EQ(views.known_boot(numbered(1)), 0U);
}

TEST_F(MemberViewsTest, NobodyIsToldThatItLeftItself) {
  add(left(ann, 7));
  add(left(bob, 5));
  const auto entries = views.table_for(ann).front().entries;
  EXPECT_THAT(entries, ElementsAre(left(bob, 5), table.self()));
}

}  // namespace
}  // namespace noex

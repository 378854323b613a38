#include "noex/runtime/membership/presence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/membership_parts.h"

namespace noex {
namespace {

using testing::IsEmpty;

class PresenceTest : public testing::Test, protected MembershipParts {};

TEST_F(PresenceTest, IsUpWhoLivesAndWhoseNamesAreKnown) {
  MemberRecord& record = add(alive(ann, 7));
  take();
  presence.up(record);
  EXPECT_THAT(take(), IsEmpty());
  presence.on_registry_known(Incarnation{ann, 7});
  EXPECT_EQ(take(), list(AnnounceUp{Incarnation{ann, 7}}));
  presence.up(record);
  presence.on_registry_known(Incarnation{ann, 7});
  EXPECT_THAT(take(), IsEmpty()) << "once";
}

TEST_F(PresenceTest, DeadIsNotUpThoughItsNamesAreKnown) {
  MemberRecord& record = add(dead(ann, 7));
  presence.on_registry_known(Incarnation{ann, 7});
  EXPECT_THAT(take(), IsEmpty());
  table.put(record, alive(ann, 7, 2));
  presence.up(record);
  EXPECT_EQ(take(), list(AnnounceUp{Incarnation{ann, 7}}));
}

TEST_F(PresenceTest, DownForgetsTheNames) {
  MemberRecord& record = add(alive(ann, 7));
  presence.down(record, DownReason::restarted);
  EXPECT_THAT(take(), IsEmpty()) << "it was not up";
  presence.on_registry_known(Incarnation{ann, 7});
  take();
  presence.down(record, DownReason::restarted);
  EXPECT_EQ(take(), list(AnnounceDown{Incarnation{ann, 7}, DownReason::restarted}));
  presence.up(record);
  EXPECT_THAT(take(), IsEmpty());
}

TEST_F(PresenceTest, NamesOfALaterBootTakeThePlaceOfTheEarliers) {
  MemberRecord& record = add(dead(ann, 7));
  presence.on_registry_known(Incarnation{ann, 7});
  presence.on_registry_known(Incarnation{ann, 8});
  table.put(record, alive(ann, 7, 2));
  presence.up(record);
  EXPECT_THAT(take(), IsEmpty());
  presence.on_registry_known(Incarnation{ann, 6});
  EXPECT_FALSE(record.registry_known);
}

// Until it has said whom it knows, there may be somebody whom this node should wait for.
TEST_F(PresenceTest, NewcomerIsWaitedForUntilItHasTold) {
  MemberRecord& record = link(alive(ann, 7));
  EXPECT_EQ(table.untried(), 1U);
  presence.on_registry_known(Incarnation{ann, 7});
  EXPECT_EQ(table.untried(), 1U);
  presence.on_told(record);
  EXPECT_EQ(table.untried(), 0U);
}

TEST_F(PresenceTest, WhoHasToldIsWaitedForUntilItsNamesAreKnown) {
  MemberRecord& record = link(alive(ann, 7));
  presence.on_told(record);
  EXPECT_EQ(table.untried(), 1U);
  presence.on_registry_known(Incarnation{ann, 7});
  EXPECT_EQ(table.untried(), 0U);
}

// --- As the whole has it ---

TEST(PresenceScene, NodeIsUpWithoutALinkIfItsNamesAreKnown) {
  MembershipScene scene({ann});
  scene.up(ann, 7);
  scene.told(ann, alive(bob, 5));
  scene.core.on_registry_known(Incarnation{bob, 5});
  EXPECT_EQ(scene.take(), list(StartDial{bob}, AnnounceUp{Incarnation{bob, 5}}));
  scene.core.on_dial_failed(bob, DialFailure::refused, scene.now);
  EXPECT_EQ(scene.take(), list(AnnounceDown{Incarnation{bob, 5}, DownReason::connection_refused}));
}

// The registry holds one boot's names: a later boot's take the place of those that were held.
TEST(PresenceScene, WhoseNamesWereReplacedIsNotUp) {
  MembershipScene scene({ann});
  scene.up(ann, 7);
  scene.told(ann, dead(bob, 5));
  scene.core.on_registry_known(Incarnation{bob, 5});
  scene.core.on_registry_known(Incarnation{bob, 6});
  scene.take();
  scene.told(ann, alive(bob, 5, 2));
  EXPECT_THAT(scene.take(), IsEmpty());
  scene.told(ann, alive(bob, 6));
  scene.core.on_registry_known(Incarnation{bob, 6});
  EXPECT_EQ(scene.take(), list(AnnounceUp{Incarnation{bob, 6}}));
}

}  // namespace
}  // namespace noex

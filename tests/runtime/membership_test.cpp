// Membership without links or time: what it is told, and what it then wants.
#include "noex/runtime/membership/membership.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/membership_scene.h"

namespace noex {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using Scene = MembershipScene;

TEST(Membership, DialsItsSeedsAtOnce) {
  Scene scene({ann, bob});
  EXPECT_EQ(scene.take(), list(StartDial{ann}, StartDial{bob}));
  EXPECT_FALSE(scene.core.settled());
  EXPECT_FALSE(scene.core.joined());
}

TEST(Membership, WithoutSeedsItIsSettledAndJoined) {
  Scene scene(nobody);
  EXPECT_TRUE(scene.core.settled());
  EXPECT_TRUE(scene.core.joined());
  EXPECT_THAT(scene.take(), IsEmpty());
}

TEST(Membership, IsNotItsOwnSeed) {
  Scene scene({self_id});
  EXPECT_THAT(scene.take(), IsEmpty());
  EXPECT_TRUE(scene.core.settled());
}

TEST(Membership, NodeIsUpOnlyWithItsRegistry) {
  Scene scene;
  scene.take();
  ASSERT_TRUE(scene.core.on_linked(Incarnation{ann, 7}, scene.now));
  EXPECT_EQ(scene.take(), list(StopDial{ann}));
  EXPECT_FALSE(scene.core.settled());
  EXPECT_TRUE(scene.core.joined());
  scene.core.on_registry_known(Incarnation{ann, 6});
  EXPECT_THAT(scene.take(), IsEmpty()) << "another boot's registry";
  scene.core.on_registry_known(Incarnation{ann, 7});
  EXPECT_EQ(scene.take(), list(AnnounceUp{Incarnation{ann, 7}}));
  EXPECT_FALSE(scene.core.settled()) << "it has not told whom it knows";
  scene.told(ann, alive(ann, 7));
  EXPECT_TRUE(scene.core.settled());
  scene.core.on_registry_known(Incarnation{ann, 7});
  EXPECT_THAT(scene.take(), IsEmpty());
}

// A large table comes in parts, and what it names last counts as well.
TEST(Membership, TableIsToldWhenItsLastPartHasCome) {
  Scene scene;
  scene.take();
  scene.up(ann, 7);
  Table part;
  for (std::uint16_t i = 0; i < table_entries_max; ++i) {
    part.entries.push_back(dead(NodeId("n", "127.0.0.1", static_cast<std::uint16_t>(1000 + i)), 7));
  }
  scene.core.on_table(ann, part, scene.now);
  EXPECT_FALSE(scene.core.settled());
  scene.core.on_table(ann, Table{}, scene.now);
  EXPECT_TRUE(scene.core.settled());
  // Its own is told in the same way.
  std::vector<std::size_t> sizes;
  for (const Table& told : scene.core.table()) sizes.push_back(told.entries.size());
  EXPECT_THAT(sizes, ElementsAre(table_entries_max, 2U)) << "those, itself, and ann";
}

TEST(Membership, LinkLostBeforeTheRegistryIsNoNodeEvent) {
  Scene scene;
  ASSERT_TRUE(scene.core.on_linked(Incarnation{ann, 7}, scene.now));
  scene.take();
  scene.core.on_link_closed(Incarnation{ann, 7}, scene.now);
  for (const auto& action : scene.pass(10s)) {
    EXPECT_FALSE(std::holds_alternative<AnnounceDown>(action));
  }
}

TEST(Membership, RefusedRedialAfterACloseIsDownAtOnce) {
  Scene scene;
  scene.up_for_long(ann, 7);
  scene.core.on_link_closed(Incarnation{ann, 7}, scene.now);
  EXPECT_EQ(scene.take(), list(StartDial{ann}));
  scene.core.on_dial_failed(ann, DialFailure::refused, scene.now);
  EXPECT_EQ(scene.take(), list(AnnounceDown{Incarnation{ann, 7}, DownReason::connection_closed}));
}

TEST(Membership, SameBootLinkedAgainIsTheSameNode) {
  Scene scene;
  scene.up_for_long(ann, 7);
  scene.core.on_link_closed(Incarnation{ann, 7}, scene.now);
  scene.take();
  ASSERT_TRUE(scene.core.on_linked(Incarnation{ann, 7}, scene.now + 1s));
  scene.core.on_registry_known(Incarnation{ann, 7});
  EXPECT_EQ(scene.take(), list(StopDial{ann}));
  EXPECT_THAT(scene.pass(1s, {ann}), IsEmpty());
}

TEST(Membership, CloseAndThenSilenceIsDownAfterTheTimeout) {
  Scene scene;
  scene.up_for_long(ann, 7);
  scene.core.on_link_closed(Incarnation{ann, 7}, scene.now);
  EXPECT_EQ(scene.take(), list(StartDial{ann}));
  EXPECT_THAT(scene.pass(scene.options.suspicion_timeout - 1ns), IsEmpty());
  EXPECT_EQ(scene.pass(1ns),
            list(AnnounceDown{Incarnation{ann, 7}, DownReason::connection_closed}));
}

TEST(Membership, SilenceIsSuspectedThenDown) {
  Scene scene;
  scene.up_for_long(ann, 7);
  EXPECT_THAT(scene.pass(scene.options.suspicion_after - 1ns), IsEmpty());
  EXPECT_EQ(scene.pass(1ns), list(CloseLink{Incarnation{ann, 7}, true}, StartDial{ann}));
  EXPECT_EQ(scene.pass(scene.options.suspicion_timeout),
            list(AnnounceDown{Incarnation{ann, 7}, DownReason::heartbeat_timeout}));
}

TEST(Membership, WhoIsHeardIsNotSuspected) {
  Scene scene;
  scene.up(ann, 7);
  EXPECT_THAT(scene.pass(100s, {ann}), IsEmpty());
}

// It was stopped for a minute: whom it has not heard meanwhile gets the full time again.
TEST(Membership, LateNodeSuspectsNobodyAtOnce) {
  Scene scene;
  scene.up_for_long(ann, 7);
  scene.now += 60s;
  scene.core.on_time(scene.now);
  EXPECT_THAT(scene.take(), IsEmpty());
  EXPECT_THAT(scene.pass(scene.options.suspicion_after - 1ns), IsEmpty());
  EXPECT_EQ(scene.pass(1ns).size(), 2U);
}

TEST(Membership, LateNodeGivesSuspectsTheirTimeAgain) {
  Scene scene;
  scene.up_for_long(ann, 7);
  scene.core.on_link_closed(Incarnation{ann, 7}, scene.now);
  scene.take();
  scene.now += 60s;
  scene.core.on_time(scene.now);
  EXPECT_EQ(scene.take(), list(StopDial{ann}, StartDial{ann}));
  // And a little more: it can't trust itself.
  EXPECT_THAT(scene.pass(scene.options.suspicion_timeout), IsEmpty());
  EXPECT_EQ(scene.pass(scene.options.suspicion_timeout / 4).size(), 1U);
}

// It was stopped in the middle of a dial, whose end is seen before its own clock is looked at.
TEST(Membership, DialThatALateNodeMissedSaysNothing) {
  for (const DialFailure failure : {DialFailure::silent, DialFailure::refused}) {
    Scene scene;
    scene.told(ann, alive(bob, 9));
    scene.take();
    scene.now += 60s;
    scene.core.on_dial_failed(bob, failure, scene.now);
    scene.core.on_time(scene.now);
    EXPECT_EQ(scene.take(), list(StopDial{ann}, StartDial{ann}, StartDial{bob}));
    EXPECT_EQ(scene.status(bob), MemberStatus::alive);
    // The next one does: nobody is there to be asked.
    scene.core.on_dial_failed(bob, DialFailure::silent, scene.now);
    EXPECT_EQ(scene.status(bob), MemberStatus::suspect);
  }
}

// A dial that was answered, or that this node was too slow for, is no silence of the other.
TEST(Membership, DialThatIsNotFinishedInTimeDoubtsNobody) {
  Scene scene(nobody);
  scene.told(bob, alive(bob, 9));
  scene.take();
  scene.core.on_dial_failed(bob, DialFailure::unfinished, scene.now);
  EXPECT_EQ(scene.status(bob), MemberStatus::alive);
  EXPECT_TRUE(scene.core.settled());
  EXPECT_EQ(scene.pass(scene.options.redial_min * 2), list(StartDial{bob}));
}

// Also one that only a message asked for, which nothing else would begin again.
TEST(Membership, LateNodeDialsAnewWhoWasDialledOnDemand) {
  Options options;
  options.mesh_max = 2;
  Scene scene({}, options);
  for (std::uint16_t port = 1; port <= 40; ++port)
    scene.told(ann, alive({"far", "10.0.1.1", port}, 9));
  NodeId far;
  for (std::uint16_t port = 1; port <= 40; ++port) {
    const NodeId one("far", "10.0.1.1", port);
    if (!scene.core.is_wanted(one)) far = one;
  }
  ASSERT_FALSE(far.empty());
  scene.core.dial_on_demand(far);
  EXPECT_THAT(scene.take(), Contains(MembershipAction(StartDial{far})));
  scene.now += 60s;
  scene.core.on_time(scene.now);
  EXPECT_THAT(scene.take(), IsSupersetOf(list(StopDial{far}, StartDial{far})));
}

TEST(Membership, HigherBootReplacesTheOldAtOnce) {
  Scene scene;
  scene.up(ann, 7);
  ASSERT_TRUE(scene.core.on_linked(Incarnation{ann, 8}, scene.now));
  EXPECT_EQ(scene.take(), list(CloseLink{Incarnation{ann, 7}, false},
                               AnnounceDown{Incarnation{ann, 7}, DownReason::restarted}));
  scene.core.on_registry_known(Incarnation{ann, 7});
  EXPECT_THAT(scene.take(), IsEmpty());
  scene.core.on_registry_known(Incarnation{ann, 8});
  EXPECT_EQ(scene.take(), list(AnnounceUp{Incarnation{ann, 8}}));
}

TEST(Membership, FirstEvidenceIsTheReason) {
  Scene scene;
  scene.up_for_long(ann, 7);
  scene.core.on_link_closed(Incarnation{ann, 7}, scene.now);
  scene.take();
  ASSERT_TRUE(scene.core.on_linked(Incarnation{ann, 8}, scene.now));
  EXPECT_EQ(scene.take(),
            list(AnnounceDown{Incarnation{ann, 7}, DownReason::connection_closed}, StopDial{ann}));
}

// It may be true, or not: the link says which.
TEST(Membership, HigherBootInATableIsPassedOnWhileTheLinkStands) {
  Scene scene;
  scene.up(ann, 7);
  scene.told(bob, alive(ann, 9));
  EXPECT_EQ(scene.core.take_actions(), list(SendHeartbeat{ann, {{alive(ann, 9), std::nullopt}}}));
  scene.told(bob, alive(ann, 10));
  EXPECT_THAT(scene.core.take_actions(), IsEmpty()) << "not at any rate";
  EXPECT_TRUE(scene.core.welcome(Incarnation{ann, 8}).ok());
}

TEST(Membership, HigherBootInATableReplacesWhoIsNotLinked) {
  Scene scene;
  scene.up_for_long(ann, 7);
  scene.core.on_link_closed(Incarnation{ann, 7}, scene.now);
  scene.take();
  scene.told(bob, alive(ann, 9));
  EXPECT_THAT(scene.take(), testing::Contains(MembershipAction(
                                AnnounceDown{Incarnation{ann, 7}, DownReason::connection_closed})));
  EXPECT_FALSE(scene.core.on_linked(Incarnation{ann, 8}, scene.now));
  EXPECT_TRUE(scene.core.welcome(Incarnation{ann, 8}).too_low);
  EXPECT_TRUE(scene.core.on_linked(Incarnation{ann, 8}, scene.now, true)) << "it insists";
  EXPECT_EQ(scene.core.known_boot(ann), 8U);
}

TEST(Membership, LowerBootChangesNothing) {
  Scene scene;
  scene.up(ann, 7);
  scene.told(bob, left(ann, 6));
  scene.core.on_link_closed(Incarnation{ann, 6}, scene.now);
  scene.core.on_left(Incarnation{ann, 6}, scene.now);
  EXPECT_FALSE(scene.core.on_linked(Incarnation{ann, 6}, scene.now));
  EXPECT_THAT(scene.take(), IsEmpty());
}

TEST(Membership, LeavingIsDownAtOnceAndNotRedialled) {
  Scene scene(nobody);
  scene.up(ann, 7);
  scene.core.on_left(Incarnation{ann, 7}, scene.now);
  EXPECT_EQ(scene.take(), list(CloseLink{Incarnation{ann, 7}, false},
                               AnnounceDown{Incarnation{ann, 7}, DownReason::graceful_shutdown}));
  EXPECT_THAT(scene.pass(100s), IsEmpty());
  EXPECT_THAT(scene.core.members(), IsEmpty());
  EXPECT_TRUE(scene.core.welcome(Incarnation{ann, 7}).left);
  EXPECT_TRUE(scene.core.welcome(Incarnation{ann, 8}).ok());
  scene.told(bob, alive(ann, 7));
  EXPECT_THAT(scene.take(), IsEmpty());
  scene.told(bob, alive(ann, 8));
  EXPECT_EQ(scene.take(), list(StartDial{ann}));
}

TEST(Membership, SeedIsRedialledEvenIfItLeft) {
  Scene scene({ann});
  scene.up(ann, 7);
  scene.core.on_left(Incarnation{ann, 7}, scene.now);
  scene.take();
  EXPECT_EQ(scene.pass(scene.options.redial_max), list(StartDial{ann}));
}

// The leaving node's own word, behind its last messages, is on its way.
TEST(Membership, HearsayOfLeavingWaitsForTheLink) {
  Scene scene;
  scene.up(ann, 7);
  scene.told(bob, left(ann, 7));
  EXPECT_THAT(scene.take(), IsEmpty());
  scene.core.on_link_closed(Incarnation{ann, 7}, scene.now);
  EXPECT_EQ(scene.take().front(),
            MembershipAction(AnnounceDown{Incarnation{ann, 7}, DownReason::graceful_shutdown}));
}

TEST(Membership, NodesOfATableAreDialled) {
  Scene scene;
  scene.take();
  scene.core.on_table(ann, Table{{alive(bob, 5), alive(self_id, 100)}}, scene.now);
  EXPECT_EQ(scene.take(), list(StartDial{bob}));
  EXPECT_EQ(scene.core.members().size(), 1U);
  EXPECT_FALSE(scene.core.settled());
}

TEST(Membership, OwnHigherBootIsTold) {
  Scene scene(nobody);
  scene.told(bob, alive(self_id, 100));
  EXPECT_THAT(scene.take(), IsEmpty());
  scene.told(bob, left(self_id, 200));
  EXPECT_EQ(scene.take(), list(BootTooLow{201}));
  scene.core.on_own_boot_seen(boot_max);
  EXPECT_THAT(scene.take(), IsEmpty()) << "there is no higher one";
}

TEST(Membership, FirstHeartbeatWithAnotherHashGetsTheTable) {
  Scene scene;
  scene.up(ann, 7);
  scene.core.on_heartbeat(ann, scene.core.table_hash() + 1, {}, scene.now);
  EXPECT_EQ(scene.take(), list(SendTable{ann}));
  scene.core.on_heartbeat(ann, scene.core.table_hash() + 1, {}, scene.now);
  EXPECT_THAT(scene.take(), IsEmpty()) << "what changes may still be on its way";
}

TEST(Membership, LostGossipIsFoundByTheHash) {
  Scene scene;
  scene.up_for_long(ann, 7);
  const auto other = scene.core.table_hash() + 1;
  scene.core.on_heartbeat(ann, scene.core.table_hash(), {}, scene.now);
  scene.core.on_heartbeat(ann, other, {}, scene.now);
  EXPECT_THAT(scene.take(), IsEmpty());
  scene.core.on_heartbeat(ann, other, {}, scene.now);
  EXPECT_EQ(scene.take(), list(SendTable{ann}));
  for (int i = 0; i < 5; ++i) scene.core.on_heartbeat(ann, other, {}, scene.now);
  EXPECT_THAT(scene.take(), IsEmpty()) << "not twice within a heartbeat";
}

TEST(Membership, EqualTablesHaveEqualHashes) {
  Scene scene(nobody);
  Membership other(Incarnation{ann, 7}, {}, scene.options, Random(2));
  other.start(scene.now);
  EXPECT_NE(scene.core.table_hash(), other.table_hash());
  for (const auto& part : scene.core.table()) other.on_table(self_id, part, scene.now);
  for (const auto& part : other.table()) scene.core.on_table(ann, part, scene.now);
  EXPECT_EQ(scene.core.table_hash(), other.table_hash());
}

TEST(Membership, RedialsBackOffToAMaximumForEver) {
  Scene scene;
  scene.take();
  Duration last_pause{0};
  for (int i = 0; i < 100; ++i) {
    const Instant failed = scene.now;
    scene.core.on_dial_failed(ann, DialFailure::silent, scene.now);
    while (scene.take().empty()) {
      scene.now = scene.core.next_deadline();
      scene.core.on_time(scene.now);
    }
    const Duration pause = scene.now - failed;
    EXPECT_LE(pause, scene.options.redial_max);
    EXPECT_GE(pause, std::min(last_pause / 2, scene.options.redial_max / 2)) << i;
    last_pause = pause;
  }
  EXPECT_TRUE(scene.core.settled());
}

TEST(Membership, LinkThatKeepsBreakingIsNotRedialledAtOnce) {
  Scene scene;
  scene.take();
  int dials = 0;
  for (int i = 0; i < 20; ++i) {
    if (!scene.core.on_linked(Incarnation{ann, 7}, scene.now)) break;
    scene.core.on_link_closed(Incarnation{ann, 7}, scene.now);
    for (const auto& action : scene.take()) {
      dials += std::holds_alternative<StartDial>(action) ? 1 : 0;
    }
  }
  EXPECT_LE(dials, 1);
}

// The peer's own dial is on its way: ours waits a little and is no verdict.
TEST(Membership, SimultaneousDialIsNoFailure) {
  Scene scene;
  scene.take();
  scene.core.on_dial_failed(ann, DialFailure::simultaneous, scene.now);
  EXPECT_FALSE(scene.core.settled());
  EXPECT_THAT(scene.pass(scene.options.dial_timeout - 1ns), IsEmpty());
  EXPECT_EQ(scene.pass(1ns), list(StartDial{ann}));
}

TEST(Membership, AddressThatIsOurOwnIsForgotten) {
  Scene scene;
  scene.take();
  scene.core.on_dial_failed(ann, DialFailure::self, scene.now);
  EXPECT_TRUE(scene.core.settled());
  EXPECT_THAT(scene.pass(100s), IsEmpty());
}

// A machine that came back under another name hears of itself as it was. That is a member, and
// stays one: what must not happen is that we forget it and break an invariant of ours.
TEST(Membership, WhoIsSaidToBeAtOurOwnAddressIsGone) {
  Scene scene;
  scene.take();
  scene.told(bob, alive(ann, 7));
  scene.core.on_dial_failed(ann, DialFailure::self, scene.now);
  EXPECT_EQ(scene.status(ann), MemberStatus::dead);
  scene.told(bob, dead(ann, 7, 1));
  scene.core.on_dial_failed(ann, DialFailure::self, scene.now);
  EXPECT_EQ(scene.status(ann), MemberStatus::dead);
}

TEST(Membership, NamesakesAreThoseWhoLive) {
  Scene scene(nobody);
  const NodeId other("ann", "10.0.0.9", 1);
  scene.up(ann, 7);
  scene.told(bob, alive(bob, 1));
  EXPECT_THAT(scene.core.living_namesakes(other), ElementsAre(ann));
  EXPECT_THAT(scene.core.living_namesakes(ann), IsEmpty());
  EXPECT_THAT(scene.core.living_namesakes(NodeId("bob", "x", 1)), IsEmpty());
}

TEST(Membership, TableIsBounded) {
  Scene scene(nobody);
  Table table;
  std::size_t told = 0;
  for (std::uint16_t port = 1; port <= 5000; ++port) {
    scene.told(ann, alive(NodeId("n", "h", port), 1));
    for (const auto& action : scene.take()) {
      told += std::holds_alternative<TableFull>(action) ? 1U : 0U;
    }
  }
  EXPECT_EQ(scene.core.members().size(), scene.options.members_max);
  EXPECT_EQ(told, 1U);
  EXPECT_TRUE(scene.core.welcome(Incarnation{ann, 1}).full);
  for (const auto& part : scene.core.table()) EXPECT_LE(encode_control(part).size(), 65536U);
}

}  // namespace
}  // namespace noex

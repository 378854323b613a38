#include "noex/runtime/membership/merger.h"

#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/membership_parts.h"

namespace noex {
namespace {

using testing::Contains;
using testing::IsEmpty;
using Scene = MembershipScene;

class MergerTest : public testing::Test, protected MembershipParts {
 protected:
  void learn(const TableEntry& entry, const NodeId& source,
             const std::optional<NodeId>& accuser = std::nullopt) {
    merger.learn(entry, source, accuser, now);
  }
  TableEntry entry(const NodeId& id) const { return table.find(id)->entry; }
};

TEST_F(MergerTest, NewsIsTakenOverAndOldNewsIsNot) {
  learn(alive(ann, 7, 2), bob);
  EXPECT_EQ(entry(ann), alive(ann, 7, 2));
  learn(suspect(ann, 7, 1), bob, bob);
  learn(alive(ann, 6, 9), bob);
  EXPECT_EQ(entry(ann), alive(ann, 7, 2));
  learn(suspect(ann, 7, 2), bob, bob);
  EXPECT_EQ(entry(ann), suspect(ann, 7, 2));
}

TEST_F(MergerTest, LinkedNodeIsToldWhatOthersSayOfItAtABoundedRate) {
  link(alive(ann, 7));
  take();
  learn(dead(ann, 7), bob);
  learn(dead(ann, 7), bob);
  EXPECT_EQ(take<SendHeartbeat>(), (std::vector{SendHeartbeat{ann, {{dead(ann, 7), {}}}}}));
  EXPECT_EQ(entry(ann), alive(ann, 7));
  now += options.gossip_delay;
  learn(dead(ann, 7), bob);
  EXPECT_EQ(take<SendHeartbeat>().size(), 1U);
}

TEST_F(MergerTest, LinkedNodesOwnWordIsBelieved) {
  link(alive(ann, 7));
  learn(alive(ann, 7, 5), bob);
  EXPECT_EQ(entry(ann).version, 1U);
  learn(alive(ann, 7, 5), ann);
  EXPECT_EQ(entry(ann).version, 5U);
}

// Somebody has set it to a version that it never had: its own word brings it down again.
TEST_F(MergerTest, OwnWordPutsAVersionFarAheadRight) {
  link(alive(ann, 7, member_version_max));
  learn(alive(ann, 7, 3), ann);
  EXPECT_EQ(entry(ann).version, 3U);
}

TEST_F(MergerTest, ThatALinkedNodeLeftIsKeptUntilItsLinkEnds) {
  MemberRecord& record = link(alive(ann, 7));
  take();
  learn(left(ann, 7, 2), bob);
  EXPECT_THAT(take(), IsEmpty());
  ASSERT_TRUE(record.said_left);
  EXPECT_EQ(record.said_left->by, bob);
  EXPECT_EQ(record.said_left->version, 2U);
}

TEST_F(MergerTest, BootsBeyondTheBoundAreNotBelieved) {
  merger.believe_boots_until(1000);
  learn(alive(ann, 1001), bob);
  EXPECT_EQ(table.find(ann), nullptr);
  learn(alive(ann, 1000), bob);
  EXPECT_EQ(entry(ann).boot, 1000U);
}

TEST_F(MergerTest, OneMoreAccuserCountsAndThisNodesOwnNameDoesNot) {
  MemberRecord& record = add(suspect(ann, 7));
  take();
  learn(suspect(ann, 7), bob, self_id);
  EXPECT_THAT(take(), IsEmpty()) << "that is for itself to say";
  learn(suspect(ann, 7), bob, bob);
  EXPECT_EQ(take<TellVerdict>().size(), 1U);
  EXPECT_EQ(suspicions.accusers(record.index).size(), 1U);
  learn(suspect(ann, 7), numbered(1));
  EXPECT_THAT(take(), IsEmpty()) << "nobody's evidence";
}

TEST_F(MergerTest, AnswerGoesToWhoIsLinkedOnly) {
  add(left(ann, 7));
  for (const bool linked : {false, true}) {
    if (linked) link(alive(bob, 5));
    take();
    learn(suspect(ann, 7), bob, bob);
    EXPECT_TRUE(merger.has_answers());
    merger.answer(bob);
    EXPECT_FALSE(merger.has_answers());
    EXPECT_EQ(take<SendHeartbeat>().size(), linked ? 1U : 0U);
  }
}

TEST_F(MergerTest, WhoIsAccusedItselfTrustsItselfLess) {
  learn(alive(self_id, 100, 4), bob);
  EXPECT_EQ(table.self().version, 4U);
  EXPECT_EQ(health.score(), 0U) << "an old word of its own, come back";
  learn(suspect(self_id, 100, 4), bob);
  EXPECT_EQ(table.self().version, 5U);
  EXPECT_EQ(health.score(), 1U);
}

TEST_F(MergerTest, BootThatIsKnownAlreadyIsTooLow) {
  merger.on_own_boot_seen(100);
  EXPECT_THAT(take(), IsEmpty());
  merger.on_own_boot_seen(150);
  EXPECT_EQ(take(), list(BootTooLow{151}));
  merger.on_own_boot_seen(boot_max);
  EXPECT_THAT(take(), IsEmpty()) << "there is no higher one";
}

TEST_F(MergerTest, NobodysEndIsWorthAnothersPlace) {
  options.members_max = 1;
  MembershipParts small(options);
  small.add(left(bob, 5));
  small.merger.learn(dead(ann, 7), bob, std::nullopt, now);
  EXPECT_EQ(small.table.find(ann), nullptr);
  small.merger.learn(alive(ann, 7), bob, std::nullopt, now);
  EXPECT_NE(small.table.find(ann), nullptr);
}

// --- As the whole has it ---

// Bob may be deaf; the link to Ann works.
TEST(MergerScene, WhoIsLinkedIsToldOfTheAccusationAndStaysUp) {
  Scene scene({ann, bob});
  scene.up(ann, 7);
  scene.up(bob, 5);
  scene.core.take_actions();
  const Rumour rumour{suspect(ann, 7), bob};
  scene.core.on_heartbeat(bob, scene.core.table_hash(), {{rumour}}, scene.now);
  const auto actions = scene.core.take_actions();
  ASSERT_EQ(actions.size(), 2U) << "one is for people";
  EXPECT_EQ(actions.front(), MembershipAction(SendHeartbeat{ann, {rumour}}));
  scene.told(bob, dead(ann, 7));
  EXPECT_THAT(scene.take(), IsEmpty());
  EXPECT_EQ(scene.status(ann), MemberStatus::alive);
  scene.told(ann, alive(ann, 7, 2));
  scene.core.take_actions();
  scene.core.on_heartbeat(bob, scene.core.table_hash(), {{rumour}}, scene.now);
  EXPECT_THAT(scene.core.take_actions(), IsEmpty()) << "it has answered that already";
}

TEST(MergerScene, AccusedNodeRaisesItsVersion) {
  Scene scene({ann});
  scene.up(ann, 7);
  const auto version = [&scene] { return scene.core.table().front().entries.back().version; };
  scene.told(ann, alive(self_id, 100));
  EXPECT_EQ(version(), 1U);
  scene.told(ann, suspect(self_id, 100, 4));
  EXPECT_EQ(version(), 5U);
  scene.told(ann, dead(self_id, 100, 3));
  EXPECT_EQ(version(), 5U);
  scene.told(ann, dead(self_id, 99, 9));
  EXPECT_EQ(version(), 5U) << "an earlier boot's";
  scene.core.take_actions();
  scene.core.on_time(scene.now);
  EXPECT_EQ(scene.core.take_actions(),
            list(SendHeartbeat{ann, {{alive(self_id, 100, 5), std::nullopt}}}));
}

TEST(MergerScene, BootThatNobodyCanBelieveAnyMoreIsEnded) {
  Scene scene({ann});
  scene.up(ann, 7);
  scene.told(ann, left(self_id, 100));
  EXPECT_EQ(scene.take(), list(BootTooLow{101}));
}

// No honest node has raised its version so often: it is neither the end of this boot nor believed.
TEST(MergerScene, VersionFarAheadIsNobodysWord) {
  Scene scene({ann, bob});
  scene.up(ann, 7);
  const auto version = [&scene] { return scene.core.table().front().entries.back().version; };
  for (const std::uint64_t far : {(std::uint64_t{1} << 32) + 2, member_version_max}) {
    scene.told(ann, dead(self_id, 100, far));
    scene.told(ann, alive(self_id, 100, far));
    EXPECT_EQ(version(), 1U);
    scene.told(ann, dead(bob, 8, far));
    scene.told(ann, alive(ann, 7, far));
    EXPECT_THAT(scene.take(), IsEmpty()) << far;
  }
}

TEST(MergerScene, DeadByHearsayIsDownWithItsReason) {
  Scene scene({ann, bob});
  scene.up_for_long(ann, 7);
  scene.up_for_long(bob, 5);
  scene.core.on_link_closed(Incarnation{ann, 7}, scene.now);
  scene.take();
  scene.told(bob, dead(ann, 7));
  EXPECT_EQ(scene.take(), list(AnnounceDown{Incarnation{ann, 7}, DownReason::connection_closed}))
      << "its own evidence came first";
  scene.core.on_registry_known(Incarnation{ann, 7});
  EXPECT_THAT(scene.take(), IsEmpty());
  scene.told(bob, alive(ann, 7, 2));
  EXPECT_EQ(scene.take(), list(AnnounceUp{Incarnation{ann, 7}}));
}

TEST(MergerScene, ThatANodeLeftIsTheReasonWhateverWasSeenBefore) {
  Scene scene({ann, bob});
  scene.up_for_long(ann, 7);
  scene.up_for_long(bob, 5);
  scene.pass(scene.options.suspicion_after, {bob});
  ASSERT_EQ(scene.status(ann), MemberStatus::suspect);
  scene.told(bob, left(ann, 7));
  EXPECT_THAT(
      scene.take(),
      Contains(MembershipAction(AnnounceDown{Incarnation{ann, 7}, DownReason::graceful_shutdown})));
}

TEST(MergerScene, WhoDoubtsANodeThatLeftIsToldSo) {
  Scene scene({ann, bob});
  scene.up(ann, 7);
  scene.up(bob, 5);
  scene.core.on_left(Incarnation{ann, 7}, scene.now);
  scene.core.take_actions();
  scene.core.on_heartbeat(bob, scene.core.table_hash(), {{Rumour{suspect(ann, 7), bob}}},
                          scene.now);
  EXPECT_EQ(scene.core.take_actions(), list(SendHeartbeat{bob, {{left(ann, 7), std::nullopt}}}));
}

TEST(MergerScene, SuspectThatRefutesIsWhatItWas) {
  Scene scene({ann, bob});
  scene.up_for_long(ann, 7);
  scene.up_for_long(bob, 5);
  scene.pass(scene.options.suspicion_after, {bob});
  scene.take();
  scene.told(bob, alive(ann, 7, 2));
  EXPECT_EQ(scene.status(ann), MemberStatus::alive);
  for (const auto& action : scene.pass(scene.options.suspicion_timeout, {bob})) {
    EXPECT_FALSE(std::holds_alternative<AnnounceDown>(action));
  }
}

}  // namespace
}  // namespace noex

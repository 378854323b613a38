// Membership among others: rumours, probes, suspicion, gossip.
#include <set>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/membership_scene.h"

namespace noex {
namespace {

using testing::Contains;
using testing::IsEmpty;
using Scene = MembershipScene;

// --- Rumours ---

// Bob may be deaf; the link to Ann works.
TEST(MembershipRumour, WhoIsLinkedIsToldOfTheAccusationAndStaysUp) {
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

TEST(MembershipRumour, AccusedNodeRaisesItsVersion) {
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

TEST(MembershipRumour, BootThatNobodyCanBelieveAnyMoreIsEnded) {
  Scene scene({ann});
  scene.up(ann, 7);
  scene.told(ann, left(self_id, 100));
  EXPECT_EQ(scene.take(), list(BootTooLow{101}));
}

// No honest node has raised its version so often: it is neither the end of this boot nor believed.
TEST(MembershipRumour, VersionFarAheadIsNobodysWord) {
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

TEST(MembershipRumour, DeadByHearsayIsDownWithItsReason) {
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

TEST(MembershipRumour, NodeIsUpWithoutALinkIfItsNamesAreKnown) {
  Scene scene({ann});
  scene.up(ann, 7);
  scene.told(ann, alive(bob, 5));
  scene.core.on_registry_known(Incarnation{bob, 5});
  EXPECT_EQ(scene.take(), list(StartDial{bob}, AnnounceUp{Incarnation{bob, 5}}));
  scene.core.on_dial_failed(bob, DialFailure::refused, scene.now);
  EXPECT_EQ(scene.take(), list(AnnounceDown{Incarnation{bob, 5}, DownReason::connection_refused}));
}

// --- Probes ---

TEST(MembershipRumour, SilentLinkIsClosedButTheNodeLivesWhileOthersReachIt) {
  Scene scene({ann, bob});
  scene.up_for_long(ann, 7);
  scene.up_for_long(bob, 5);
  const auto asked = scene.pass(scene.options.probe_after - 1s, {bob});
  ASSERT_EQ(asked.size(), 1U);
  const auto& request = std::get<SendPingRequest>(asked[0]).request;
  EXPECT_EQ(request.target, (Incarnation{ann, 7}));
  scene.core.on_pong(ann, request.number);
  scene.core.on_pong(bob, request.number);
  EXPECT_EQ(scene.pass(1s, {bob}), list(CloseLink{Incarnation{ann, 7}, true}, StartDial{ann}));
  EXPECT_EQ(scene.status(ann), MemberStatus::alive);
  // Its own dial stays silent too: asked again, and again all is well.
  scene.core.on_dial_failed(ann, DialFailure::silent, scene.now);
  const auto again = scene.take();
  ASSERT_EQ(again.size(), 1U);
  scene.core.on_pong(bob, std::get<SendPingRequest>(again[0]).request.number);
  for (const auto& action : scene.pass(scene.options.dial_timeout, {bob})) {
    EXPECT_EQ(action, MembershipAction(StartDial{ann}));
  }
  EXPECT_EQ(scene.status(ann), MemberStatus::alive);
}

TEST(MembershipRumour, NackIsNoSignOfLife) {
  Scene scene({ann, bob});
  scene.up_for_long(ann, 7);
  scene.up_for_long(bob, 5);
  const auto asked = scene.pass(scene.options.probe_after - 1s, {bob});
  scene.core.on_nack(bob, std::get<SendPingRequest>(asked[0]).request.number);
  scene.pass(1s, {bob});
  EXPECT_EQ(scene.status(ann), MemberStatus::suspect);
}

TEST(MembershipRumour, RelayAnswersOnceForWhoItReaches) {
  Scene scene({ann, bob});
  scene.up(ann, 7);
  scene.up(bob, 5);
  scene.core.on_ping_request(bob, {11, {ann, 7}}, scene.now);
  const auto sent = scene.take();
  ASSERT_EQ(sent.size(), 1U);
  const auto ping = std::get<SendPing>(sent[0]);
  EXPECT_EQ(ping.to, ann);
  scene.core.on_pong(bob, ping.number);
  EXPECT_THAT(scene.take(), IsEmpty()) << "only the target can say that it lives";
  scene.core.on_pong(ann, ping.number);
  EXPECT_EQ(scene.take(), list(AnswerPingRequest{bob, 11, true}));
  EXPECT_THAT(scene.pass(1s, {ann, bob}), IsEmpty());
  scene.core.on_ping_request(bob, {12, {ann, 7}}, scene.now);
  scene.take();
  EXPECT_EQ(scene.pass(1s, {ann, bob}), list(AnswerPingRequest{bob, 12, false}));
  scene.core.on_ping_request(bob, {13, {ann, 8}}, scene.now);
  EXPECT_EQ(scene.take(), list(AnswerPingRequest{bob, 13, false}))
      << "of that boot nothing is known";
}

// --- Suspicion ---

// --- Who left ---

// Its Leave is lost to a cut, and what others say of it comes while its link stands.
TEST(MembershipRumour, WhoLeftBehindASilentLinkIsBelievedWhenTheLinkEnds) {
  Scene scene({ann, bob});
  scene.up_for_long(ann, 7);
  scene.up_for_long(bob, 5);
  scene.told(bob, left(ann, 7));
  EXPECT_THAT(scene.take(), IsEmpty()) << "its own word may be on its way";
  const auto actions = scene.pass(scene.options.suspicion_after, {bob});
  EXPECT_THAT(
      actions,
      Contains(MembershipAction(AnnounceDown{Incarnation{ann, 7}, DownReason::graceful_shutdown})));
  EXPECT_EQ(scene.status(ann), MemberStatus::left);
}

TEST(MembershipRumour, WhoLeftIsBelievedToHaveWhenItsLinkBreaks) {
  Scene scene({ann, bob});
  scene.up_for_long(ann, 7);
  scene.up_for_long(bob, 5);
  scene.told(bob, left(ann, 7));
  scene.take();
  scene.core.on_link_closed(Incarnation{ann, 7}, scene.now);
  EXPECT_THAT(
      scene.take(),
      Contains(MembershipAction(AnnounceDown{Incarnation{ann, 7}, DownReason::graceful_shutdown})));
}

// What it had sent before comes late, by a slow link.
TEST(MembershipRumour, WhoLeftIsBelievedToHaveThoughItsLastBytesComeLater) {
  Scene scene({ann, bob});
  scene.up_for_long(ann, 7);
  scene.up_for_long(bob, 5);
  scene.told(bob, left(ann, 7));
  scene.pass(scene.options.suspicion_after / 2, {ann, bob});
  scene.core.on_link_closed(Incarnation{ann, 7}, scene.now);
  EXPECT_THAT(
      scene.take(),
      Contains(MembershipAction(AnnounceDown{Incarnation{ann, 7}, DownReason::graceful_shutdown})));
}

// Its link brought something long after: whoever said so was wrong, and is not believed later.
TEST(MembershipRumour, WhoIsHeardLongAfterItWasSaidToHaveLeftHasNot) {
  Scene scene({ann, bob});
  scene.up_for_long(ann, 7);
  scene.up_for_long(bob, 5);
  scene.told(bob, left(ann, 7));
  scene.pass(2 * scene.options.suspicion_after, {ann, bob});
  scene.core.on_link_closed(Incarnation{ann, 7}, scene.now);
  EXPECT_EQ(scene.status(ann), MemberStatus::alive);
}

TEST(MembershipRumour, ThatANodeLeftIsTheReasonWhateverWasSeenBefore) {
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

TEST(MembershipRumour, WhoDoubtsANodeThatLeftIsToldSo) {
  Scene scene({ann, bob});
  scene.up(ann, 7);
  scene.up(bob, 5);
  scene.core.on_left(Incarnation{ann, 7}, scene.now);
  scene.core.take_actions();
  scene.core.on_heartbeat(bob, scene.core.table_hash(), {{Rumour{suspect(ann, 7), bob}}},
                          scene.now);
  EXPECT_EQ(scene.core.take_actions(), list(SendHeartbeat{bob, {{left(ann, 7), std::nullopt}}}));
}

// With a third node that could confirm it, a suspicion lasts longer; less, once it has.
TEST(MembershipRumour, ConfirmationShortensASuspicion) {
  for (const bool confirmed : {false, true}) {
    Scene scene({ann, bob});
    scene.up_for_long(ann, 7);
    scene.up_for_long(bob, 5);
    scene.pass(scene.options.suspicion_after - 1s, {bob});
    ASSERT_EQ(scene.status(ann), MemberStatus::suspect);
    const Rumour rumour{suspect(ann, 7), bob};
    if (confirmed) scene.core.on_heartbeat(bob, 0, {{rumour}}, scene.now);
    // A little longer than at best: it was not answered when it asked.
    scene.pass(scene.options.suspicion_timeout * 5 / 4, {bob});
    EXPECT_EQ(scene.status(ann), confirmed ? MemberStatus::dead : MemberStatus::suspect);
  }
}

TEST(MembershipRumour, SuspectThatRefutesIsWhatItWas) {
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

// Refused by its address and yet alive: behind a wall, for us. It is not killed again and again.
TEST(MembershipRumour, RefusalThatOthersRefutedIsNoDeathAnyMore) {
  Scene scene({ann});
  scene.up(ann, 7);
  scene.told(ann, alive(bob, 5));
  scene.core.on_registry_known(Incarnation{bob, 5});
  scene.core.on_dial_failed(bob, DialFailure::refused, scene.now);
  EXPECT_EQ(scene.status(bob), MemberStatus::dead);
  scene.core.on_registry_known(Incarnation{bob, 5});
  scene.told(ann, alive(bob, 5, 2));
  scene.take();
  scene.core.on_dial_failed(bob, DialFailure::refused, scene.now);
  const auto actions = scene.take();
  ASSERT_EQ(actions.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<SendPingRequest>(actions[0]));
  EXPECT_EQ(scene.status(bob), MemberStatus::alive);
}

// After a split: who was down is told so first, and is up when it has answered.
TEST(MembershipRumour, WhoWasDeadAnswersBeforeItIsUp) {
  Scene scene({ann});
  scene.up_for_long(ann, 7);
  scene.pass(scene.options.suspicion_after + scene.options.suspicion_timeout);
  ASSERT_EQ(scene.status(ann), MemberStatus::dead);
  ASSERT_TRUE(scene.core.on_linked(Incarnation{ann, 7}, scene.now));
  const auto actions = scene.core.take_actions();
  const auto* greeting = std::get_if<SendHeartbeat>(&actions.back());
  ASSERT_NE(greeting, nullptr);
  ASSERT_EQ(greeting->rumours.size(), 2U);
  EXPECT_EQ(greeting->rumours[0].entry, alive(self_id, 100));
  EXPECT_EQ(greeting->rumours[1].entry, dead(ann, 7));
  scene.core.on_registry_known(Incarnation{ann, 7});
  EXPECT_THAT(scene.take(), IsEmpty());
  scene.told(ann, alive(ann, 7, 2));
  EXPECT_EQ(scene.take(), list(AnnounceUp{Incarnation{ann, 7}}));
}

// The registry holds one boot's names: a later boot's take the place of those that were held.
TEST(MembershipRumour, WhoseNamesWereReplacedIsNotUp) {
  Scene scene({ann});
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

// --- Gossip ---

TEST(MembershipRumour, ChangeIsToldOnceToAllButWhoToldIt) {
  Scene scene({ann, bob});
  scene.up(ann, 7);
  scene.up(bob, 5);
  scene.core.on_time(scene.now + scene.options.gossip_delay);
  scene.core.take_actions();
  const NodeId eve("eve", "10.0.0.4", 1);
  scene.now += scene.options.gossip_delay;
  scene.told(ann, alive(eve, 3));
  scene.core.take_actions();
  EXPECT_EQ(scene.core.next_deadline(), scene.now + scene.options.gossip_delay);
  scene.now += scene.options.gossip_delay;
  scene.core.on_time(scene.now);
  EXPECT_EQ(scene.core.take_actions(), list(SendHeartbeat{bob, {{alive(eve, 3), std::nullopt}}}));
}

TEST(MembershipRumour, GoesOverLinksThatShouldBe) {
  Options options;
  options.mesh_max = 2;
  const NodeId eve("eve", "10.0.0.4", 1);
  Scene scene({ann, bob, eve}, options);
  for (const NodeId& peer : {ann, bob, eve}) scene.up(peer, 5);
  scene.pass(scene.options.heartbeat_interval);
  std::set<NodeId> wanted;
  std::set<NodeId> told;
  for (std::uint16_t port = 1; port <= 200; ++port) {
    scene.told(ann, alive(NodeId("n", "h", port), 1));
  }
  scene.core.take_actions();
  scene.now += scene.options.gossip_delay;
  scene.core.on_time(scene.now);
  for (const auto& action : scene.core.take_actions()) {
    const auto* heartbeat = std::get_if<SendHeartbeat>(&action);
    if (heartbeat != nullptr && !heartbeat->rumours.empty()) told.insert(heartbeat->to);
  }
  for (const NodeId& peer : {bob, eve}) {
    if (scene.core.is_wanted(peer)) wanted.insert(peer);
  }
  EXPECT_LT(wanted.size(), 2U) << "with 200 on the rings, not both are neighbours";
  EXPECT_EQ(told, wanted);
}

TEST(MembershipRumour, ManyRumoursAreCutIntoHeartbeats) {
  Options options;
  options.mesh_max = 1000;  // everybody should be linked
  Scene scene({ann, bob}, options);
  scene.up(ann, 7);
  scene.up(bob, 5);
  scene.pass(scene.options.heartbeat_interval);
  for (std::uint16_t port = 1; port <= 200; ++port) {
    scene.told(ann, alive(NodeId("n", "h", port), 1));
  }
  scene.core.take_actions();
  scene.now += scene.options.gossip_delay;
  scene.core.on_time(scene.now);
  std::size_t told = 0;
  for (const auto& action : scene.core.take_actions()) {
    if (const auto* heartbeat = std::get_if<SendHeartbeat>(&action)) {
      EXPECT_EQ(heartbeat->to, bob);
      EXPECT_LE(heartbeat->rumours.size(), rumours_max);
      told += heartbeat->rumours.size();
    }
  }
  EXPECT_EQ(told, 200U);
}

}  // namespace
}  // namespace noex

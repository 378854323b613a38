#include "noex/runtime/membership/dissemination.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/membership_parts.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class DisseminationTest : public testing::Test, protected MembershipParts {
 protected:
  DisseminationTest() { dissemination.start(now); }

  // To whom heartbeats went, and with how many rumours.
  std::map<NodeId, std::size_t> beats() {
    std::map<NodeId, std::size_t> beats;
    for (const auto& beat : take<SendHeartbeat>()) beats[beat.to] += beat.rumours.size();
    return beats;
  }
};

TEST_F(DisseminationTest, EverybodyLinkedGetsAHeartbeatEachInterval) {
  link(alive(ann, 7));
  add(alive(bob, 5));
  for (int i = 1; i <= 3; ++i) {
    now += options.heartbeat_interval;
    EXPECT_EQ(dissemination.next_deadline(), now);
    dissemination.on_time(now - 1ns);
    EXPECT_THAT(beats(), IsEmpty());
    dissemination.on_time(now);
    EXPECT_THAT(beats(), ElementsAre(std::pair(ann, 0U)));
  }
}

TEST_F(DisseminationTest, LateHeartbeatsAreNotMadeUpForOneByOne) {
  link(alive(ann, 7));
  now += 10 * options.heartbeat_interval;
  dissemination.on_time(now);
  EXPECT_EQ(dissemination.next_deadline(), now + options.heartbeat_interval);
}

TEST_F(DisseminationTest, StandingStillIsMoreThanAnIntervalBeyondTheDueBeat) {
  const Instant due = now + options.heartbeat_interval;
  EXPECT_FALSE(dissemination.stood_still(due + options.heartbeat_interval));
  EXPECT_TRUE(dissemination.stood_still(due + options.heartbeat_interval + 1ns));
  dissemination.make_up_for(due + 60s);
  EXPECT_FALSE(dissemination.stood_still(due + 60s));
  EXPECT_EQ(dissemination.next_deadline(), due + 60s);
}

TEST_F(DisseminationTest, NewsWaitsAWhileAndTheOwnDoesNot) {
  link(alive(ann, 7));
  add(alive(bob, 5));
  dissemination.spread(bob, NodeId(), std::nullopt, now);
  EXPECT_EQ(dissemination.next_deadline(), now + options.gossip_delay);
  dissemination.spread_self(now);
  EXPECT_EQ(dissemination.next_deadline(), now);
  dissemination.on_time(now);
  EXPECT_THAT(beats(), ElementsAre(std::pair(ann, 2U))) << "and the other goes with it";
}

TEST_F(DisseminationTest, WhoNeedNotBeLinkedHearsOfThisNodeOnly) {
  MemberRecord& peer = link(alive(ann, 7));
  add(alive(bob, 5));
  table.set_wanted(peer, false);
  dissemination.spread(bob, NodeId(), std::nullopt, now);
  dissemination.on_time(now + options.gossip_delay);
  EXPECT_THAT(beats(), IsEmpty());
  dissemination.spread_self(now);
  dissemination.on_time(now);
  EXPECT_THAT(beats(), ElementsAre(std::pair(ann, 1U)));
}

TEST_F(DisseminationTest, GreetingSaysWhatThePeerIsTakenFor) {
  MemberRecord& peer = link(alive(ann, 7));
  take();
  dissemination.greet(peer);
  EXPECT_EQ(take(), list(SendHeartbeat{ann, {{table.self(), std::nullopt}}}));
  table.put(peer, suspect(ann, 7));
  dissemination.greet(peer);
  EXPECT_EQ(take(), list(SendHeartbeat{
                        ann, {{table.self(), std::nullopt}, {suspect(ann, 7), std::nullopt}}}));
}

TEST_F(DisseminationTest, NewcomerWithAnotherHashGetsTheTableAtOnce) {
  MemberRecord& peer = link(alive(ann, 7));
  take();
  dissemination.compare(peer, table.hash() + 1, true, now);
  EXPECT_EQ(take(), list(SendTable{ann}));
  dissemination.compare(peer, table.hash() + 1, true, now);
  EXPECT_THAT(take(), IsEmpty());
}

TEST_F(DisseminationTest, OthersGetItWhenTheHashGoesOnToDiffer) {
  MemberRecord& peer = link(alive(ann, 7));
  take();
  const auto differs = [&](bool with_rumours) {
    dissemination.compare(peer, table.hash() + 1, with_rumours, now);
    return !take().empty();
  };
  dissemination.compare(peer, table.hash(), false, now);
  EXPECT_FALSE(differs(false));
  EXPECT_FALSE(differs(true)) << "it brings news";
  EXPECT_TRUE(differs(false));
  EXPECT_FALSE(differs(false) || differs(false)) << "not so soon again";
  now += options.heartbeat_interval;
  EXPECT_TRUE(differs(false));
  EXPECT_FALSE(differs(false));
  dissemination.compare(peer, table.hash(), false, now);
  EXPECT_FALSE(differs(false)) << "they were equal meanwhile";
}

// --- As the whole has it ---

TEST(DisseminationScene, ChangeIsToldOnceToAllButWhoToldIt) {
  MembershipScene scene({ann, bob});
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

TEST(DisseminationScene, GoesOverLinksThatShouldBe) {
  Options options;
  options.mesh_max = 2;
  const NodeId eve("eve", "10.0.0.4", 1);
  MembershipScene scene({ann, bob, eve}, options);
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

TEST(DisseminationScene, ManyRumoursAreCutIntoHeartbeats) {
  Options options;
  options.mesh_max = 1000;  // everybody should be linked
  MembershipScene scene({ann, bob}, options);
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

// After a split: who was down is told so first, and is up when it has answered.
TEST(DisseminationScene, WhoWasDeadAnswersBeforeItIsUp) {
  MembershipScene scene({ann});
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

}  // namespace
}  // namespace noex

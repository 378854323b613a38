// Clusters over the simulated network: how they find, lose and find each other again.
#include "noex/runtime/cluster/cluster.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/cluster_harness.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Cluster, TwoNodesLinkAndComeUp) {
  ClusterWorld world(2);
  world.start(0);
  world.start(1, {0});
  world.run(1s);
  EXPECT_THAT(world[0].take_events(), ElementsAre("link_up node2", "up node2"));
  EXPECT_THAT(world[1].take_events(), ElementsAre("link_up node1", "up node1"));
  EXPECT_TRUE(world[0].cluster().settled());
  EXPECT_TRUE(world[1].cluster().settled());
}

TEST(Cluster, MeshFormsInAnyStartOrder) {
  std::vector<int> order{0, 1, 2, 3, 4};
  do {
    ClusterWorld world(5, 7);
    for (const int i : order) {
      world.start(i, i == 0 ? std::vector<int>{} : std::vector<int>{0});
      world.run(5ms);
    }
    world.run(3s);
    for (int i = 0; i < 5; ++i) {
      EXPECT_THAT(world[i].take_events(), testing::SizeIs(8)) << i;
      EXPECT_EQ(world[i].cluster().members().size(), 4U);
      EXPECT_TRUE(world[i].cluster().settled());
      EXPECT_THAT(world[i].log.warnings, IsEmpty());
    }
  } while (std::next_permutation(order.begin(), order.begin() + 4));
}

TEST(Cluster, LateSeedIsFound) {
  ClusterWorld world(2);
  world.start(1, {0});
  world.run(8s);
  EXPECT_TRUE(world[1].cluster().settled());
  EXPECT_THAT(world[1].cluster().members(), IsEmpty());
  world.start(0);
  world.run(6s);
  EXPECT_THAT(world[1].take_events(), ElementsAre("link_up node1", "up node1"));
}

TEST(Cluster, SettlesOnlyOnceTheSeedWasTried) {
  ClusterWorld world(2);
  world.start(1, {0});
  EXPECT_FALSE(world[1].cluster().settled());
  world.run(1s);
  EXPECT_TRUE(world[1].cluster().settled());
}

// Else it would take those few for the whole cluster, of whom a name is to be asked.
TEST(Cluster, SettlesOnlyOnceTheSeedHasToldWhomItKnows) {
  ClusterWorld world(4);
  for (const int i : {0, 1, 2}) world.start(i, i == 0 ? std::vector<int>{} : std::vector<int>{0});
  world.run(3s);
  world.start(3, {0});
  for (int step = 0; !world[3].cluster().settled() && step < 10'000; ++step) world.run(100us);
  EXPECT_EQ(world[3].cluster().members().size(), 3U);
}

TEST(Cluster, CrashIsNoticedAsClosedConnection) {
  ClusterWorld world(3);
  world.start_all();
  world.crash(2);
  world.run(1s);
  EXPECT_THAT(world[0].take_events(),
              ElementsAre("link_down node3", "down(connection_closed) node3"));
  EXPECT_THAT(world[1].take_events(),
              ElementsAre("link_down node3", "down(connection_closed) node3"));
}

TEST(Cluster, SilenceIsNoticedAndForgivenAfterwards) {
  ClusterWorld world(3);
  world.start_all();
  world.machine(2).pause();
  world.run(5s);
  for (const int i : {0, 1}) {
    EXPECT_THAT(world[i].take_events(),
                ElementsAre("link_down node3", "down(heartbeat_timeout) node3"));
  }
  world.run(5s);
  world.machine(2).resume();
  world.run(6s);
  for (const int i : {0, 1}) {
    EXPECT_THAT(world[i].take_events(), ElementsAre("link_up node3", "up node3"));
  }
  EXPECT_EQ(world.view(2), "node1 node2");
  // It saw its links end and come back, and never took the others for dead.
  EXPECT_THAT(world[2].take_events(), testing::Not(testing::Contains(testing::HasSubstr("down("))));
}

TEST(Cluster, PowerLossIsNoticedAsSilence) {
  ClusterWorld world(2);
  world.start_all();
  world.machine(1).power_off();
  world[1].destroy();
  world.run(detection_bound(world.options));
  EXPECT_THAT(world[0].take_events(),
              ElementsAre("link_down node2", "down(heartbeat_timeout) node2"));
}

TEST(Cluster, RestartWithinTheSilenceIsToldAsSuch) {
  ClusterWorld world(2);
  world.start_all();
  world.machine(1).power_off();
  world[1].destroy();
  world.run(500ms);
  world.start(1, {0});
  world.run(500ms);
  EXPECT_THAT(world[0].take_events(),
              ElementsAre("link_down node2", "down(restarted) node2", "link_up node2", "up node2"));
}

TEST(Cluster, RestartAfterACrashIsTwoEvents) {
  ClusterWorld world(2);
  world.start_all();
  world.crash(1);
  world.start(1, {0});
  world.run(2s);
  EXPECT_THAT(
      world[0].take_events(),
      ElementsAre("link_down node2", "down(connection_closed) node2", "link_up node2", "up node2"));
}

TEST(Cluster, SimultaneousDialsEndInOneLink) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    ClusterWorld world(2, seed);
    world.start(0, {1});
    world.start(1, {0});
    world.run(3s);
    EXPECT_THAT(world[0].take_events(), ElementsAre("link_up node2", "up node2")) << seed;
    EXPECT_THAT(world[1].take_events(), ElementsAre("link_up node1", "up node1")) << seed;
    world.run(10s);
    EXPECT_EQ(world.fabric.live_connections(), 1U) << seed;
    EXPECT_THAT(world[0].take_events(), IsEmpty());
  }
}

TEST(Cluster, ResetConnectionOfALivingNodeIsNoNodeEvent) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    ClusterWorld world(2, seed);
    world.start_all();
    world.run(3s);
    ASSERT_TRUE(world.fabric.reset_connection(0, 1));
    world.run(3s);
    EXPECT_THAT(world[0].take_events(), ElementsAre("link_down node2", "link_up node2")) << seed;
    EXPECT_THAT(world[1].take_events(), ElementsAre("link_down node1", "link_up node1")) << seed;
  }
}

// The connection dies in silence, the nodes live: it is closed for silence and made anew.
TEST(Cluster, SeveredConnectionIsReplaced) {
  ClusterWorld world(2);
  world.start_all();
  ASSERT_TRUE(world.fabric.sever_connection(0, 1));
  world.run(8s);
  EXPECT_EQ(world.view(0), "node2");
  EXPECT_EQ(world.view(1), "node1");
  EXPECT_THAT(world[0].take_events(), ElementsAre("link_down node2", "link_up node2"));
}

TEST(Cluster, PartitionAndHeal) {
  ClusterWorld world(4);
  world.start_all();
  world.cut_halves(2);
  world.run(detection_bound(world.options));
  EXPECT_EQ(world.view(0), "node2");
  EXPECT_EQ(world.view(3), "node3");
  world.run(60s);
  world.fabric.heal_all();
  world.run(convergence_bound(world.options));
  EXPECT_EQ(world.view(0), "node2 node3 node4");
  EXPECT_EQ(world.view(1), "node1 node3 node4");
  EXPECT_EQ(world.view(2), "node1 node2 node4");
  EXPECT_EQ(world.view(3), "node1 node2 node3");
}

// The way between two is cut, a third reaches both: nobody is down, only a link is.
TEST(Cluster, OneWayCutIsNoNodeEvent) {
  ClusterWorld world(3);
  world.start_all();
  world.fabric.cut(1, 0);
  world.run(60s);
  EXPECT_EQ(world.view(0), "node2 node3");
  EXPECT_EQ(world.view(1), "node1 node3");
  EXPECT_EQ(world.view(2), "node1 node2");
  EXPECT_THAT(world[0].take_events(), ElementsAre("link_down node2"));
  EXPECT_THAT(world[1].take_events(), ElementsAre("link_down node1"));
  world.turn(0, [&] { EXPECT_NE(world[0].cluster().open(world.id(1)), nullptr) << "it is up"; });
  world.run(2 * world.options.dial_timeout);
  EXPECT_THAT(world[0].take_events(), ElementsAre("link_up node2", "link_down node2"));
  world.fabric.heal_all();
  world.run(convergence_bound(world.options));
  EXPECT_THAT(world[0].take_events(), ElementsAre("link_up node2"));
  EXPECT_THAT(world[1].take_events(), ElementsAre("link_up node1"));
}

// The same without a third: to each the other is gone.
TEST(Cluster, OneWayCutOfTwoIsTheEndForBoth) {
  ClusterWorld world(2);
  world.start_all();
  world.fabric.cut(1, 0);
  world.run(detection_bound(world.options));
  EXPECT_EQ(world.view(0), "");
  EXPECT_EQ(world.view(1), "");
}

// Stopped as by SIGSTOP: known within five seconds, with a third node that has to agree.
TEST(Cluster, StoppedNodeOfThreeIsDownWithinFiveSeconds) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    ClusterWorld world(3, seed);
    world.start_all();
    world.run(std::chrono::milliseconds(137 * seed));
    world.machine(2).pause();
    world.run(5s);
    for (const int i : {0, 1}) {
      EXPECT_THAT(world[i].take_events(),
                  ElementsAre("link_down node3", "down(heartbeat_timeout) node3"))
          << seed;
    }
  }
}

TEST(Cluster, OneHourOfSilentDeathIsStillRedialled) {
  ClusterWorld world(2);
  world.start_all();
  world.machine(0).power_off();
  world[0].destroy();
  world.run(3600s);
  world[1].take_events();
  world.start(0);
  world.run(7s);
  EXPECT_THAT(world[1].take_events(), ElementsAre("link_up node1", "up node1"));
}

}  // namespace
}  // namespace noex

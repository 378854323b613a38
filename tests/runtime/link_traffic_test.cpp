// What links carry: messages whole and in order, bounds, bad messages; and what an idle one costs.
#include "noex/runtime/cluster/link_traffic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/cluster_harness.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(ClusterTraffic, MessagesArriveWholeAndInOrder) {
  ClusterWorld world(2);
  sim::LinkProfile profile;
  profile.chunk_chance = 300'000;
  world.fabric.set_profile(profile);
  world.start_all();
  std::vector<std::string> sent;
  for (int i = 1; i <= 200; ++i) {
    sent.emplace_back(static_cast<std::size_t>(i * i * 2 + i), static_cast<char>('a' + i % 26));
  }
  world.turn(0, [&] {
    Link* link = world[0].cluster().open(world.id(1));
    for (const auto& message : sent) {
      if (message.size() % 2 == 0) {
        link->send_signal(message);
      } else {
        ASSERT_TRUE(link->send(message).has_value());
      }
    }
  });
  world.run(10s);
  EXPECT_TRUE(world[1].messages == sent);
  EXPECT_THAT(world[1].take_events(), IsEmpty());
}

TEST(ClusterTraffic, LinkIsFoundByBoot) {
  ClusterWorld world(2);
  world.start(0, {}, 70);
  world.start(1, {0}, 80);
  world.run(1s);
  world.turn(0, [&] {
    Cluster& cluster = world[0].cluster();
    Link* link = cluster.open(world.id(1));
    ASSERT_NE(link, nullptr);
    EXPECT_EQ(cluster.open(world.id(1), 80), link);
    EXPECT_EQ(cluster.open(world.id(1), 81), nullptr);
    EXPECT_EQ(cluster.open(world.id(0)), nullptr);
    EXPECT_EQ(link->peer(), (Incarnation{world.id(1), 80}));
    const auto too_large = link->send(std::string(world.options.message_bytes_max + 1, 'x'));
    ASSERT_FALSE(too_large.has_value());
    EXPECT_EQ(too_large.error().code, ErrorCode::too_large);
  });
  world.run(1s);
}

TEST(ClusterTraffic, QueueIsBoundedAndRoomIsTold) {
  ClusterWorld world(2);
  world.start_all();
  world.machine(1).pause();
  world.turn(0, [&] {
    Link* link = world[0].cluster().open(world.id(1));
    const std::string message(100'000, 'x');
    while (link->send(message).has_value()) {
    }
    EXPECT_GT(link->queued_bytes(), world.options.queue_bytes_hard);
    EXPECT_LT(link->queued_bytes(), world.options.queue_bytes_hard + 200'000);
    EXPECT_EQ(link->send("one more").error().code, ErrorCode::overloaded);
    link->send_signal("a signal");
  });
  world.run(1s);
  EXPECT_EQ(world[0].cluster().overload_refusals(), 2U);
  EXPECT_THAT(world[0].take_events(), IsEmpty());
  world.machine(1).resume();
  world.run(1s);
  EXPECT_THAT(world[0].take_events(), ElementsAre("writable node2"));
  ASSERT_FALSE(world[1].messages.empty());
  EXPECT_EQ(world[1].messages.back(), "a signal");
}

TEST(ClusterTraffic, WhoReadsNothingIsCutOff) {
  ClusterWorld world(2);
  world.options.queue_bytes_cutoff = 10'000'000;
  world.start_all();
  world.machine(1).pause();
  world.turn(0, [&] {
    Link* link = world[0].cluster().open(world.id(1));
    const std::string message(1'000'000, 'x');
    for (int i = 0; i < 12; ++i) link->send_signal(message);
    EXPECT_EQ(world[0].cluster().open(world.id(1)), link);
  });
  world.run(100ms);
  EXPECT_THAT(world[0].take_events(), ElementsAre("link_down node2"));
  EXPECT_THAT(world[0].log.warnings, SizeIs(1));
}

TEST(ClusterTraffic, MalformedMessageEndsTheLinkNotTheNode) {
  ClusterWorld world(2);
  world.start_all();
  world.turn(0, [&] {
    Link* link = world[0].cluster().open(world.id(1));
    ASSERT_TRUE(link->send("first").has_value());
    ASSERT_TRUE(link->send("poison").has_value());
    ASSERT_TRUE(link->send("never seen").has_value());
  });
  world.run(2s);
  EXPECT_THAT(world[1].messages, ElementsAre("first"));
  EXPECT_THAT(world[1].log.warnings, SizeIs(1));
  EXPECT_THAT(world[1].take_events(), ElementsAre("link_down node1", "link_up node1"));
  EXPECT_THAT(world[0].take_events(), ElementsAre("link_down node2", "link_up node2"));
}

// A large message is on a slow line for longer than anybody may be silent: heartbeats overtake.
TEST(ClusterTraffic, HeartbeatsOvertakeALargeMessage) {
  ClusterWorld world(2);
  sim::LinkProfile slow;
  slow.bytes_per_second = 200'000;
  world.start_all();
  world.fabric.set_profile(slow);
  world.turn(0, [&] {
    ASSERT_TRUE(world[0].cluster().open(world.id(1))->send(std::string(5'000'000, 'x')));
  });
  world.run(40s);
  EXPECT_THAT(world[1].messages, SizeIs(1));
  EXPECT_THAT(world[0].take_events(), testing::Each("writable node2"));
  EXPECT_THAT(world[1].take_events(), IsEmpty());
}

TEST(ClusterTraffic, IdleNodesAreCheap) {
  ClusterWorld world(5);
  world.start_all();
  world.run(10s);
  const auto before = world.world.events();
  world.run(100s);
  // A heartbeat to each of 4 peers (a segment and what acknowledges it), and one timer.
  EXPECT_LE(world.world.events() - before, 100U * 5 * (4 * 2 + 1 + 1));
}

TEST(ClusterTraffic, SameSeedGivesTheSameRun) {
  const auto run = [](std::uint64_t seed) {
    ClusterWorld world(5, seed);
    for (int i = 0; i < 5; ++i) world.start(i, {0, 1});
    world.run(2s);
    world.cut_halves(2);
    world.run(20s);
    world.crash(4);
    world.fabric.heal_all();
    world.run(20s);
    return world.world.fingerprint();
  };
  EXPECT_EQ(run(3), run(3));
  EXPECT_NE(run(3), run(4));
}

// An owner may use the cluster in every callback, and begin to leave in any of them.
TEST(ClusterTraffic, OwnerMayCallBackFromAnyCallback) {
  for (const std::string event : {"link_up node2", "up node2", "link_down node3",
                                  "down(connection_closed) node3", "nothing"}) {
    ClusterWorld world(3);
    bool asked = false;
    bool done = false;
    world.start(0, {1});
    ClusterProbe& probe = world[0];
    probe.hook = [&](const std::string& now) {
      probe.use_links();
      if (now == event && !std::exchange(asked, true)) {
        probe.cluster().leave([&] {
          done = true;
          probe.destroy();
        });
      }
    };
    world.start(1);
    world.start(2, {0, 1});
    world.run(2s);
    world.crash(2);
    world.run(3s);
    EXPECT_EQ(done, event != "nothing") << event;
    EXPECT_EQ(world.view(1), done ? "" : "node1");
  }
}

TEST(ClusterTraffic, ManyNodesFormAMesh) {
  ClusterWorld world(32);
  for (int i = 0; i < 32; ++i) world.start(i, {0});
  world.run(3s);
  for (int i = 0; i < 32; ++i) {
    EXPECT_EQ(world[i].take_events().size(), 2U * 31) << i;
    EXPECT_TRUE(world[i].cluster().settled());
  }
}

// A node may be destroyed at any moment of its life, and nobody is called any more.
TEST(ClusterTraffic, MayBeDestroyedAtAnyTime) {
  for (int moment = 0; moment < 200; ++moment) {
    ClusterWorld world(3);
    world.start(0, {1});
    world.start(1, {0});
    world.start(2, {0, 1});
    world.run(moment * 50us);
    world.turn(0, [&] { world[0].destroy(); });
    world.run(1s);
    EXPECT_EQ(world.view(1), "node3") << moment;
  }
}

}  // namespace
}  // namespace noex

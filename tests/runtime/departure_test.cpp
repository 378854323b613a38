#include "noex/runtime/cluster/departure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/cluster_harness.h"

namespace noex {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Departure, LeavingIsTold) {
  ClusterWorld world(3);
  world.start_all();
  bool done = false;
  world.turn(1, [&] { world[1].cluster().leave([&done] { done = true; }); });
  world.run(500ms);
  EXPECT_TRUE(done);
  for (const int i : {0, 2}) {
    EXPECT_THAT(world[i].take_events(),
                ElementsAre("link_down node2", "down(graceful_shutdown) node2"));
    EXPECT_EQ(world[i].cluster().members().size(), 1U);
  }
  EXPECT_THAT(world[1].take_events(),
              testing::UnorderedElementsAre("link_down node1", "link_down node3"));
}

TEST(Departure, LeavingWaitsNoLongerThanItMust) {
  ClusterWorld world(2);
  world.start_all();
  world.machine(0).pause();
  bool done = false;
  world.turn(1, [&] { world[1].cluster().leave([&done] { done = true; }); });
  world.run(world.options.leave_timeout - 10ms);
  EXPECT_FALSE(done);
  world.run(20ms);
  EXPECT_TRUE(done);
}

TEST(Departure, WhatWasSentBeforeLeavingArrives) {
  ClusterWorld world(2);
  world.start_all();
  world.turn(1, [&] {
    Link* link = world[1].cluster().open(world.id(0));
    ASSERT_NE(link, nullptr);
    ASSERT_TRUE(link->send(std::string(3'000'000, 'x')).has_value());
    ASSERT_TRUE(link->send("bye").has_value());
    world[1].cluster().leave([] {});
  });
  world.run(1s);
  ASSERT_EQ(world[0].messages.size(), 2U);
  EXPECT_EQ(world[0].messages[0].size(), 3'000'000U);
  EXPECT_EQ(world[0].messages[1], "bye");
}

TEST(Departure, AllMayLeaveAtOnce) {
  ClusterWorld world(4);
  world.start_all();
  int done = 0;
  for (int i = 0; i < 4; ++i) {
    world.turn(i, [&world, &done, i] { world[i].cluster().leave([&done] { ++done; }); });
  }
  world.run(2s);
  EXPECT_EQ(done, 4);
}

// The seed of the others left and comes back without seeds of its own: they find it again.
TEST(Departure, SeedThatLeftIsFoundAgain) {
  ClusterWorld world(2);
  world.start_all();
  world.turn(
      0, [&] { world[0].cluster().leave([&] { world.turn_later(0, [&] { world.crash(0); }); }); });
  world.run(2s);
  world[1].take_events();
  world.start(0);
  world.run(6s);
  EXPECT_THAT(world[1].take_events(), ElementsAre("link_up node1", "up node1"));
}

}  // namespace
}  // namespace noex

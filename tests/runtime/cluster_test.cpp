// Clusters over the simulated network: how they find, lose and find each other again.
#include "runtime/cluster.h"

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

}  // namespace
}  // namespace noex

#include "noex/runtime/membership/watch_graph.h"

#include <algorithm>
#include <queue>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/membership_scene.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int nodes = 200;

// As node `self` sees the cluster of all.
WatchGraph graph_of(int self) {
  WatchGraph graph(numbered(self));
  for (int i = 0; i < nodes; ++i) {
    if (i != self) graph.add(static_cast<MemberIndex>(i), numbered(i));
  }
  return graph;
}

TEST(WatchGraph, NeighboursAreMutualAndFew) {
  std::vector<std::set<MemberIndex>> all;
  for (int i = 0; i < nodes; ++i) all.push_back(graph_of(i).neighbours());
  for (MemberIndex i = 0; i < nodes; ++i) {
    EXPECT_LE(all[i].size(), 2 * rings);
    EXPECT_FALSE(all[i].contains(i));
    for (const MemberIndex other : all[i]) EXPECT_TRUE(all[other].contains(i)) << i << other;
  }
}

TEST(WatchGraph, EverybodyIsReachedInFewSteps) {
  std::vector<int> steps(nodes, -1);
  std::queue<MemberIndex> next({0});
  steps[0] = 0;
  for (; !next.empty(); next.pop()) {
    const MemberIndex node = next.front();
    for (const MemberIndex other : graph_of(static_cast<int>(node)).neighbours()) {
      if (steps[other] >= 0) continue;
      steps[other] = steps[node] + 1;
      next.push(other);
    }
  }
  for (const int step : steps) EXPECT_THAT(step, testing::AllOf(testing::Ge(0), testing::Le(5)));
}

TEST(WatchGraph, NeighboursOfAnotherAreAsItSeesThemWithoutThisNode) {
  auto expected = graph_of(3).neighbours();
  auto seen = graph_of(7).neighbours_of(numbered(3));
  expected.erase(7);
  seen.erase(3);  // a graph knows no number of the node that it is asked about
  EXPECT_TRUE(std::ranges::includes(seen, expected));
  EXPECT_FALSE(seen.contains(7));
}

TEST(WatchGraph, WhoIsRemovedIsNobodysNeighbour) {
  WatchGraph graph(self_id);
  EXPECT_THAT(graph.neighbours(), IsEmpty());
  graph.add(1, ann);
  graph.add(2, bob);
  EXPECT_THAT(graph.neighbours(), ElementsAre(1, 2));
  graph.remove(1, ann);
  EXPECT_THAT(graph.neighbours(), ElementsAre(2));
}

}  // namespace
}  // namespace noex

#include "noex/runtime/core/node_map.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace noex {
namespace {

NodeId node(int number) {
  return NodeId("n" + std::to_string(number % 7), "h" + std::to_string(number % 11),
                static_cast<std::uint16_t>(number));
}

TEST(NodeMap, FindsWhatWasPutAndNotErased) {
  NodeMap<int> map;
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.find(node(1)), nullptr);
  map[node(1)] = 10;
  map[node(1)] += 1;
  ASSERT_NE(map.find(node(1)), nullptr);
  EXPECT_EQ(*map.find(node(1)), 11);
  EXPECT_EQ(map.size(), 1U);
  EXPECT_FALSE(map.contains(node(2)));
  EXPECT_FALSE(map.erase(node(2)));
  EXPECT_TRUE(map.erase(node(1)));
  EXPECT_EQ(std::as_const(map).find(node(1)), nullptr);
}

TEST(NodeMap, IdsThatDifferInOnePartAreDifferent) {
  NodeMap<int> map;
  map[NodeId("a", "h", 1)] = 1;
  map[NodeId("b", "h", 1)] = 2;
  map[NodeId("a", "i", 1)] = 3;
  map[NodeId("a", "h", 2)] = 4;
  EXPECT_EQ(map.size(), 4U);
  EXPECT_EQ(*map.find(NodeId("a", "h", 1)), 1);
  std::set<std::size_t> hashes;
  map.for_each_in_any_order([&hashes](const NodeId& id, int) { hashes.insert(NodeIdHash()(id)); });
  EXPECT_EQ(hashes.size(), 4U);
}

TEST(NodeMap, OrderComesFromTheIdsAlone) {
  NodeMap<int> up;
  NodeMap<int> down;
  for (int i = 0; i < 500; ++i) up[node(i)] = i;
  for (int i = 499; i >= 0; --i) down[node(i)] = i;
  const auto first = up.sorted();
  const auto second = down.sorted();
  ASSERT_EQ(first.size(), 500U);
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(*first[i].first, *second[i].first);
    EXPECT_EQ(*first[i].second, *second[i].second);
    if (i == 0) continue;
    EXPECT_LT(*first[i - 1].first, *first[i].first);
  }
}

}  // namespace
}  // namespace noex

#include "noex/runtime/registry/registry_peers.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/registry_ports_fake.h"

namespace noex::test {
namespace {

TEST(ArbitersOf, AreTheSameWhateverTheOrderOfMembers) {
  std::vector<Incarnation> members;
  for (int i = 0; i < 9; ++i) members.push_back(node(i));
  const auto arbiters = arbiters_of("x", members);
  EXPECT_THAT(arbiters, testing::SizeIs(arbiters_max));
  std::ranges::reverse(members);
  EXPECT_EQ(arbiters_of("x", members), arbiters);
}

TEST(ArbitersOf, ChangeByOneWhenOneLeaves) {
  std::vector<Incarnation> members;
  for (int i = 0; i < 9; ++i) members.push_back(node(i));
  auto before = arbiters_of("x", members);
  std::erase(members, before[2]);
  const auto after = arbiters_of("x", members);
  before.erase(before.begin() + 2);
  EXPECT_TRUE(std::ranges::equal(before, std::vector(after.begin(), after.end() - 1)));
}

TEST(ArbitersOf, SpreadOverTheMembers) {
  std::vector<Incarnation> members;
  for (int i = 0; i < 10; ++i) members.push_back(node(i));
  std::map<NodeId, int> counts;
  for (int name = 0; name < 1000; ++name) {
    for (const auto& arbiter : arbiters_of(std::to_string(name), members)) ++counts[arbiter.id];
  }
  for (const auto& [id, count] : counts) {
    EXPECT_GT(count, 400) << id.text();
    EXPECT_LT(count, 600) << id.text();
  }
}

TEST(RegistryPeers, ArbitersAreThoseThatAreUpAndOneself) {
  RegistryPeers peers(node(0));
  peers.link_up(node(1), LinkSerial(1));
  peers.node_up(node(2));
  EXPECT_THAT(peers.arbiters("x"), testing::UnorderedElementsAre(node(0), node(2)));
  peers.node_down(node(2).id);
  EXPECT_THAT(peers.arbiters("x"), testing::ElementsAre(node(0)));
}

TEST(RegistryPeers, TellsIncarnationsApart) {
  RegistryPeers peers(node(0));
  peers.link_up(node(1, 3), LinkSerial(2));
  peers.node_up(node(1, 2));
  EXPECT_EQ(peers.link(node(1, 2)), nullptr);
  EXPECT_NE(peers.link(node(1, 3)), nullptr);
  EXPECT_NE(peers.link_to_any(node(1).id), nullptr);
  EXPECT_TRUE(peers.is_up(node(1, 2)));
  EXPECT_FALSE(peers.is_up(node(1, 3)));
  EXPECT_TRUE(peers.is_reachable(node(0)));
  EXPECT_FALSE(peers.is_reachable(node(1, 2)));
}

}  // namespace
}  // namespace noex::test

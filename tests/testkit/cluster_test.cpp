#include "noex/testkit/cluster.h"

#include <gtest/gtest.h>

#include "tests/examples/register/register.h"

namespace noex::testkit {
namespace {

struct Registers {
  explicit Registers(std::uint64_t seed) : cluster(seed) {
    cluster.on_start([](Node& node) {
      node.behaviors().add<examples::Replica>("register:replica");
      (void)node.run(examples::Register::start_replica(node));
    });
    cluster.start(3);
  }
  // Names come a moment after their nodes.
  bool all_found() {
    return cluster.run_until([&] {
      for (std::uint32_t i = 0; i < cluster.size(); ++i) {
        if (cluster.node(i).registry().names("register:").size() != cluster.size()) return false;
      }
      return cluster.all_up();
    });
  }
  examples::Register client(std::uint32_t index) {
    std::vector<NodeId> nodes;
    for (std::uint32_t i = 0; i < cluster.size(); ++i) nodes.push_back(cluster.id(i));
    return {cluster.node(index), std::move(nodes), "test", false};
  }

  Cluster cluster;
};

TEST(Cluster, ComesTogetherAndHoldsWhatWasWritten) {
  Registers registers(42);
  Cluster& cluster = registers.cluster;
  ASSERT_TRUE(registers.all_found());
  examples::Register writer = registers.client(0);
  EXPECT_EQ(cluster.await(0, writer.write("hello")), true);
  cluster.crash(0);
  EXPECT_FALSE(cluster.runs(0));
  examples::Register reader = registers.client(2);
  const auto value = cluster.await(2, reader.read());
  ASSERT_TRUE(value && *value);
  EXPECT_EQ((*value)->text, "hello");
}

TEST(Cluster, ACutIsACutUntilItIsHealed) {
  Registers registers(1);
  Cluster& cluster = registers.cluster;
  ASSERT_TRUE(cluster.run_until([&] { return cluster.all_up(); }));
  cluster.cut(0, 1);
  cluster.cut(0, 2);
  ASSERT_TRUE(cluster.run_until([&] { return cluster.up(0).empty(); }));
  EXPECT_EQ(cluster.up(1), std::vector{cluster.id(2)});
  examples::Register alone = registers.client(0);
  EXPECT_EQ(cluster.await(0, alone.write("lost")), false);
  cluster.heal_all();
  EXPECT_TRUE(cluster.run_until([&] { return cluster.all_up(); }));
}

TEST(Cluster, NodesEndInEachWayAndComeBack) {
  Registers registers(7);
  Cluster& cluster = registers.cluster;
  ASSERT_TRUE(cluster.run_until([&] { return cluster.all_up(); }));
  cluster.leave(1);
  EXPECT_TRUE(cluster.run_until([&] { return !cluster.runs(1) && cluster.all_up(); }));
  cluster.power_loss(2);
  EXPECT_TRUE(cluster.run_until([&] { return cluster.all_up(); }));
  cluster.restart(1);
  cluster.restart(2);
  EXPECT_TRUE(cluster.run_until([&] { return cluster.all_up(); }));
  cluster.pause(0);
  EXPECT_TRUE(cluster.run_until([&] { return cluster.up(1).size() == 1; }));
  cluster.resume(0);
  EXPECT_TRUE(cluster.run_until([&] { return cluster.all_up(); }));
}

TEST(Cluster, ACallIsOneLine) {
  Registers registers(11);
  Cluster& cluster = registers.cluster;
  ASSERT_TRUE(registers.all_found());
  const Ref replica = *cluster.node(0).registry().lookup("register:node2");
  examples::Value value;
  value.version.number = 1;
  value.text = "x";
  EXPECT_TRUE(cluster.call<examples::TakeIn>(2, replica, value));
  EXPECT_EQ(cluster.call<examples::Newest>(0, replica)->text, "x");
  cluster.crash(1);
  EXPECT_EQ(cluster.call<examples::Newest>(0, replica).error().code, ErrorCode::noconnection);
}

TEST(Cluster, TheTruthIsThereBesideTheViews) {
  Registers registers(12);
  Cluster& cluster = registers.cluster;
  ASSERT_TRUE(registers.all_found());
  cluster.crash(2);
  cluster.cut_one_way(0, 1);
  EXPECT_EQ(cluster.running(), (std::vector{cluster.id(0), cluster.id(1)}));
  EXPECT_TRUE(cluster.is_cut(0, 1));
  EXPECT_FALSE(cluster.is_cut(1, 0));
  EXPECT_EQ(cluster.up(0).size(), 2U) << "it has not noticed yet";
}

TEST(Cluster, AwaitEndsWithItsNodeOrItsLimit) {
  Registers registers(3);
  Cluster& cluster = registers.cluster;
  const auto sleeper = [](Node& node) -> task<bool> {
    co_await node.sleep(1h);
    co_return true;
  };
  EXPECT_EQ(cluster.await(0, sleeper(cluster.node(0)), 2s), std::nullopt);
  EXPECT_EQ(cluster.await(0, sleeper(cluster.node(0)), 2h), true);
}

TEST(Cluster, TheSameSeedGivesTheSameRun) {
  const auto run = [](std::uint64_t seed) {
    Registers registers(seed);
    registers.cluster.run_for(3s);
    registers.cluster.crash(1);
    registers.cluster.run_for(3s);
    return registers.cluster.fingerprint();
  };
  EXPECT_EQ(run(5), run(5));
  EXPECT_NE(run(5), run(6));
}

TEST(ClusterDeathTest, WhatIsNotThereIsNamed) {
  Cluster cluster(1);
  cluster.start(2);
  EXPECT_DEATH((void)cluster.node(2), "there is no node3");
  EXPECT_DEATH((void)cluster.id(7), "there is no node8");
  EXPECT_DEATH(cluster.cut(0, 2), "there is no machine 2");
  EXPECT_DEATH(cluster.restart(1), "node2 runs already");
  cluster.crash(1);
  EXPECT_DEATH((void)cluster.node(1), "node2 does not run");
  EXPECT_DEATH((void)cluster.up(1), "node2 does not run");
  EXPECT_DEATH(cluster.pause(1), "node2 does not run");
  EXPECT_DEATH(cluster.leave(1), "node2 does not run");
}

// An id outlives the nodes that are added later.
TEST(ClusterOfNodes, GivesIdsByValue) {
  static_assert(!std::is_reference_v<decltype(std::declval<Cluster&>().id(0))>);
}

}  // namespace
}  // namespace noex::testkit

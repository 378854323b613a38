// The examples of world.h and of SIMULATOR.md: nodes in a simulated world, without the test kit.
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "noex/runtime/node/node.h"
#include "noex/sim/world/fabric.h"

using namespace noex;

TEST(TwoNodes, ComeBackAfterAPartition) {
  NullLog log;
  sim::World world(1);
  sim::Fabric fabric(world);
  std::vector<std::unique_ptr<Node>> nodes;
  for (std::uint32_t i = 0; i < 2; ++i) {
    sim::Host& host = fabric.add_machine().start();  // a machine, and a process on it
    NodeConfig config;
    config.id = NodeId(fmt::format("node{}", i + 1), fmt::format("10.0.0.{}", i + 1), 4369);
    if (i == 1) config.seeds.push_back(nodes[0]->id());
    nodes.push_back(
        std::make_unique<Node>(config, host.loop(), host.network(), host.random("node"), log));
    host.loop().give(sim::EventKind::task, [&nodes, i] { EXPECT_TRUE(nodes[i]->start()); });
  }
  world.run_until(world.now() + 3s);
  ASSERT_TRUE(nodes[0]->members().at(0).up);

  fabric.cut_both(0, 1);
  world.run_until(world.now() + detection_bound(Options{}));
  EXPECT_FALSE(nodes[0]->members().at(0).up);

  fabric.heal_all();
  world.run_until(world.now() + convergence_bound(Options{}));
  EXPECT_TRUE(nodes[0]->members().at(0).up);

  fabric.machine(1).crash();  // first the process, then the objects in it
  nodes[1].reset();
  world.run_until(world.now() + detection_bound(Options{}));
  EXPECT_FALSE(nodes[0]->members().at(0).up);

  fabric.machine(0).crash();
}

namespace {

using namespace noex::sim;

TEST(WorldSnippets, AWorldIsBuilt) {
  NodeConfig config;
  config.id = NodeId("node1", "10.0.0.1", 4369);
  NullLog log;

  World world(42);
  Fabric fabric(world);               // machines and the network between them
  Machine& a = fabric.add_machine();  // "node1", 10.0.0.1
  Host& host = a.start();             // a process of it
  Node node(config, host.loop(), host.network(), host.random("node"), log);
  world.schedule(world.now() + 5s, EventKind::fault, no_host, [&] { a.pause(); });
  world.run_until(world.now() + 60s);
  a.crash();  // first the process ends, then the objects in it
  fmt::print("{:016x}\n", world.fingerprint());

  EXPECT_EQ(world.events(), 1U);
}

}  // namespace

// The examples of clients: one member, and a program that is none.
#include "noex/runtime/client/client.h"

#include <cstdint>
#include <tuple>
#include <utility>

#include <gtest/gtest.h>

#include "noex/asio.h"
#include "noex/runtime.h"
#include "noex/sim.h"

namespace {

using namespace noex;

struct Add {
  static constexpr auto wire_name = "snippet:add";
  using reply = std::int64_t;
  std::int64_t amount = 0;
};

class Counter : public Process {
 public:
  using messages = std::tuple<Add>;
  using Process::Process;
  Result<std::int64_t> on(const Add& add) { return sum_ += add.amount; }

 private:
  std::int64_t sum_ = 0;
};

std::int64_t counted = 0;

task<void> ask(Client& client) {
  const Result<Ref> counter = co_await client.find("counter");  // waits for a member, too
  if (!counter) co_return;
  const Result<std::int64_t> sum = co_await counter->call<Add>(5);
  counted = sum.value_or(-1);
}

task<void> serve(Node& node, bool& up) {
  const SpawnOptions options = SpawnOptions().global("counter");
  up = (co_await node.spawn<Counter>(node.id(), options)).has_value();
}

TEST(ClientSnippets, AsksOverAnyMember) {
  sim::World world(1);
  sim::Fabric fabric(world);
  sim::Host& members_host = fabric.add_machine().start();
  NullLog log;
  NodeConfig node_config;
  node_config.id = NodeId("node1", "10.0.0.1", 4369);
  Node node(node_config, members_host.loop(), members_host.network(), members_host.random("node"),
            log);
  bool up = false;
  members_host.loop().give(sim::EventKind::task, [&] {
    node.behaviors().add<Counter>("snippet:counter");
    EXPECT_TRUE(node.start() && node.run(serve(node, up)));
  });
  sim::Host& host = fabric.add_machine().start();
  Loop& loop = host.loop();
  Network& network = host.network();
  const Random random = host.random("client");
  ClientConfig config;
  config.members = {node.id().address()};
  counted = 0;
  host.loop().give(sim::EventKind::task, [&] {
    Client client(config, loop, network, random, log);  // config.members: where members listen
    const Result<void> started = client.start();        // connects, for as long as it lives
    const Result<Ref> main = client.run(ask(client));   // a coroutine, which may await everything
    EXPECT_TRUE(started && main);
  });
  Client client(config, loop, network, random, log);
  host.loop().give(sim::EventKind::task,
                   [&] { EXPECT_TRUE(client.start() && client.run(ask(client))); });
  world.run_until(world.now() + 10s);
  EXPECT_TRUE(up);
  EXPECT_EQ(counted, 5);
}

// In the real world, where nobody answers.
int run_client(AsioLoop& loop, Network& network, Log& log) {
  ClientConfig config;
  config.members = {{"127.0.0.1", 4369}, {"127.0.0.1", 4370}};  // tried in this order, and again
  Client client(std::move(config), loop, network, Random(AsioLoop::random_seed()), log);
  if (!client.run(ask(client))) return 1;
  if (!client.start()) return 1;
  loop.run();
  return 0;
}

TEST(ClientSnippets, RunsInTheRealWorld) {
  AsioLoop loop;
  AsioNetwork network(loop);
  NullLog log;
  loop.post([&loop] { loop.stop(); });
  EXPECT_EQ(run_client(loop, network, log), 0);
}

}  // namespace

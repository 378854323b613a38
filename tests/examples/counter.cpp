// A process of your own: it counts, is found by its name on every node, and answers calls.
#include <cstdio>
#include <cstdlib>

#include "noex/runtime/node/node.h"
#include "noex/transport/asio/asio_loop.h"
#include "noex/transport/asio/asio_network.h"

struct Add {  // a call, because it has a reply; a message without one is a cast
  static constexpr auto wire_name = "counter:add";
  using reply = std::int64_t;
  std::int64_t amount = 0;
};

class Counter : public noex::Process {
 public:
  using messages = std::tuple<Add>;
  using Process::Process;
  noex::Result<std::int64_t> on(const Add& add) { return total_ += add.amount; }

 private:
  std::int64_t total_ = 0;
};

noex::task<void> count(noex::Node& node, noex::AsioLoop& loop) {
  const auto options = noex::SpawnOptions().global("counter");
  (void)co_await node.spawn<Counter>(node.id(), options);        // or on any other node
  const noex::Ref counter = *node.registry().lookup("counter");  // local, on every node
  (void)co_await counter.call<Add>(40);
  const noex::Result<std::int64_t> total = co_await counter.call<Add>(2);
  std::printf("%s\n", total ? std::to_string(*total).c_str() : describe(total.error()).c_str());
  node.leave([&loop] { loop.stop(); });
}

int main(int argc, char** argv) {
  noex::AsioLoop loop;  // the world: hand in the simulator's instead, and nothing else changes
  noex::AsioNetwork network(loop);
  noex::NullLog log;
  noex::NodeConfig config;
  const int port = argc > 1 ? std::atoi(argv[1]) : 4400;
  config.id = noex::NodeId("node1", "127.0.0.1", static_cast<std::uint16_t>(port));
  noex::Node node(config, loop, network, noex::Random(noex::AsioLoop::random_seed()), log);
  node.behaviors().add<Counter>("counter");  // lets other nodes spawn it here
  if (!node.start()) return 1;
  loop.post([&] { (void)node.run(count(node, loop)); });
  loop.run();
}

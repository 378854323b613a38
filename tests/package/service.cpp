// A service of two nodes over real TCP, in one program: one holds a counter, the other finds it by
// its name and calls it. Prints 42.
#include <cstdio>
#include <memory>

#include "noex/asio.h"
#include "noex/runtime.h"

struct Add {
  static constexpr auto wire_name = "service:add";
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

// One that nobody has now.
std::uint16_t free_port(noex::AsioNetwork& network) {
  const auto listener =
      network.listen(noex::Address{"127.0.0.1", 0}, [](std::unique_ptr<noex::Connection>) {});
  return listener ? (*listener)->address().port : std::uint16_t{0};
}

noex::task<void> serve(noex::Node& node) {
  const auto options = noex::SpawnOptions().global("counter");
  (void)co_await node.spawn<Counter>(node.id(), options);
}

noex::task<void> use(noex::Node& node, std::int64_t& total) {
  const auto counter = co_await node.registry().find("counter");
  if (!counter) co_return;
  (void)co_await counter->call<Add>(40);
  total = (co_await counter->call<Add>(2)).value_or(0);
}

int main() {
  using namespace std::chrono_literals;
  noex::AsioLoop loop;
  noex::AsioNetwork network(loop);
  noex::NullLog log;
  noex::Random random(noex::AsioLoop::random_seed());

  noex::NodeConfig first;
  first.id = noex::NodeId("first", "127.0.0.1", free_port(network));
  noex::NodeConfig second;
  second.id = noex::NodeId("second", "127.0.0.1", free_port(network));
  second.seeds.push_back(first.id);
  noex::Node server(first, loop, network, random.split("first"), log);
  noex::Node client(second, loop, network, random.split("second"), log);
  if (!server.start() || !client.start()) return 1;

  std::int64_t total = 0;
  loop.post([&] {
    (void)server.run(serve(server));
    (void)client.run(use(client, total));
  });
  const bool done = loop.run_until([&] { return total == 42; }, 60s);
  std::printf("%s\n", done ? "42" : "no answer");
  return done ? 0 : 1;
}

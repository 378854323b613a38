// The same, over the simulated world: two machines, and a network that is cut while they talk.
// Needs no port, waits for nothing, and does the same in every run.
#include <cstdio>
#include <memory>
#include <vector>

#include "noex/runtime.h"
#include "noex/sim.h"

using namespace std::chrono_literals;

struct Add {
  static constexpr auto wire_name = "simulated:add";
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

noex::task<void> serve(noex::Node& node) {
  const auto options = noex::SpawnOptions().global("counter");
  (void)co_await node.spawn<Counter>(node.id(), options);
}

noex::task<void> use(noex::Node& node, std::int64_t amount, noex::Result<std::int64_t>& total) {
  const auto counter = co_await node.registry().find("counter");
  if (counter) total = co_await counter->call<Add>(amount);
}

std::unique_ptr<noex::Node> make_node(noex::sim::Fabric& fabric, noex::NodeConfig config,
                                      noex::Log& log) {
  noex::sim::Machine& machine = fabric.add_machine();
  noex::sim::Host& host = machine.start();
  config.id = noex::NodeId(machine.name(), machine.address(), 4369);
  auto node = std::make_unique<noex::Node>(std::move(config), host.loop(), host.network(),
                                           host.random("node"), log);
  host.loop().give(noex::sim::EventKind::task, [&node = *node] { (void)node.start(); });
  return node;
}

int main() {
  noex::NullLog log;
  noex::sim::World world(42);
  noex::sim::Fabric fabric(world);
  const auto server = make_node(fabric, {}, log);
  noex::NodeConfig config;
  config.seeds.push_back(server->id());
  const auto client = make_node(fabric, config, log);
  const auto run_for = [&](noex::Duration time) { world.run_until(world.now() + time); };
  const auto call = [&](std::int64_t amount, noex::Result<std::int64_t>& total) {
    fabric.machine(1).host()->loop().give(noex::sim::EventKind::task, [&, amount] {
      (void)client->run(use(*client, amount, total));
    });
    run_for(30s);
  };
  fabric.machine(0).host()->loop().give(noex::sim::EventKind::task,
                                        [&] { (void)server->run(serve(*server)); });
  run_for(5s);

  auto total = noex::Result<std::int64_t>(0);
  call(40, total);
  fabric.cut_both(0, 1);
  run_for(30s);
  const bool alone = !client->registry().lookup("counter");
  fabric.heal_all();
  run_for(30s);
  call(2, total);
  const bool right = alone && total == 42;
  std::printf("%s\n", right ? "42" : "not 42");
  return right ? 0 : 1;
}

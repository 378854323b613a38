#include "tests/bench/pair.h"

#include <csignal>
#include <utility>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "noex/transport/asio/asio_loop.h"
#include "noex/transport/asio/asio_network.h"

namespace noex::bench {

std::uint16_t free_port() {
  AsioLoop loop;
  NullLog log;
  AsioNetwork network(loop);
  auto listener = network.listen(Address{"127.0.0.1", 0}, [](std::unique_ptr<Connection>) {});
  return (*listener)->address().port;
}

NodeConfig config_of(const NodeId& id, const NodeId& seed) {
  NodeConfig config;
  config.id = id;
  config.seeds.push_back(seed);
  config.options.suspicion_after = 30s;
  return config;
}

namespace {

[[noreturn]] void serve(const NodeId& self, const NodeId& other) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  AsioLoop loop;
  NullLog log;
  AsioNetwork network(loop);
  Node node(config_of(self, other), loop, network, Random(AsioLoop::random_seed()), log);
  if (!node.start()) ::_exit(1);
  loop.post([&node] { start_server(node); });
  loop.run();
  ::_exit(0);
}

task<void> run_then_stop(std::function<task<void>(Node&)> body, Node& node, AsioLoop& loop) {
  co_await body(node);
  loop.stop();
}

}  // namespace

bool run_pair(const std::function<task<void>(Node&)>& client_body) {
  const NodeId server("server", "127.0.0.1", free_port());
  const NodeId client("client", "127.0.0.1", free_port());
  const pid_t child = ::fork();
  if (child == 0) serve(server, client);
  AsioLoop loop;
  NullLog log;
  AsioNetwork network(loop);
  bool met = false;
  {
    Node node(config_of(client, server), loop, network, Random(AsioLoop::random_seed()), log);
    met = node.start().has_value() && loop.run_until([&node] { return is_ready(node); }, 10s);
    if (met) {
      loop.post([&] { (void)node.run(run_then_stop(client_body, node, loop)); });
      loop.run();
    }
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  return met;
}

}  // namespace noex::bench

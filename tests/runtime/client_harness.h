// Clients beside the nodes of node_harness.h, each on a machine of its own.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "noex/runtime/client/client.h"
#include "tests/runtime/node_harness.h"

namespace noex::tests {

class ClientTest : public NodeTest {
 protected:
  // A client on machine `index`, which no node has, of the nodes in `members`.
  Client& start_client(std::uint32_t index, const std::vector<std::uint32_t>& members) {
    while (fabric_.size() <= index) fabric_.add_machine();
    sim::Host& host = fabric_.machine(index).start();
    ClientConfig config;
    for (const std::uint32_t member : members) config.members.push_back(id(member).address());
    config.options = options_;
    clients_[index] = std::make_unique<Client>(std::move(config), host.loop(), host.network(),
                                               host.random("client"), *log_);
    Client& client = *clients_[index];
    client.behaviors().add<Probe>("probe");
    client.on_connected([this](const NodeId& member) { told_.push_back("at " + member.name()); });
    client.on_disconnected([this](const NodeId& member, std::string_view) {
      told_.push_back("lost " + member.name());
    });
    host.loop().give(sim::EventKind::task, [&client] { EXPECT_TRUE(client.start()); });
    run_for(1s);
    return client;
  }
  Client& client(std::uint32_t index) { return *clients_.at(index); }
  void crash_client(std::uint32_t index) {
    fabric_.machine(index).crash();
    clients_.erase(index);
  }
  Ref client_probe(std::uint32_t index) {
    Ref made;
    in_turn(index, [&] { made = client(index).spawn_local<Probe>(std::string()).value(); });
    return made;
  }
  // As `ref`, but sending through that client.
  Ref at_client(std::uint32_t index, const Ref& ref) {
    return client(index).node().ref({ref.node(), ref.boot()}, ref.process());
  }
  bool run_client(std::uint32_t index, std::function<task<void>()> body, Duration limit = 60s) {
    bool done = false;
    auto wrapped = [](std::function<task<void>()> inner, bool& flag) -> task<void> {
      co_await inner();
      flag = true;
    };
    in_turn(index, [&] { ASSERT_TRUE(client(index).run(wrapped(body, done))); });
    const Instant end = world_.now() + limit;
    while (!done && world_.now() < end) run_for(10ms);
    return done;
  }
  template <CallMessage M, class... Args>
  Result<typename M::reply> client_call(std::uint32_t index, const Ref& to, Args... args) {
    Result<typename M::reply> result = fail(ErrorCode::system, "never ended");
    const Ref target = at_client(index, to);
    EXPECT_TRUE(
        run_client(index, [&]() -> task<void> { result = co_await target.call<M>(args...); }));
    return result;
  }
  Result<Ref> client_spawn(std::uint32_t index, std::uint32_t where, std::string how,
                           std::string global = {}) {
    Result<Ref> result = fail(ErrorCode::system, "never ended");
    const NodeId there = id(where);
    EXPECT_TRUE(run_client(index, [&]() -> task<void> {
      (void)co_await client(index).members();  // now it knows which boots are up
      const SpawnOptions options = SpawnOptions().global(global);
      result = co_await client(index).spawn<Probe>(there, options, how);
    }));
    return result;
  }
  std::vector<std::string> seen(std::uint32_t index, const Ref& probe) {
    return call<Seen>(index, probe).value_or(std::vector<std::string>{"no answer"});
  }
  std::vector<std::string> client_seen(std::uint32_t index, const Ref& probe) {
    return client_call<Seen>(index, probe).value_or(std::vector<std::string>{"no answer"});
  }
  // Has `watcher`, a process of node `index`, told what a reference of a client's is out there.
  template <CastMessage M, class... Args>
  void client_cast(std::uint32_t index, const Ref& to, Args... args) {
    in_turn(index, [&] { EXPECT_TRUE(at_client(index, to).cast<M>(args...)); });
    run_for(1s);
  }

  std::map<std::uint32_t, std::unique_ptr<Client>> clients_;
  std::vector<std::string> told_;
};

}  // namespace noex::tests

// The examples of API.md and supervisor.h: a key-value service, from its messages to its
// supervisor.
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "noex/runtime.h"
#include "tests/snippets/one_node.h"

namespace {

using namespace noex;
using ApiSnippets = snippets::OneNode;

struct Put {  // a call: it is answered
  static constexpr auto wire_name = "kv:put";
  using reply = Done;
  std::string key, value;
};
struct Get {
  static constexpr auto wire_name = "kv:get";
  using reply = std::string;
  std::string key;
};
struct Drop {  // a cast: it is not answered
  static constexpr auto wire_name = "kv:drop";
  std::string key;
};

class Store : public Process {
 public:
  using messages = std::tuple<Put, Get, Drop>;
  using Process::Process;

  Result<Done> on(const Put& put) {
    values_[put.key] = put.value;
    return Done{};
  }
  Result<std::string> on(const Get& get) {
    const auto found = values_.find(get.key);
    if (found == values_.end()) return fail(ErrorCode::rejected, "no such key");
    return found->second;
  }
  void on(const Drop& drop) { values_.erase(drop.key); }

 private:
  std::map<std::string, std::string> values_;
};

task<Result<std::string>> put_and_get(Node& node) {
  const SpawnOptions options = SpawnOptions().global("store").timeout(2s);
  const Result<Ref> store = co_await node.spawn<Store>(node.id(), options);
  if (!store) co_return std::unexpected(store.error());

  const Result<Done> put = co_await store->call<Put>("colour", "blue");
  if (!put) co_return std::unexpected(put.error());
  co_return co_await store->call_within<Get>(500ms, "colour");
}

task<Result<std::string>> get(Node& node, std::string key) {
  const Result<Ref> store = co_await node.registry().find("store");
  if (!store) co_return std::unexpected(store.error());
  const Result<std::string> value = co_await store->call<Get>(key);
  if (!value && value.error().code == ErrorCode::rejected) co_return "nothing";
  co_return value;
}

class Watcher : public Process {
 public:
  using messages = std::tuple<>;
  using arguments = std::tuple<Ref>;
  Watcher(Context& context, Ref watched) : Process(context) { monitor(watched); }

  void on(const Down& down) {
    log().warning("{}: {}", down.process.text(), down.reason.describe());
  }
};

task<void> use(Node& node, std::string& seen) {
  seen = (co_await put_and_get(node)).value_or("an error");
  (void)node.spawn_local<Watcher>(*node.registry().lookup("store"));
  (void)node.registry().lookup("store")->cast<Drop>("colour");
  seen += " " + (co_await get(node, "colour")).value_or("an error");
}

TEST_F(ApiSnippets, AStoreKeepsValues) {
  std::string seen;
  in_turn([&] { node().behaviors().add<Store>("kv:store"); });
  run(use(node(), seen), 10s);
  EXPECT_EQ(seen, "blue nothing");
}

// --- Supervisors ---

class Index : public Process {
 public:
  using messages = std::tuple<>;
  using Process::Process;
};

namespace with_path {

class Store : public Process {
 public:
  using messages = std::tuple<>;
  using arguments = std::tuple<std::string>;
  Store(Context& context, std::string) : Process(context) {}
};

Result<Ref> start(Node& node, std::string path) {
  const Result<Ref> supervisor = node.spawn_local<Supervisor>(
      SupervisorSpec(Strategy::rest_for_one)
          .intensity(3, 5s)
          .child<Store>("store", ChildOptions().global("store"), path)
          .child<Index>("index", ChildOptions().restart(Restart::transient)));
  return supervisor;
}

}  // namespace with_path

TEST_F(ApiSnippets, ASupervisorStartsItsChildren) {
  in_turn([&] { EXPECT_TRUE(with_path::start(node(), "data")); });
  run_for(5s);
  EXPECT_TRUE(node().registry().lookup("store"));
  EXPECT_EQ(node().process_count(), 3U);
}

}  // namespace

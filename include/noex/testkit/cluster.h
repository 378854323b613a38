// Cluster: a simulated cluster that a test drives by hand.
//
//   Cluster cluster(42);          // the seed
//   cluster.on_start(kv::start);  // what each node runs
//   cluster.start(3);
//   ASSERT_TRUE(cluster.run_until([&] { return cluster.all_up(); }));
//   cluster.cut(0, 1);                    // faults: crash, pause, leave ...
//   EXPECT_TRUE(cluster.is_cut(1, 0));    // the truth
//   EXPECT_EQ(cluster.up(0).size(), 2U);  // what a node believes
//   EXPECT_TRUE(cluster.await(2, kv::put(cluster.node(2), "k", "v")));
//   const auto store = cluster.node(2).registry().lookup(kv::store_of(cluster.node(2)));
//   EXPECT_EQ(cluster.call<Get>(2, *store, "k"), "v");  // a call, awaited
//
// Time passes only within run_for, run_until and await. The same seed gives the same run. On one
// thread. Nodes are numbered from 0; a number that no node has, or a node that does not run where
// one must, stops the program and says so.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "noex/runtime/message/call.h"
#include "noex/runtime/node/node.h"

namespace noex::testkit {

// See the top of this file.
class Cluster {
 public:
  // `options` are those of all nodes.
  explicit Cluster(std::uint64_t seed, Options options = {});
  // A crash of all nodes.
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  // What each node runs: `program` is called at each start, right after Node::start(). To be set
  // before the first start; kept as long as the cluster.
  void on_start(std::function<void(Node&)> program);
  // Adds `count` nodes, named node1, node2, ..., which have each other as seeds, and starts them.
  void start(std::uint32_t count);

  // How many nodes were added.
  std::uint32_t size() const;
  // Whether that node runs; one that is paused does.
  bool runs(std::uint32_t index) const;
  // That node, which must run. It is valid until it ends: ask again after a fault.
  Node& node(std::uint32_t index);
  // Where that node is, whether it runs or not.
  NodeId id(std::uint32_t index) const;

  // --- Faults ---
  // The node's process dies, and its system closes its connections. It must run.
  void crash(std::uint32_t index);
  // The node's machine goes dark: no other node is told. It must run.
  void power_loss(std::uint32_t index);
  // Starts a node that does not run, with a higher boot.
  void restart(std::uint32_t index);
  // The node says good-bye, and ends while time passes. It must run.
  void leave(std::uint32_t index);
  // The node stands still, as after SIGSTOP. It must run.
  void pause(std::uint32_t index);
  // It goes on, as after SIGCONT.
  void resume(std::uint32_t index);
  // Nothing passes between the two, in either direction.
  void cut(std::uint32_t a, std::uint32_t b);
  // Nothing passes in that direction.
  void cut_one_way(std::uint32_t from, std::uint32_t to);
  // Ends the cuts between the two.
  void heal(std::uint32_t a, std::uint32_t b);
  // Ends all cuts.
  void heal_all();

  // --- Time ---
  // True time, which no node sees; it begins with Instant{}.
  Instant now() const;
  // Lets that much simulated time pass.
  void run_for(Duration time);
  // Lets time pass until `is_true` is; it is asked every 100 us of simulated time. False: it was
  // not true within the limit.
  bool run_until(const std::function<bool()>& is_true, Duration limit = 60s);
  // Runs a coroutine as a process of that node, which must run, and lets time pass until it has
  // ended. Gives its value; nothing: it has not ended within the limit, or its node has.
  template <class T>
  std::optional<T> await(std::uint32_t index, task<T> body, Duration limit = 60s) {
    auto result = std::make_shared<std::optional<T>>();
    spawn(index, keep(std::move(body), result));
    run_until([&] { return result->has_value() || !runs(index); }, limit);
    return std::move(*result);
  }

  // Calls that process from one of that node: what it answers, or exited if the node has ended.
  template <CallMessage M, class... Args>
  Result<typename M::reply> call(std::uint32_t index, const Ref& to, Args&&... args) {
    const Ref through = node(index).ref(Incarnation{to.node(), to.boot()}, to.process());
    auto answer = await(index, ask(through, M{std::forward<Args>(args)...}), Duration::max());
    return answer ? std::move(*answer) : Result<typename M::reply>(fail(ErrorCode::exited));
  }

  // --- Ground truth ---
  std::vector<NodeId> running() const;                      // by index
  bool is_cut(std::uint32_t from, std::uint32_t to) const;  // that way

  // --- Views ---
  // Whether each node that runs takes exactly the others that run for up.
  bool all_up() const;
  // The nodes that this one, which must run, takes for up, by id.
  std::vector<NodeId> up(std::uint32_t index) const;
  // A hash over all that has happened: two runs that differ in anything have different ones.
  std::uint64_t fingerprint() const;

 private:
  template <class M>
  static task<Result<typename M::reply>> ask(Ref to, M message) {
    CallOperation<M> call(std::move(to), std::move(message), Duration::zero());
    co_return co_await call;
  }
  template <class T>
  static task<void> keep(task<T> body, std::shared_ptr<std::optional<T>> result) {
    *result = co_await std::move(body);
  }
  void spawn(std::uint32_t index, task<void> body);

  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace noex::testkit

// Cluster: a simulated cluster that a test drives by hand.
//
//   Cluster cluster(42);
//   cluster.on_start([](Node& node) { kv::start(node); });
//   cluster.start(3);
//   ASSERT_TRUE(cluster.run_until([&] { return cluster.all_up(); }));
//   cluster.cut(0, 1);
//   EXPECT_TRUE(cluster.await(2, kv::put(cluster.node(2), "k", "v")));
//
// Time passes only within run_for, run_until and await. The same seed gives the same run.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "noex/runtime/node/node.h"

namespace noex::testkit {

class Cluster {
 public:
  explicit Cluster(std::uint64_t seed, Options options = {});
  ~Cluster();  // a crash of all
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  // What each node runs: called at each start, right after Node::start(). Before the first one.
  void on_start(std::function<void(Node&)> program);
  // Adds so many nodes, node1 and so on, which know each other as seeds, and starts them.
  void start(std::uint32_t count);

  std::uint32_t size() const;
  bool runs(std::uint32_t index) const;
  Node& node(std::uint32_t index);  // it runs
  const NodeId& id(std::uint32_t index) const;

  // --- Faults ---
  void crash(std::uint32_t index);       // its system closes its connections
  void power_loss(std::uint32_t index);  // silence
  void restart(std::uint32_t index);     // of one that does not run
  void leave(std::uint32_t index);       // says good-bye; ends while time passes
  void pause(std::uint32_t index);       // as SIGSTOP
  void resume(std::uint32_t index);
  void cut(std::uint32_t a, std::uint32_t b);  // both ways
  void cut_one_way(std::uint32_t from, std::uint32_t to);
  void heal(std::uint32_t a, std::uint32_t b);
  void heal_all();

  // --- Time ---
  Instant now() const;
  void run_for(Duration time);
  // False: it did not come true within the limit. Asked every 100 us of simulated time.
  bool run_until(const std::function<bool()>& is_true, Duration limit = 60s);
  // Runs it as a process of that node until it has ended; nothing: it did not within the limit, or
  // its node ended.
  template <class T>
  std::optional<T> await(std::uint32_t index, task<T> body, Duration limit = 60s) {
    auto result = std::make_shared<std::optional<T>>();
    spawn(index, keep(std::move(body), result));
    run_until([&] { return result->has_value() || !runs(index); }, limit);
    return std::move(*result);
  }

  // --- Views ---
  // Each that runs has each other one that runs up, and nobody else.
  bool all_up() const;
  // Whom that node has up, by id.
  std::vector<NodeId> up(std::uint32_t index) const;
  // Two runs that differ in anything that happened have different ones.
  std::uint64_t fingerprint() const;

 private:
  template <class T>
  static task<void> keep(task<T> body, std::shared_ptr<std::optional<T>> result) {
    *result = co_await std::move(body);
  }
  void spawn(std::uint32_t index, task<void> body);

  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace noex::testkit

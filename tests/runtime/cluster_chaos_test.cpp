// Clusters under random faults: what the harness checks at every event, and agreement afterwards.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/runtime/cluster_harness.h"

namespace noex {
namespace {

class Chaos {
 public:
  Chaos(int nodes, std::uint64_t seed)
      : world_(nodes, seed), random_(Random(seed).split("chaos")), nodes_(nodes) {
    sim::LinkProfile profile;
    profile.chunk_chance = 100'000;
    profile.tail_chance = 20'000;
    profile.tail = 400ms;
    world_.fabric.set_profile(profile);
    for (int i = 0; i < nodes_; ++i) start(i);
  }

  void run_faults(int count) {
    for (int i = 0; i < count; ++i) {
      world_.run(std::chrono::milliseconds(random_.below(3000)));
      fault();
    }
  }
  void heal() {
    world_.fabric.heal_all();
    for (int i = 0; i < nodes_; ++i) {
      if (world_.machine(i).paused()) world_.machine(i).resume();
      world_.machine(i).set_backlog_full(false);
    }
    world_.run(2 * world_.options.leave_timeout);  // who had begun to leave is gone then
    for (int i = 0; i < nodes_; ++i) {
      if (world_.machine(i).host() == nullptr) start(i);
    }
    world_.run(convergence_bound(world_.options));
  }
  void expect_agreement() {
    for (int i = 0; i < nodes_; ++i) {
      std::string everybody;
      for (int k = 0; k < nodes_; ++k) {
        if (k != i) everybody += (everybody.empty() ? "" : " ") + world_.id(k).name();
      }
      EXPECT_EQ(world_.view(i), everybody) << "at " << world_.id(i).name();
      EXPECT_TRUE(world_[i].cluster().settled());
      EXPECT_EQ(world_[i].boot_too_low, 0U);
      for (const auto& member : world_[i].cluster().members()) EXPECT_TRUE(member.linked);
    }
    const auto pairs = static_cast<std::uint64_t>(nodes_ * (nodes_ - 1) / 2);
    EXPECT_EQ(world_.fabric.live_connections(), pairs);
  }
  void expect_quiet() {
    for (int i = 0; i < nodes_; ++i) world_[i].take_events();
    world_.run(60s);
    for (int i = 0; i < nodes_; ++i) EXPECT_TRUE(world_[i].take_events().empty());
  }

 private:
  int any() { return static_cast<int>(random_.below(static_cast<std::uint64_t>(nodes_))); }
  std::uint32_t any_machine() { return static_cast<std::uint32_t>(any()); }
  void start(int i) { world_.start(i, {0, 1}); }

  void fault() {
    const int i = any();
    auto& machine = world_.machine(i);
    const bool runs = machine.host() != nullptr;
    const std::uint32_t a = any_machine();
    const std::uint32_t b = any_machine();
    switch (random_.below(10)) {
      case 0:
        if (runs) return world_.crash(i);
        return start(i);
      case 1:
        if (!runs) return start(i);
        machine.power_off();
        return world_[i].destroy();
      case 2:
        if (!runs) return;
        return machine.paused() ? machine.resume() : machine.pause();
      case 3:
        if (a != b) world_.fabric.cut_both(a, b);
        return;
      case 4:
        if (a != b) world_.fabric.cut(a, b);
        return;
      case 5:
        return world_.fabric.heal_all();
      case 6:
        if (a != b) (void)world_.fabric.reset_connection(a, b);
        return;
      case 7:
        if (a != b) (void)world_.fabric.sever_connection(a, b);
        return;
      case 8:
        return machine.set_backlog_full(!machine.backlog_full());
      default:
        if (!runs || machine.paused()) return;
        leave(i);
    }
  }
  // It leaves, and its process ends once that is done.
  void leave(int i) {
    auto* host = world_.machine(i).host();
    auto& node = world_[i];
    if (node.leaving) return;
    node.leaving = true;
    world_.turn(i, [this, i, host, &node] {
      node.cluster().leave([this, i, host] {
        world_.turn_later(i, [this, i, host] {
          if (world_.machine(i).host() == host) world_.crash(i);
        });
      });
    });
  }

  ClusterWorld world_;
  Random random_;
  int nodes_;
};

TEST(ClusterChaos, EverybodyAgreesAfterwards) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Chaos chaos(2 + static_cast<int>(seed % 5), seed);
    chaos.run_faults(40);
    chaos.heal();
    chaos.expect_agreement();
    chaos.expect_quiet();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace noex

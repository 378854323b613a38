#include "tests/bench/scale_cluster.h"

#include <algorithm>

#include <fmt/format.h>

#include "noex/transport/base/check.h"

namespace noex::bench {

namespace {

constexpr std::uint16_t port = 4369;
constexpr std::uint32_t seeds = 3;  // the first nodes are everybody's seeds

}  // namespace

ScaleCluster::ScaleCluster(std::uint32_t nodes, std::uint64_t seed) : world_(seed), nodes_(nodes) {
  for (std::uint32_t index = 0; index < nodes; ++index) {
    const sim::Machine& machine = fabric_.add_machine();
    nodes_[index].id = NodeId(machine.name(), machine.address(), port);
    nodes_[index].up.resize(nodes);
    index_.emplace(nodes_[index].id, index);
  }
}

// First the processes, then the objects in them.
ScaleCluster::~ScaleCluster() {
  for (std::uint32_t index = 0; index < size(); ++index) {
    if (runs(index)) fabric_.machine(index).exit();
    nodes_[index].node.reset();
  }
}

void ScaleCluster::start(std::uint32_t index) {
  NOEX_CHECK(!runs(index));
  Member& member = nodes_[index];
  sim::Host& host = fabric_.machine(index).start();
  member.network = std::make_unique<CountingNetwork>(host.network(), traffic_);
  NodeConfig config;
  config.id = member.id;
  for (std::uint32_t other = 0; other < std::min(seeds, size()); ++other) {
    if (other != index) config.seeds.push_back(id(other));
  }
  member.node = std::make_unique<Node>(std::move(config), host.loop(), *member.network,
                                       host.random("node"), log_);
  ++running_;
  for (const Member& other : nodes_) {
    if (!other.up[index] || other.node == nullptr) continue;
    ++pairs_up_;
    --strangers_up_;
  }
  member.node->on_node_up([this, index](const NodeId& who) { note(index, who, true); });
  member.node->on_node_down(
      [this, index](const NodeId& who, DownReason) { note(index, who, false); });
  host.loop().give(sim::EventKind::task, [this, index] {
    const Result<void> started = node(index).start();
    NOEX_CHECK(started.has_value(), "{}", describe(started.error()));
  });
}

bool ScaleCluster::start_all(Random& moments) {
  const Instant now = world_.now();
  for (std::uint32_t index = 0; index < size(); ++index) {
    const Instant at = now + Duration(moments.below(1'000'000'000));
    world_.schedule(at, sim::EventKind::fault, index, [this, index] { start(index); });
  }
  run_for(1s);
  return run_until([this] { return whole(); }, 10ms, 600s);
}

void ScaleCluster::crash(std::uint32_t index) {
  fabric_.machine(index).crash();
  end(index);
}

void ScaleCluster::power_off(std::uint32_t index) {
  fabric_.machine(index).power_off();
  end(index);
}

void ScaleCluster::end(std::uint32_t index) {
  Member& member = nodes_[index];
  member.node.reset();
  --running_;
  for (std::uint32_t other = 0; other < size(); ++other) {
    if (member.up[other]) --(runs(other) ? pairs_up_ : strangers_up_);
    member.up[other] = false;
    if (!runs(other) || !nodes_[other].up[index]) continue;
    --pairs_up_;
    ++strangers_up_;
  }
}

void ScaleCluster::note(std::uint32_t observer, const NodeId& who, bool up) {
  const std::uint32_t other = index_.at(who);
  announcements_.push_back(Announcement{now(), observer, other, up});
  if (nodes_[observer].up[other] == up) return;
  nodes_[observer].up[other] = up;
  std::uint64_t& count = runs(other) ? pairs_up_ : strangers_up_;
  up ? ++count : --count;
}

bool ScaleCluster::run_until(const std::function<bool()>& done, Duration step, Duration limit) {
  const Instant end = now() + limit;
  while (!done()) {
    if (now() >= end) return false;
    run_for(step);
  }
  return true;
}

}  // namespace noex::bench

// ScaleCluster: any number of real Nodes over the simulated network, and who saw what when.
//
// Owns the world, the machines and the nodes; no chat, no checkers. Never judges: it lets time
// pass, breaks things, and tells when which node announced what of which other.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "noex/runtime/node/node.h"
#include "noex/sim/world/fabric.h"
#include "noex/sim/world/world.h"
#include "noex/transport/base/log.h"
#include "tests/bench/counting_network.h"

namespace noex::bench {

// What one node announced.
struct Announcement {
  Instant at{};
  std::uint32_t observer = 0;
  std::uint32_t node = 0;
  bool up = false;
};

class ScaleCluster {
 public:
  explicit ScaleCluster(std::uint32_t nodes, std::uint64_t seed = 1);
  ~ScaleCluster();
  ScaleCluster(const ScaleCluster&) = delete;
  ScaleCluster& operator=(const ScaleCluster&) = delete;

  std::uint32_t size() const { return static_cast<std::uint32_t>(nodes_.size()); }
  bool runs(std::uint32_t index) const { return nodes_[index].node != nullptr; }
  Node& node(std::uint32_t index) { return *nodes_[index].node; }
  const NodeId& id(std::uint32_t index) const { return nodes_[index].id; }
  sim::World& world() { return world_; }
  sim::Fabric& fabric() { return fabric_; }
  Instant now() const { return world_.now(); }

  void start(std::uint32_t index);
  // All at moments of one second, as after a power cut in a data centre; lets time pass until
  // everybody knows everybody. False if that takes ten minutes.
  bool start_all(Random& moments);
  // The peers see their connections close.
  void crash(std::uint32_t index);
  // Silence.
  void power_off(std::uint32_t index);

  void run_for(Duration duration) { world_.run_until(world_.now() + duration); }
  // Lets time pass in steps until `done` or the limit; true if done.
  bool run_until(const std::function<bool()>& done, Duration step, Duration limit);
  // Every node that runs has every other that runs up, and nobody else.
  bool whole() const { return pairs_up_ == running_ * (running_ - 1) && strangers_up_ == 0; }

  // What was announced since the last call.
  std::vector<Announcement> take_announcements() { return std::exchange(announcements_, {}); }
  const Traffic& traffic() const { return traffic_; }

 private:
  struct Member {
    NodeId id;
    std::unique_ptr<CountingNetwork> network;
    std::unique_ptr<Node> node;
    std::vector<bool> up;  // by the others' index
  };

  void end(std::uint32_t index);
  void note(std::uint32_t observer, const NodeId& who, bool up);

  NullLog log_;
  sim::World world_;
  sim::Fabric fabric_{world_};
  Traffic traffic_;
  std::map<NodeId, std::uint32_t> index_;
  std::vector<Member> nodes_;
  std::vector<Announcement> announcements_;
  std::uint64_t running_ = 0;
  std::uint64_t pairs_up_ = 0;      // (observer, node): both run, node is up there
  std::uint64_t strangers_up_ = 0;  // the same, but the node does not run
};

}  // namespace noex::bench

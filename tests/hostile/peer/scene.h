// Scene: a node with everything under way, an honest node, and a hostile peer that is linked to the
// first, over the simulated network.
//
// Owns the world. The victim's processes call, spawn at, monitor and link themselves to those of
// the hostile node, claim names, and send more than it reads, so that its queue is full, and
// answers can be forged for all that waits. What must hold, whatever is said: nothing aborts, and
// once the peer is gone nothing is left of it, and the honest two are linked and serve each other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "chat/observer.h"
#include "noex/runtime/node/node.h"
#include "noex/sim/world/fabric.h"
#include "tests/hostile/peer/talk.h"

namespace noex::hostile {

class Scene {
 public:
  explicit Scene(std::uint64_t seed);
  ~Scene();
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  // The peer is linked, or was refused; a new one if need be.
  void link_peer();
  HostilePeer& peer() { return *peer_; }
  Talk::Subjects subjects() const;

  // One thing that the victim's processes do.
  void act(std::uint64_t what);
  void run(Duration time) { world_.run_until(world_.now() + time); }
  // Registry and counts are consistent.
  void check();
  // The peer goes; what is left of it after half a minute is a text, else it is empty.
  std::string aftermath();

  Node& victim() { return *nodes_[0]; }
  Node& honest() { return *nodes_[1]; }
  // Runs `body` in a turn of that machine: 0 the victim, 1 the honest node, 2 the peer.
  void in_turn(std::uint32_t machine, std::function<void()> body);
  std::size_t lines() const { return log_.lines; }
  std::size_t log_bytes() const { return log_.bytes; }
  // The most that the victim did in one turn is what the loop counted.
  sim::World& world() { return world_; }

 private:
  class CountingLog final : public Log {
   public:
    bool enabled(LogLevel level) const override { return level >= LogLevel::info; }
    void write(LogLevel, std::string_view text) override;
    std::size_t lines = 0;
    std::size_t bytes = 0;
  };

  void start(std::uint32_t machine);
  NodeId id(std::uint32_t machine) const;
  Ref theirs(std::uint64_t process);
  // A process of the victim that does what is awaited in there; none if it has too many.
  void process(task<void> body);
  Ref citizen();

  sim::World world_;
  sim::Fabric fabric_;
  CountingLog log_;
  chat::ChatObserver chat_;
  Options options_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::unique_ptr<HostilePeer> peer_;
  std::vector<Ref> citizens_;
  std::uint64_t acts_ = 0;
  Boot peer_boot_ = 0;
};

}  // namespace noex::hostile

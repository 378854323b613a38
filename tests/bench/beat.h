// Beat: the bare simulator, hosts that do nothing but send each other heartbeats over connections.
//
// Once a simulated second each host sends 100 bytes to each of up to five others, and each answers
// with 100 bytes; latency is 10 ms. No nodes: what is left is the world, its queue, loops, streams
// and the fingerprint over every byte that arrives.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "noex/sim/world/fabric.h"
#include "noex/sim/world/world.h"
#include "noex/transport/network.h"

namespace noex::bench {

class Beat {
 public:
  // All are connected, and beat for a second already.
  explicit Beat(std::uint32_t hosts);
  ~Beat();
  Beat(const Beat&) = delete;
  Beat& operator=(const Beat&) = delete;

  void run_for(Duration duration) { world_.run_until(world_.now() + duration); }
  std::uint64_t events() const { return world_.events(); }
  // Requests and answers that arrived.
  std::uint64_t messages() const { return messages_; }

 private:
  class End;  // of a connection

  void listen(std::uint32_t host);
  void connect(std::uint32_t from, std::uint32_t to);
  void beat(std::uint32_t from);
  sim::Host& host(std::uint32_t index) { return *fabric_.machine(index).host(); }
  Address address(std::uint32_t index) { return {fabric_.machine(index).address(), 4369}; }

  sim::World world_{1};
  sim::Fabric fabric_{world_};
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::unique_ptr<Dial>> dials_;
  std::deque<End> ends_;
  std::vector<std::vector<End*>> peers_;  // by host: those that it sends requests to
  std::uint64_t messages_ = 0;
};

}  // namespace noex::bench

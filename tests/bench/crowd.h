// Crowd: many connections that do nothing, and one pair of machines to which faults happen.
//
// What a fault costs must not depend on the connections that it does not concern; the crowd has
// nothing to do with the pair but being there.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "noex/sim/world/fabric.h"
#include "noex/sim/world/world.h"
#include "noex/transport/network.h"

namespace noex::bench {

class Crowd {
 public:
  // So many connections, spread over machines of their own, and one between the pair.
  explicit Crowd(std::uint32_t connections);
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  // The path between the pair is cut, and open again.
  void cut_and_heal();
  // The process of one of the pair is killed, and another is there, connected.
  void crash_and_return();

 private:
  sim::Host& host(std::uint32_t index) { return *fabric_.machine(index).host(); }
  void listen(std::uint32_t index);
  void dial(std::uint32_t from, std::uint32_t to);

  sim::World world_{1};
  sim::Fabric fabric_{world_};
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::unique_ptr<Dial>> dials_;
  std::vector<std::unique_ptr<Connection>> accepted_;
  std::vector<std::unique_ptr<Connection>> dialled_;
};

}  // namespace noex::bench

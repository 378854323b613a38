// Transit: what a segment meets between the machines of a connection: time, bandwidth, cuts.
//
// Asks the links and the machines, draws from the connection's own random streams, and counts a
// fault where it changes something. Moves no bytes.
#pragma once

#include <cstdint>

#include "noex/sim/world/link.h"
#include "noex/sim/world/stream.h"
#include "noex/sim/world/world.h"

namespace noex::sim {

class Fabric;

class Transit {
 public:
  Transit(World& world, Fabric& fabric) : world_(world), fabric_(fabric) {}

  // Each is about the way from that end to the other one.
  const LinkProfile& link(EndRef from) const;
  bool blocked(EndRef from) const;
  // The same, of a segment that is there: whatever holds it back has hit.
  bool meets_cut(EndRef from) const;
  bool is_cut(EndRef from) const;
  void count_cut(EndRef from) const;
  Duration draw_latency(EndRef from) const;
  // When so many bytes that are sent now are there.
  Instant draw_arrival(EndRef from, std::uint64_t size) const;

 private:
  World& world_;
  Fabric& fabric_;
};

}  // namespace noex::sim

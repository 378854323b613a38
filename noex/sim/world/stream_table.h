// StreamTable: every connection, found by the machines that it is between.
//
// Streams have stable addresses and are used again in place. Whatever happens to a path or to a
// machine happens to its connections in the order of their slots, and costs as much as there are
// of them: how many others there are does not matter.
#pragma once

#include <cstdint>
#include <deque>
#include <set>
#include <tuple>
#include <vector>

#include "noex/sim/world/stream.h"
#include "noex/sim/world/world.h"

namespace noex::sim {

class StreamTable {
 public:
  explicit StreamTable(const World& world) : world_(world) {}

  // A connection that `from` has dialled; the end is that of `from`.
  EndRef add(std::uint32_t from, std::uint32_t to);
  // Every reference to it is invalid from now on.
  void remove(Stream& stream);

  // Ends of connections between the two / with the machine at either end, by slot and then side.
  std::vector<EndRef> between(std::uint32_t a, std::uint32_t b);
  std::vector<EndRef> of_machine(std::uint32_t machine);

  // Connections with an end that a process has.
  std::uint64_t live() const;

 private:
  // Both ways, so that a machine's connections stand together.
  using Place = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;  // machine, peer, slot

  Stream& fresh(std::uint32_t from, std::uint32_t to);
  std::vector<EndRef> ends_of(Place first, Place last);

  const World& world_;
  std::deque<Stream> streams_;
  std::vector<Stream*> free_;
  std::set<Place> places_;
  std::vector<std::uint64_t> opened_;  // per dialling machine, to key its random streams
  std::uint64_t connections_ = 0;      // so far
};

}  // namespace noex::sim

// Fabric: all machines and the network between them, for whoever builds a scenario.
//
// Faults of links and connections are here, those of machines and processes in
// include/noex/sim/world/machine.h. It never draws by itself when a fault happens: that is the
// scenario's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "noex/sim/world/link.h"
#include "noex/sim/world/machine.h"
#include "noex/sim/world/stream_tap.h"
#include "noex/sim/world/world.h"
#include "noex/sim/world/write_watch.h"

namespace noex::sim {

class Dials;
class Streams;

struct FabricOptions {
  // Per direction of a connection: what the system takes before the process reads it.
  std::uint64_t buffer_bytes = 256ULL * 1024;
  // A segment on its way; what one write leaves is cut into these.
  std::uint64_t segment_bytes_max = 64ULL * 1024;
  // A connection whose bytes are unacknowledged for this long is reset at the sender.
  Duration tcp_timeout = 20s;
  // After a cut heals, its first retransmission comes within this, at least the minimum.
  Duration retransmit_min = 200ms;
  Duration retransmit_max = 3s;
  // A closed connection that cannot send the rest is given up (Connection::close).
  Duration linger_max = 5s;
};

class Fabric {
 public:
  explicit Fabric(World& world, FabricOptions options = {});
  ~Fabric();
  Fabric(const Fabric&) = delete;
  Fabric& operator=(const Fabric&) = delete;

  // Named "node1", "node2", ... unless said otherwise; 10.0.0.1, 10.0.0.2, ...
  Machine& add_machine(std::string name = {});
  Machine& machine(std::uint32_t index) { return *machines_[index]; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(machines_.size()); }
  // By name or address; nullptr if there is none.
  Machine* find(const std::string& host);

  Links& links() { return links_; }
  void set_profile(const LinkProfile& all) { links_.set_all(all); }
  void set_profile(std::uint32_t from, std::uint32_t to, const LinkProfile& profile) {
    links_.set_profile(from, to, profile);
  }

  // A limit for that way alone; 0 ends it, and what waited for it leaves at once.
  void set_limit(std::uint32_t from, std::uint32_t to, std::uint64_t bytes_per_second);

  // Nothing passes from `from` to `to` any more. A segment that meets it counts as a hit of
  // one_way while the other direction is open, else of partition, or of bridge if that is why.
  void cut(std::uint32_t from, std::uint32_t to, bool bridge = false);
  void heal(std::uint32_t from, std::uint32_t to);
  void cut_both(std::uint32_t a, std::uint32_t b);
  void heal_both(std::uint32_t a, std::uint32_t b);
  void heal_all();
  bool is_cut(std::uint32_t from, std::uint32_t to) const { return links_.is_cut(from, to); }
  // Ground truth: a segment sent now from a process of `from` would arrive at `to`'s system.
  bool reaches(std::uint32_t from, std::uint32_t to) const {
    return machines_[from]->powered() && machines_[to]->powered() && !links_.is_cut(from, to);
  }

  // Both ends of one live connection between the two are reset, after the latency. False if
  // there is none. Which one, if there are several: drawn from the stream of that key alone.
  bool reset_connection(std::uint32_t a, std::uint32_t b, std::uint64_t key = 0);
  // Nothing of one live connection passes any more, in silence, as after a lost NAT entry.
  bool sever_connection(std::uint32_t a, std::uint32_t b, std::uint64_t key = 0);
  std::uint64_t live_connections() const;

  // Sees every write of every process; outlives what is written. nullptr: nobody.
  void set_write_watch(WriteWatch* watch);
  // Hears every byte; outlives this. nullptr: nobody does, at no cost.
  void set_tap(StreamTap* tap);

  World& world() { return world_; }
  const FabricOptions& options() const { return options_; }
  Streams& streams() { return *streams_; }
  Dials& dials() { return *dials_; }

 private:
  World& world_;
  const FabricOptions options_;
  Links links_;
  std::unique_ptr<Streams> streams_;
  std::unique_ptr<Dials> dials_;
  std::vector<std::unique_ptr<Machine>> machines_;
  std::map<std::string, Machine*, std::less<>> by_host_;
};

}  // namespace noex::sim

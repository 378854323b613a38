// Fabric: all machines and the network between them, for whoever builds a scenario.
//
// Faults of links and connections are here, those of machines and processes are Machine's
// ("noex/sim/world/machine.h"). When they happen is for the scenario to say: nothing here draws it.
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
#include "noex/transport/base/check.h"

namespace noex::sim {

class Dials;
class Streams;

// What the systems of all machines have in common.
struct FabricOptions {
  // Bytes that a system takes in one direction of a connection before the process reads them.
  std::uint64_t buffer_bytes = 256ULL * 1024;
  // Bytes of a segment on its way; a longer write is cut into several.
  std::uint64_t segment_bytes_max = 64ULL * 1024;
  // A connection whose bytes have been unacknowledged for this long is reset at the sender.
  Duration tcp_timeout = 20s;
  // The first retransmission after a cut has healed comes not before this much time,
  Duration retransmit_min = 200ms;
  // and not after this much.
  Duration retransmit_max = 3s;
  // A closed connection that has not sent the rest by then is given up (Connection::close).
  Duration linger_max = 5s;
};

// Machines are numbered from 0 in the order in which they were added; a number that no machine has
// stops the program.
class Fabric {
 public:
  // The world outlives it.
  explicit Fabric(World& world, FabricOptions options = {});
  // Everything that uses a host must be gone.
  ~Fabric();
  Fabric(const Fabric&) = delete;
  Fabric& operator=(const Fabric&) = delete;

  // Adds a machine, named "node1", "node2", ... unless a name is given; its address is 10.0.0.1,
  // 10.0.0.2, ... It is valid as long as the fabric.
  Machine& add_machine(std::string name = {});
  // The machine of that number.
  Machine& machine(std::uint32_t index) {
    check(index);
    return *machines_[index];
  }
  // How many machines there are.
  std::uint32_t size() const { return static_cast<std::uint32_t>(machines_.size()); }
  // The machine of that name or address; nullptr: there is none.
  Machine* find(const std::string& host);

  // How each direction between two machines behaves.
  Links& links() { return links_; }
  // Sets that for all of them.
  void set_profile(const LinkProfile& all) { links_.set_all(all); }
  // Sets it for one direction.
  void set_profile(std::uint32_t from, std::uint32_t to, const LinkProfile& profile) {
    check_pair(from, to);
    links_.set_profile(from, to, profile);
  }

  // Limits the bandwidth of one direction. 0 ends the limit, and what has waited for it leaves at
  // once.
  void set_limit(std::uint32_t from, std::uint32_t to, std::uint64_t bytes_per_second);

  // Nothing passes from `from` to `to` any more. A segment that meets the cut counts as a hit of
  // one_way while the other direction is open; else of bridge if `bridge` says so, or of partition.
  void cut(std::uint32_t from, std::uint32_t to, bool bridge = false);
  // Ends the cut of that direction.
  void heal(std::uint32_t from, std::uint32_t to);
  // Cuts both directions.
  void cut_both(std::uint32_t a, std::uint32_t b);
  // Ends the cuts of both directions.
  void heal_both(std::uint32_t a, std::uint32_t b);
  // Ends all cuts.
  void heal_all();
  // Whether that direction is cut.
  bool is_cut(std::uint32_t from, std::uint32_t to) const {
    check_pair(from, to);
    return links_.is_cut(from, to);
  }
  // Whether a segment that a process of `from` sent now would arrive at the system of `to`.
  bool reaches(std::uint32_t from, std::uint32_t to) const {
    return !is_cut(from, to) && machines_[from]->powered() && machines_[to]->powered();
  }

  // Resets both ends of one connection between the two, after the latency. False: there is none. If
  // there are several, the random stream of that key decides which.
  bool reset_connection(std::uint32_t a, std::uint32_t b, std::uint64_t key = 0);
  // Nothing of one connection between the two passes any more, and nobody is told, as when a NAT
  // has lost its entry. False: there is none. If there are several, the random stream of that key
  // decides which.
  bool sever_connection(std::uint32_t a, std::uint32_t b, std::uint64_t key = 0);
  // How many connections there are.
  std::uint64_t live_connections() const;

  // Who is asked before each write of a process; it outlives what is written. nullptr: nobody.
  void set_write_watch(WriteWatch* watch);
  // Who hears every byte; it outlives the fabric. nullptr: nobody, at no cost.
  void set_tap(StreamTap* tap);

  // The world that it was made with.
  World& world() { return world_; }
  // The options that it was made with.
  const FabricOptions& options() const { return options_; }
  // All connections.
  Streams& streams() { return *streams_; }
  // All attempts to connect.
  Dials& dials() { return *dials_; }

 private:
  void check(std::uint32_t index) const {
    NOEX_CHECK(index < machines_.size(), "there is no machine {}", index);
  }
  void check_pair(std::uint32_t a, std::uint32_t b) const {
    check(a);
    check(b);
  }

  World& world_;
  const FabricOptions options_;
  Links links_;
  std::unique_ptr<Streams> streams_;
  std::unique_ptr<Dials> dials_;
  std::vector<std::unique_ptr<Machine>> machines_;
  std::map<std::string, Machine*, std::less<>> by_host_;
};

}  // namespace noex::sim

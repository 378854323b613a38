// Links: what lies between every ordered pair of machines: how slow it is, and whether it is cut.
//
// Owns no bytes: the streams ask here when a segment is sent and when it arrives. The row of a
// machine exists only once something about it is special, so that a thousand machines cost nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "noex/sim/world/faults.h"
#include "noex/transport/base/random.h"
#include "noex/transport/base/time.h"

namespace noex::sim {

// How one direction between two machines behaves.
struct LinkProfile {
  Duration latency = 500us;            // that every segment takes
  Duration jitter = 100us;             // up to so much more
  std::uint32_t tail_chance = 0;       // in parts per million: the segment takes longer still
  Duration tail = 0ms;                 // by up to so much more
  std::uint32_t chunk_chance = 0;      // in parts per million: a segment is split or merged
  std::uint64_t bytes_per_second = 0;  // 0: no limit

  bool operator==(const LinkProfile&) const = default;
};

// A part of Fabric, which has functions for most of this. Machines are numbered from 0, and must
// have been added.
class Links {
 public:
  Links();  // no machines

  // Adds a machine, with the next number.
  void add_machine();
  // How that direction behaves; valid until one of the setters is called.
  const LinkProfile& profile(std::uint32_t from, std::uint32_t to) const;
  // Sets how that direction behaves.
  void set_profile(std::uint32_t from, std::uint32_t to, const LinkProfile& profile);
  // Sets it for every two different machines, including those whose own was set before.
  void set_all(const LinkProfile& profile);

  // The bandwidth of that direction: the lower of its profile's and its limit; 0: no limit.
  std::uint64_t bytes_per_second(std::uint32_t from, std::uint32_t to) const;
  // Limits the bandwidth of that direction; 0: no limit.
  void set_limit(std::uint32_t from, std::uint32_t to, std::uint64_t bytes_per_second) {
    at(from, to).limit = bytes_per_second;
  }

  // Cuts that direction. Cuts of both directions are a partition, or a bridge if both say so; a cut
  // of one is one_way.
  void cut(std::uint32_t from, std::uint32_t to, bool bridge) {
    at(from, to).cut = true;
    at(from, to).bridge = bridge;
  }
  // Ends the cut of that direction.
  void heal(std::uint32_t from, std::uint32_t to);
  // Whether that direction is cut.
  bool is_cut(std::uint32_t from, std::uint32_t to) const {
    const std::vector<Link>& row = rows_[from];
    return to < row.size() && row[to].cut;
  }
  // What a segment that meets the cut of that direction counts as.
  FaultKind kind_of_cut(std::uint32_t from, std::uint32_t to) const {
    if (!is_cut(from, to) || !is_cut(to, from)) return FaultKind::one_way;
    return rows_[from][to].bridge ? FaultKind::bridge : FaultKind::partition;
  }

 private:
  struct Link {
    std::optional<LinkProfile> profile;
    std::uint64_t limit = 0;
    bool cut = false;
    bool bridge = false;
  };

  Link& at(std::uint32_t from, std::uint32_t to);

  LinkProfile all_;
  LinkProfile loopback_;
  std::vector<std::vector<Link>> rows_;
};

}  // namespace noex::sim

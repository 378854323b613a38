// Links: what lies between every ordered pair of machines: how slow it is, and whether it is cut.
//
// Owns no bytes: the streams ask here when a segment is sent and when it arrives. A machine's row
// exists only once something about it is special, so that a thousand machines cost nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "noex/sim/world/faults.h"
#include "noex/transport/base/random.h"
#include "noex/transport/base/time.h"

namespace noex::sim {

// How one direction between two machines behaves. A segment takes latency, up to jitter more,
// and with tail_chance up to tail more than that.
struct LinkProfile {
  Duration latency = 500us;
  Duration jitter = 100us;
  std::uint32_t tail_chance = 0;  // parts per million
  Duration tail = 0ms;
  std::uint32_t chunk_chance = 0;      // parts per million: split or merge a segment
  std::uint64_t bytes_per_second = 0;  // 0: no limit

  bool operator==(const LinkProfile&) const = default;
};

class Links {
 public:
  Links();

  void add_machine();
  const LinkProfile& profile(std::uint32_t from, std::uint32_t to) const;
  void set_profile(std::uint32_t from, std::uint32_t to, const LinkProfile& profile);
  // For every pair of different machines, the special ones too.
  void set_all(const LinkProfile& profile);

  // The slower of what the profile says and the limit of that way alone; 0: no limit.
  std::uint64_t bytes_per_second(std::uint32_t from, std::uint32_t to) const;
  void set_limit(std::uint32_t from, std::uint32_t to, std::uint64_t bytes_per_second) {
    at(from, to).limit = bytes_per_second;
  }

  // A cut of both directions is a partition (or bridge, if it says so), of one a one-way cut.
  void cut(std::uint32_t from, std::uint32_t to, bool bridge) {
    at(from, to).cut = true;
    at(from, to).bridge = bridge;
  }
  void heal(std::uint32_t from, std::uint32_t to);
  bool is_cut(std::uint32_t from, std::uint32_t to) const {
    const std::vector<Link>& row = rows_[from];
    return to < row.size() && row[to].cut;
  }
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

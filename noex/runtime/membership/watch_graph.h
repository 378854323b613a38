// WatchGraph: who should be linked to whom in a cluster that is too large for a full mesh.
//
// Owns five rings, on each of which the living members stand at the hash of the ring's number and
// their id; each is linked to the next and to the one before on every ring. So everybody has at
// most ten links of his own, is watched by as many, and everybody computes the same graph from the
// same members, without a word. A random graph of so many rings is well connected: rumours reach
// all in a few steps, and it stays in one piece when many fail at once. (Law and Siu, "Distributed
// Construction of Random Expander Networks", 2003.) Never knows who is linked.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>

#include "noex/runtime/membership/member_table.h"

namespace noex {

inline constexpr std::size_t rings = 5;

class WatchGraph {
 public:
  explicit WatchGraph(const NodeId& self) : self_(places_of(self)) {}

  void add(MemberIndex member, const NodeId& id);
  void remove(MemberIndex member, const NodeId& id);
  // Whom this node should be linked to.
  std::set<MemberIndex> neighbours() const { return beside(self_); }
  // Those of another, without this node.
  std::set<MemberIndex> neighbours_of(const NodeId& id) const { return beside(places_of(id)); }

 private:
  using Places = std::array<std::uint64_t, rings>;
  static Places places_of(const NodeId& id);
  std::set<MemberIndex> beside(const Places& places) const;

  Places self_;
  std::array<std::set<std::pair<std::uint64_t, MemberIndex>>, rings> rings_;
};

}  // namespace noex

// NodeMap: what belongs to each of many nodes, found by its id in constant time.
//
// In a cluster of a thousand nodes every node keeps several of these, and looks each peer's word up
// in them; a tree costs ten cache misses a look-up. The order of the hash table never gets out:
// who needs one takes sorted(). References are valid until the next insertion or erasure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>
#include <xxhash.h>

#include "noex/transport/node_id.h"

namespace noex {

struct NodeIdHash {
  using is_avalanching = void;  // XXH3 spreads well by itself
  std::size_t operator()(const NodeId& id) const {
    const std::uint64_t host = XXH3_64bits_withSeed(id.host().data(), id.host().size(), id.port());
    return XXH3_64bits_withSeed(id.name().data(), id.name().size(), host);
  }
};

template <class T>
class NodeMap {
 public:
  T* find(const NodeId& id) {
    const auto found = items_.find(id);
    return found == items_.end() ? nullptr : &found->second;
  }
  const T* find(const NodeId& id) const {
    const auto found = items_.find(id);
    return found == items_.end() ? nullptr : &found->second;
  }
  bool contains(const NodeId& id) const { return items_.contains(id); }
  std::size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }

  T& operator[](const NodeId& id) { return items_[id]; }
  bool erase(const NodeId& id) { return items_.erase(id) > 0; }

  // For what comes out the same in whatever order.
  template <class Visit>
  void for_each_in_any_order(Visit&& visit) const {
    for (const auto& [id, value] : items_) visit(id, value);
  }
  // By id; valid until the next insertion or erasure.
  std::vector<std::pair<const NodeId*, const T*>> sorted() const {
    std::vector<std::pair<const NodeId*, const T*>> items;
    items.reserve(items_.size());
    for (const auto& [id, value] : items_) items.emplace_back(&id, &value);
    std::ranges::sort(items, [](const auto& a, const auto& b) { return *a.first < *b.first; });
    return items;
  }

 private:
  boost::unordered_flat_map<NodeId, T, NodeIdHash> items_;
};

}  // namespace noex

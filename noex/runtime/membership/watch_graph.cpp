#include "noex/runtime/membership/watch_graph.h"

#include <iterator>
#include <limits>
#include <string>

#include <xxhash.h>

namespace noex {

WatchGraph::Places WatchGraph::places_of(const NodeId& id) {
  Places places{};
  std::string key(1, '\0');
  key += id.text();
  for (std::size_t ring = 0; ring < rings; ++ring) {
    key.front() = static_cast<char>(ring);
    places[ring] = XXH3_64bits(key.data(), key.size());
  }
  return places;
}

void WatchGraph::add(MemberIndex member, const NodeId& id) {
  const Places places = places_of(id);
  for (std::size_t ring = 0; ring < rings; ++ring) rings_[ring].emplace(places[ring], member);
}

void WatchGraph::remove(MemberIndex member, const NodeId& id) {
  const Places places = places_of(id);
  for (std::size_t ring = 0; ring < rings; ++ring) rings_[ring].erase({places[ring], member});
}

std::set<MemberIndex> WatchGraph::beside(const Places& places) const {
  std::set<MemberIndex> found;
  for (std::size_t i = 0; i < rings; ++i) {
    const auto& ring = rings_[i];
    auto after = ring.upper_bound({places[i], std::numeric_limits<MemberIndex>::max()});
    if (after == ring.end()) after = ring.begin();
    if (after == ring.end()) return found;
    found.insert(after->second);
    auto before = ring.lower_bound({places[i], 0});
    if (before == ring.begin()) before = ring.end();
    found.insert(std::prev(before)->second);
  }
  return found;
}

}  // namespace noex

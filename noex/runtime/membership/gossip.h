// Gossip: which changes of the table the linked peers have still to be told.
//
// Owns only what changed and who told it; the entries themselves are looked up when they leave, so
// that several changes of one node travel as one. Everybody is told once, but for who told us.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "noex/runtime/membership/control.h"
#include "noex/transport/base/bytes.h"
#include "noex/transport/base/time.h"
#include "noex/transport/node_id.h"

namespace noex {

class Gossip {
 public:
  // `source`: who told it; empty: this node found it out. Leaves at `at`, or with what leaves
  // earlier.
  void add(const NodeId& about, const NodeId& source, const std::optional<NodeId>& accuser,
           Instant at);
  bool empty() const { return items_.empty(); }
  bool tells_of(const NodeId& id) const { return items_.contains(id); }
  void forget(const NodeId& about) { items_.erase(about); }
  // Max: nothing waits.
  Instant due() const { return items_.empty() ? Instant::max() : due_; }
  // What `peer` is told; `entry_of` gives the entry of a node as it is now.
  template <class EntryOf>
  std::vector<Rumour> rumours_for(const NodeId& peer, EntryOf&& entry_of) const {
    std::vector<Rumour> rumours;
    for (const auto& [about, item] : items_) {
      if (item.source == peer) continue;
      const TableEntry& entry = entry_of(about);
      if (entry.status != MemberStatus::suspect || item.accusers.empty()) {
        rumours.push_back({entry, std::nullopt});
        continue;
      }
      for (const NodeId& accuser : item.accusers) rumours.push_back({entry, accuser});
    }
    return rumours;
  }
  void clear() { items_.clear(); }
  void digest(Writer& writer, Instant now) const;

 private:
  struct Item {
    NodeId source;
    std::vector<NodeId> accusers;
  };
  std::map<NodeId, Item> items_;
  Instant due_{};
};

}  // namespace noex

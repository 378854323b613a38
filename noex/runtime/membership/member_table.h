// MemberTable: a record for each node that was ever heard of, and the rule by which two nodes'
// knowledge of a third becomes one.
//
// Owns the records, their places, and the hash over all entries. Never decides what follows from
// an entry: other parts do, and keep in the record what they know of the member. An entry is beaten
// by one of a higher boot; in the same boot by `left`, which is final; else by a higher version;
// else by the worse status. So tables that have told each other everything are equal, in whatever
// order they did (docs/PROTOCOL.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <vector>

#include "noex/runtime/core/ids.h"
#include "noex/runtime/core/node_map.h"
#include "noex/runtime/membership/control.h"
#include "noex/runtime/membership/member_record.h"

namespace noex {

// True if `entry` is news to whoever holds `known` of the same node.
bool beats(const TableEntry& entry, const TableEntry& known);
// Of what must be equal in equal tables: not of the reason, which each may know another first of,
// and nothing (0) of who left: each forgets that when it needs the room, and nobody has to learn
// it.
std::uint64_t hash_of(const TableEntry& entry);

class MemberTable {
 public:
  MemberTable(const Incarnation& self, std::size_t members_max);

  MemberRecord* find(const NodeId& id);
  const MemberRecord* find(const NodeId& id) const;
  MemberRecord* find(const Incarnation& node);  // of that boot
  // nullptr: there is no room.
  MemberRecord* add(const NodeId& id);
  // Its place may be another's next.
  void forget(const NodeId& id);
  MemberRecord& at(MemberIndex index) { return records_[index]; }
  const MemberRecord& at(MemberIndex index) const { return records_[index]; }
  // By id, without self.
  const std::vector<MemberIndex>& by_id() const { return by_id_; }
  // Those of that name, by id.
  std::span<const MemberIndex> by_name(std::string_view name) const;
  std::size_t size() const { return by_id_.size(); }
  bool is_full() const { return by_id_.size() >= members_max_; }
  // Whether there is a member at that place.
  bool holds(MemberIndex index) const { return indices_.contains(records_[index].id()); }
  // Who may give up its place, for one that is `least`: who left for longest; if nobody did, and
  // `least` is dead, who is dead for longest. nullptr: nobody. Seeds are never forgotten.
  const MemberRecord* dispensable(MemberStatus least) const;

  void put(MemberRecord& record, const TableEntry& entry);
  void set_seed(MemberRecord& record, bool seed) { set(record, &MemberRecord::seed, seed); }
  void set_wanted(MemberRecord& record, bool wanted) { set(record, &MemberRecord::wanted, wanted); }
  void set_tried(MemberRecord& record, bool tried) { set(record, &MemberRecord::tried, tried); }

  const TableEntry& self() const { return self_; }
  void raise_self(std::uint64_t version);

  std::uint64_t hash() const { return hash_; }
  // Others that are alive or suspect, that are dead, and that left.
  std::size_t living() const { return living_; }
  std::size_t dead() const { return dead_; }
  std::size_t left() const { return left_; }
  // Those that are untried.
  std::size_t untried() const { return untried_; }
  // By id, self included, in parts.
  std::vector<Table> parts() const;
  void check_invariants() const;

 private:
  // Where in by_id() it is, or belongs.
  std::vector<MemberIndex>::const_iterator place_of(const NodeId& id) const;
  void count(const TableEntry& entry, std::size_t step);
  void set(MemberRecord& record, bool MemberRecord::* flag, bool value);

  std::size_t members_max_;
  TableEntry self_;
  NodeMap<MemberIndex> indices_;
  std::vector<MemberIndex> by_id_;  // Invariant: exactly what is in indices_
  std::deque<MemberRecord> records_;
  std::vector<MemberIndex> free_;  // places of those that were forgotten
  std::uint64_t hash_;
  std::size_t living_ = 0;
  std::size_t dead_ = 0;
  std::size_t left_ = 0;
  std::size_t untried_ = 0;
};

}  // namespace noex

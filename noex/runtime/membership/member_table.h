// MemberTable: a record for each node that was ever heard of, and the rule by which two nodes'
// knowledge of a third becomes one.
//
// Owns the records, their places, and the hash over all entries. Never decides what follows from
// an entry: that is Membership's. An entry is beaten by one of a higher boot; in the same boot by
// `left`, which is final; else by a higher version; else by the worse status. So tables that have
// told each other everything are equal, in whatever order they did (docs/PROTOCOL.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "noex/runtime/core/ids.h"
#include "noex/runtime/core/node_map.h"
#include "noex/runtime/membership/control.h"
#include "noex/transport/base/time.h"

namespace noex {

// A record's place while it is there.
using MemberIndex = std::uint32_t;

// True if `entry` is news to whoever holds `known` of the same node.
bool beats(const TableEntry& entry, const TableEntry& known);
// Of what must be equal in equal tables: not of the reason, which each may know another first of,
// and nothing (0) of who left: each forgets that when it needs the room, and nobody has to learn
// it.
std::uint64_t hash_of(const TableEntry& entry);

struct MemberRecord {
  MemberIndex index = 0;
  TableEntry entry;  // boot 0: a seed of which nothing is known yet
  // In this boot:
  bool up = false;
  bool registry_known = false;  // the owner has its names; forgotten at node_down
  bool was_linked = false;
  bool tried = false;   // was up once, or could not be linked once
  bool missed = false;  // the link ended, and nobody has said since that it lives
  // Its address refused us and it was not dead: a refusal proves nothing until the next link.
  bool refused = false;
  DownReason evidence = DownReason::heartbeat_timeout;  // of missed
  // Another said that it left, while its link stands, whose own word is waited for.
  struct SaidLeft {
    NodeId by;
    std::uint64_t version = 0;
    Instant at{};
  };
  std::optional<SaidLeft> said_left;
  bool said_leave = false;  // it left, and we have that from itself
  // Always:
  bool seed = false;
  bool wanted = false;  // should be linked
  bool linked = false;
  bool dialing = false;
  bool probed = false;         // the link's silence has been asked about
  bool newcomer = false;       // it was not up when it was linked, and no heartbeat has come since
  bool untold = false;         // so it was; it may know of members that it has not told of yet
  std::uint8_t differs = 0;    // heartbeats in a row with another hash than ours
  std::uint32_t attempts = 0;  // dials since a link stood for a while
  Instant linked_at{};
  Instant heard_at{};
  Instant changed_at{};               // when its status did
  std::optional<Instant> accused_at;  // when others' word was last passed on to it over this link
  Instant next_dial{};

  const NodeId& id() const { return entry.id; }
  Incarnation incarnation() const { return {entry.id, entry.boot}; }
  bool known() const { return entry.boot != 0; }
  bool is(MemberStatus status) const { return known() && entry.status == status; }
  bool lives() const { return is(MemberStatus::alive) || is(MemberStatus::suspect); }
  bool has_evidence() const { return missed || is(MemberStatus::suspect); }
};

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

  void put(MemberRecord& record, const TableEntry& entry);

  const TableEntry& self() const { return self_; }
  void raise_self(std::uint64_t version);

  std::uint64_t hash() const { return hash_; }
  // Others that are alive or suspect, that are dead, and that left.
  std::size_t living() const { return living_; }
  std::size_t dead() const { return dead_; }
  std::size_t left() const { return left_; }
  // By id, self included, in parts.
  std::vector<Table> parts() const;
  void check_invariants() const;

 private:
  // Where in by_id() it is, or belongs.
  std::vector<MemberIndex>::const_iterator place_of(const NodeId& id) const;
  void count(const TableEntry& entry, std::size_t step);

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
};

}  // namespace noex

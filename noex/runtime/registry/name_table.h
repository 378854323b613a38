// NameTable: every owner's set of names, and who holds which name among the owners that are up.
//
// Owns: this node's own set, the copies of others', the index of what is visible. Never decides who
// may have a name and never sends: it stores, compares and answers. An entry is visible while its
// owner is up, in the boot that the copy is of; one's own are always visible.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "noex/runtime/core/ids.h"
#include "noex/runtime/core/node_map.h"
#include "noex/runtime/registry/name_index.h"
#include "noex/runtime/registry/owner_set.h"
#include "noex/runtime/registry/registry.h"
#include "noex/runtime/registry/registry_wire.h"

namespace noex {

class NameTable {
 public:
  explicit NameTable(Incarnation self);

  // --- The own set; its sequence is raised once for all that changes until take_delta() ---
  const OwnerSet& own() const { return own_; }
  const RegistryEntry* own_entry(std::string_view name) const { return own_.find(name); }
  std::vector<std::string> own_names_of(ProcessId process) const;
  // The name is free in the own set.
  void put_own(const std::string& name, const RegistryEntry& entry);
  // The name is in the own set; its entry keeps its stamp.
  void move_own(const std::string& name, ProcessId to);
  // All of them are in the own set.
  void remove_own(const std::vector<std::string>& names);
  std::vector<GroupMember> own_memberships_of(ProcessId process) const;
  // It is not in the own set.
  void join_own(const GroupMember& member);
  // All of them are in the own set.
  void leave_own(const std::vector<GroupMember>& members);
  // What has changed since the last call; nullopt: nothing that anybody has to know.
  std::optional<NamesDelta> take_delta();

  // --- Copies ---
  const OwnerSet* copy(const NodeId& owner) const;  // nullptr: none
  std::size_t copies() const { return copies_; }
  // What is held, against that version: less, if nothing is held.
  std::strong_ordering compare(const Incarnation& owner, std::uint64_t sequence) const;
  void replace_copy(const NamesSnapshot& snapshot);
  // False: not the next step of that copy, or it removes what is not there, or grows it over
  // `cost_max`.
  bool is_applicable(const NamesDelta& delta, std::size_t cost_max) const;
  void apply(const NamesDelta& delta);
  void drop_copy(const Incarnation& owner);
  // Room for another copy, if necessary in place of one that is neither visible nor `kept`.
  bool make_room(std::size_t copies_max, const NodeId& kept);
  // Whether the copy is current as far as anybody says: from when it was made or found equal to
  // another's, until node_down.
  bool is_known(const Incarnation& owner) const;
  void set_known(const Incarnation& owner, bool known);
  // Oneself and the copies that are known, by id.
  std::vector<OwnerVersion> versions() const;

  // --- Who is up ---
  void show(const Incarnation& owner);
  void hide(const Incarnation& owner);

  // --- Views ---
  const NameIndex& visible() const { return index_; }
  NameIndex& visible() { return index_; }
  const NameHolder* winner(std::string_view name) const { return index_.winner(name); }
  // The visible entry of that owner, if any.
  const RegistryEntry* visible_entry(const Incarnation& owner, std::string_view name) const;
  std::uint64_t version() const { return version_; }
  // Exclusive or over the hashes of all that is visible and of the own set.
  std::uint64_t hash() const { return hash_; }

  void check_invariants() const;
  void digest(Writer& writer) const;  // as Registry::digest

 private:
  // Invariant: it is up, or a copy is held.
  struct Owner {
    OwnerSet set;  // boot 0: no copy
    Boot up = 0;
    bool known = false;

    bool visible() const { return up != 0 && set.boot == up; }
    bool spare() const { return up == 0 && !known && set.boot != 0; }
  };

  const Owner* find(const Incarnation& owner) const;
  void begin_change(const NodeId& id, const Owner& owner);
  void end_change(const NodeId& id, const Owner& owner);
  void note_own(const std::string& name);
  void begin_own_change();
  void end_own_change();
  void note_spare(const NodeId& id, const Owner& owner);
  void index_all(const NodeId& id, const Owner& owner);
  void unindex_all(const NodeId& id, const Owner& owner);
  NameIndex naive_index() const;

  Incarnation self_;
  OwnerSet own_;
  std::set<std::pair<ProcessId, std::string>> own_by_process_;
  std::set<std::pair<ProcessId, std::string>> own_groups_by_process_;
  // Own entries that changed since take_delta(), as they were then.
  std::map<std::string, std::optional<RegistryEntry>> told_;
  std::map<GroupMember, bool> told_members_;
  bool changing_ = false;  // the sequence is raised already
  NodeMap<Owner> owners_;
  std::size_t copies_ = 0;
  std::set<NodeId> spare_;  // Invariant: whose copy nobody misses, neither up nor known
  NameIndex index_;         // Invariant: exactly what is visible
  std::uint64_t version_ = 0;
  std::uint64_t hash_ = 0;
};

}  // namespace noex

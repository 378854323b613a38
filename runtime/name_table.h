// NameTable: every owner's set of names, and who holds which name among the owners that are up.
//
// Owns: this node's own set, the copies of others', the index from name to visible entries. Never
// decides who may have a name and never sends: it stores, compares and answers. An entry is visible
// while its owner is up, in the boot that the copy is of; one's own are always visible.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/cluster.h"
#include "runtime/registry.h"
#include "runtime/registry_wire.h"

namespace noex {

// The order between entries of one name: the smaller stamp holds it. Stamps of two owners always
// differ by their node; the owner is compared only to make the order total for any input.
inline bool wins(const NameHolder& a, const NameHolder& b) {
  return a.entry.stamp != b.entry.stamp ? a.entry.stamp < b.entry.stamp : a.owner < b.owner;
}

// One owner's names, as of a sequence number of that owner.
struct OwnerNames {
  Boot boot = 0;
  std::uint64_t sequence = 0;
  std::map<std::string, RegistryEntry, std::less<>> names;
  std::size_t cost = 0;  // Invariant: the sum of snapshot_cost() over names
};

class NameTable {
 public:
  explicit NameTable(Incarnation self);

  // --- The own set; every change raises its sequence by one ---
  const OwnerNames& own() const { return own_; }
  const RegistryEntry* own_entry(std::string_view name) const;
  std::vector<std::string> own_names_of(ProcessId process) const;
  // The name is free in the own set.
  void put_own(const std::string& name, const RegistryEntry& entry);
  // The name is in the own set; its entry keeps its stamp.
  void move_own(const std::string& name, ProcessId to);
  // All of them are in the own set.
  void remove_own(const std::vector<std::string>& names);

  // --- Copies ---
  const OwnerNames* copy(const NodeId& owner) const;
  // False: older than what is held.
  bool is_replaceable(const Incarnation& owner, const NamesSnapshot& snapshot) const;
  void replace_copy(const Incarnation& owner, const NamesSnapshot& snapshot);
  // False: not the next step of that copy, or it removes what is not there, or grows it over
  // `cost_max`.
  bool is_applicable(const Incarnation& owner, const NamesDelta& delta, std::size_t cost_max) const;
  void apply(const Incarnation& owner, const NamesDelta& delta);
  void drop_copy(const Incarnation& owner);

  // --- Who is up ---
  void show(const Incarnation& owner);
  void hide(const Incarnation& owner);

  // --- Views ---
  const NameHolder* winner(std::string_view name) const;
  // Ordered: the winner first.
  const std::vector<NameHolder>& entries(std::string_view name) const;
  std::map<std::string, NameHolder> winners() const;
  // The visible entry of that owner, if any.
  const RegistryEntry* visible_entry(const Incarnation& owner, std::string_view name) const;
  std::uint64_t version() const { return version_; }

  void check_invariants() const;
  void digest(Writer& writer) const;  // as Registry::digest

 private:
  // By name, best first. Invariant: no empty vector, and exactly the visible entries.
  using Index = std::map<std::string, std::vector<NameHolder>, std::less<>>;

  bool is_visible(const NodeId& owner, Boot boot) const;
  void index_all(const Incarnation& owner, const OwnerNames& set);
  void unindex_all(const Incarnation& owner, const OwnerNames& set);
  Index naive_index() const;

  Incarnation self_;
  OwnerNames own_;
  std::set<std::pair<ProcessId, std::string>> own_by_process_;
  std::map<NodeId, OwnerNames> copies_;
  std::map<NodeId, Boot> up_;  // without self
  Index index_;
  std::vector<NameHolder> none_;
  std::uint64_t version_ = 0;
};

}  // namespace noex

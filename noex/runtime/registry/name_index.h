// NameIndex: by name and by group, what is visible of all owners together.
//
// Owns the contenders of each name in their order, the members of each group, and which names have
// another winner than when it was last asked. Never decides what is visible: that is NameTable's.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "noex/runtime/registry/owner_set.h"
#include "noex/runtime/registry/registry.h"

namespace noex {

// The order between entries of one name: the smaller stamp holds it. Stamps of two owners always
// differ by their node; the owner is compared only to make the order total for any input.
inline bool wins(const NameHolder& a, const NameHolder& b) {
  return a.entry.stamp != b.entry.stamp ? a.entry.stamp < b.entry.stamp : a.owner < b.owner;
}

class NameIndex {
 public:
  using Winners = std::map<std::string, std::optional<NameHolder>, std::less<>>;

  void add(const Incarnation& owner, const std::string& name, const RegistryEntry& entry);
  // There is one entry of that owner.
  void remove(const Incarnation& owner, const std::string& name);
  void join(const Incarnation& owner, const GroupMember& member);
  void leave(const Incarnation& owner, const GroupMember& member);
  void add_all(const Incarnation& owner, const OwnerSet& set);
  void remove_all(const Incarnation& owner, const OwnerSet& set);

  const NameHolder* winner(std::string_view name) const;
  // Ordered: the winner first.
  const std::vector<NameHolder>& entries(std::string_view name) const;
  // Of the names with that beginning.
  std::map<std::string, NameHolder> winners(std::string_view prefix = {}) const;
  const std::set<GroupHolder>& members(std::string_view group) const;
  std::vector<std::string> groups() const;

  // From now on changes of its winner are told.
  void watch(const std::string& name);
  void unwatch(std::string_view name);
  // The watched names whose winner is another than at the last call, or since watch().
  Winners take_changes();

  // The same entries and members, whoever watches.
  bool shows_the_same(const NameIndex& other) const {
    return names_ == other.names_ && groups_ == other.groups_;
  }

 private:
  void note(std::string_view name);

  // Invariant: no empty vector, no empty set.
  std::map<std::string, std::vector<NameHolder>, std::less<>> names_;
  std::map<std::string, std::set<GroupHolder>, std::less<>> groups_;
  Winners watched_;  // with the winner that was told
  std::set<std::string, std::less<>> touched_;
};

}  // namespace noex

// OwnerSet: one owner's names and group memberships, as of a sequence number of that owner.
//
// Owns the entries, their measure in bytes, and a hash of all of them that is kept up with every
// change. Small while empty, as most are where there are many nodes: each holds one of every other.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "noex/runtime/registry/registry.h"

namespace noex {

struct NamesSnapshot;

class OwnerSet {
 public:
  using Names = std::map<std::string, RegistryEntry, std::less<>>;
  using Members = std::set<GroupMember>;

  explicit OwnerSet(Boot in_boot = 0, std::uint64_t at = 0) : boot(in_boot), sequence(at) {}
  OwnerSet(const NamesSnapshot& snapshot);
  OwnerSet(const OwnerSet& other);
  OwnerSet& operator=(const OwnerSet&) = delete;
  OwnerSet(OwnerSet&&) = default;
  OwnerSet& operator=(OwnerSet&&) = default;

  Boot boot = 0;
  std::uint64_t sequence = 0;

  const Names& names() const;
  const Members& members() const;
  const RegistryEntry* find(std::string_view name) const;
  std::size_t size() const { return names().size() + members().size(); }
  // The sum of snapshot_cost() over all of it.
  std::size_t cost() const { return content_ != nullptr ? content_->cost : 0; }

  void put(const std::string& name, const RegistryEntry& entry);  // new, or in place of the old
  bool remove(std::string_view name);                             // false: not there
  bool join(const GroupMember& member);                           // false: there already
  bool leave(const GroupMember& member);                          // false: not there

  // Of what is in it, whose it is, and its sequence.
  std::uint64_t hash(const NodeId& owner) const;

 private:
  struct Content {
    Names names;
    Members members;
    std::size_t cost = 0;
    std::uint64_t hash = 0;  // Invariant: exclusive or over the hashes of all entries
  };

  Content& content();
  void drop_if_empty();

  std::unique_ptr<Content> content_;  // nullptr: empty
};

}  // namespace noex

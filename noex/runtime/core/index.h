// Index: which items hang on a key, in order, beside the table that holds them.
//
// What happens to a link, a node or a process must cost what hangs on it, and nothing for all the
// rest. The order of the items is theirs, never that in which they came or that of a hash. An index
// repeats what its table says: its owner's check_invariants() compares the two.
#pragma once

#include <cstddef>
#include <map>
#include <set>

namespace noex {

template <class Key, class Item>
class Index {
 public:
  using Items = std::set<Item>;
  using Groups = std::map<Key, Items, std::less<>>;

  // False: it is there already.
  bool add(const Key& key, const Item& item) {
    const bool is_new = groups_[key].insert(item).second;
    size_ += is_new ? 1 : 0;
    return is_new;
  }
  // False: it is not there.
  bool remove(const Key& key, const Item& item) {
    const auto group = groups_.find(key);
    if (group == groups_.end() || group->second.erase(item) == 0) return false;
    --size_;
    if (group->second.empty()) groups_.erase(group);
    return true;
  }
  // It is there, or is not.
  void set(const Key& key, const Item& item, bool is_there) {
    if (is_there) {
      add(key, item);
    } else {
      remove(key, item);
    }
  }

  template <class K>
  bool has(const K& key) const {
    return groups_.contains(key);
  }
  // Valid until the next change: whoever changes it on the way goes through a copy.
  template <class K>
  const Items& of(const K& key) const {
    static const Items none;
    const auto group = groups_.find(key);
    return group == groups_.end() ? none : group->second;
  }
  template <class K>
  bool contains(const K& key, const Item& item) const {
    return of(key).contains(item);
  }
  const Groups& groups() const { return groups_; }
  // Of all keys.
  std::size_t size() const { return size_; }

 private:
  Groups groups_;  // Invariant: none is empty
  std::size_t size_ = 0;
};

}  // namespace noex

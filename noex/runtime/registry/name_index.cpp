#include "noex/runtime/registry/name_index.h"

#include <algorithm>

#include "noex/transport/base/check.h"

namespace noex {

void NameIndex::add(const Incarnation& owner, const std::string& name, const RegistryEntry& entry) {
  NameHolder holder{owner, entry};
  auto& contenders = names_[name];
  const auto place = std::ranges::upper_bound(contenders, holder, wins);
  contenders.insert(place, std::move(holder));
  note(name);
}

void NameIndex::remove(const Incarnation& owner, const std::string& name) {
  const auto found = names_.find(name);
  NOEX_CHECK(found != names_.end(), "{}", name);
  const auto removed = std::erase_if(
      found->second, [&owner](const NameHolder& holder) { return holder.owner == owner; });
  NOEX_CHECK(removed == 1, "{}: {} entries of one owner", name, removed);
  if (found->second.empty()) names_.erase(found);
  note(name);
}

void NameIndex::join(const Incarnation& owner, const GroupMember& member) {
  const bool is_new = groups_[member.group].insert({owner, member.process}).second;
  NOEX_CHECK(is_new, "{}", member.group);
}

void NameIndex::leave(const Incarnation& owner, const GroupMember& member) {
  const auto found = groups_.find(member.group);
  NOEX_CHECK(found != groups_.end(), "{}", member.group);
  const bool was_there = found->second.erase({owner, member.process}) == 1;
  NOEX_CHECK(was_there, "{}", member.group);
  if (found->second.empty()) groups_.erase(found);
}

void NameIndex::add_all(const Incarnation& owner, const OwnerSet& set) {
  for (const auto& [name, entry] : set.names()) add(owner, name, entry);
  for (const GroupMember& member : set.members()) join(owner, member);
}

void NameIndex::remove_all(const Incarnation& owner, const OwnerSet& set) {
  for (const auto& [name, entry] : set.names()) remove(owner, name);
  for (const GroupMember& member : set.members()) leave(owner, member);
}

const NameHolder* NameIndex::winner(std::string_view name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? nullptr : &found->second.front();
}

const std::vector<NameHolder>& NameIndex::entries(std::string_view name) const {
  static const std::vector<NameHolder> none;
  const auto found = names_.find(name);
  return found == names_.end() ? none : found->second;
}

std::map<std::string, NameHolder> NameIndex::winners(std::string_view prefix) const {
  std::map<std::string, NameHolder> result;
  for (auto at = names_.lower_bound(prefix); at != names_.end() && at->first.starts_with(prefix);
       ++at) {
    result.emplace_hint(result.end(), at->first, at->second.front());
  }
  return result;
}

const std::set<GroupHolder>& NameIndex::members(std::string_view group) const {
  static const std::set<GroupHolder> none;
  const auto found = groups_.find(group);
  return found == groups_.end() ? none : found->second;
}

std::vector<std::string> NameIndex::groups() const {
  std::vector<std::string> names;
  for (const auto& [name, members] : groups_) names.push_back(name);
  return names;
}

void NameIndex::watch(const std::string& name) {
  const NameHolder* holder = winner(name);
  watched_.try_emplace(name, holder != nullptr ? std::optional(*holder) : std::nullopt);
}

void NameIndex::unwatch(std::string_view name) {
  if (const auto found = watched_.find(name); found != watched_.end()) watched_.erase(found);
}

void NameIndex::note(std::string_view name) {
  if (watched_.contains(name)) touched_.emplace(name);
}

NameIndex::Winners NameIndex::take_changes() {
  Winners changes;
  if (touched_.empty()) return changes;
  for (const auto& name : std::exchange(touched_, {})) {
    const auto watched = watched_.find(name);
    if (watched == watched_.end()) continue;
    const NameHolder* holder = winner(name);
    const auto now = holder != nullptr ? std::optional(*holder) : std::nullopt;
    if (std::exchange(watched->second, now) != now) changes.emplace(name, now);
  }
  return changes;
}

}  // namespace noex

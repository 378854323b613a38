#include "runtime/name_table.h"

#include <algorithm>

#include "transport/base/check.h"

namespace noex {

namespace {

void put(OwnerNames& set, const std::string& name, const RegistryEntry& entry) {
  const bool is_new = set.names.insert_or_assign(name, entry).second;
  if (is_new) set.cost += snapshot_cost(name);
}

void add_to_index(auto& index, const std::string& name, NameHolder holder) {
  auto& contenders = index[name];
  const auto place = std::ranges::upper_bound(contenders, holder, wins);
  contenders.insert(place, std::move(holder));
}

void remove_from_index(auto& index, const std::string& name, const Incarnation& owner) {
  const auto found = index.find(name);
  NOEX_CHECK(found != index.end(), "{}", name);
  const auto removed = std::erase_if(
      found->second, [&owner](const NameHolder& holder) { return holder.owner == owner; });
  NOEX_CHECK(removed == 1, "{}: {} entries of one owner", name, removed);
  if (found->second.empty()) index.erase(found);
}

}  // namespace

NameTable::NameTable(Incarnation self) : self_(std::move(self)) {
  own_.boot = self_.boot;
}

const RegistryEntry* NameTable::own_entry(std::string_view name) const {
  const auto found = own_.names.find(name);
  return found == own_.names.end() ? nullptr : &found->second;
}

std::vector<std::string> NameTable::own_names_of(ProcessId process) const {
  std::vector<std::string> names;
  for (auto at = own_by_process_.lower_bound({process, {}});
       at != own_by_process_.end() && at->first == process; ++at) {
    names.push_back(at->second);
  }
  return names;
}

void NameTable::put_own(const std::string& name, const RegistryEntry& entry) {
  NOEX_CHECK(own_entry(name) == nullptr, "{}", name);
  put(own_, name, entry);
  ++own_.sequence;
  own_by_process_.emplace(entry.process, name);
  add_to_index(index_, name, NameHolder{self_, entry});
  ++version_;
}

void NameTable::move_own(const std::string& name, ProcessId to) {
  RegistryEntry entry = own_.names.at(name);
  own_by_process_.erase({entry.process, name});
  entry.process = to;
  own_by_process_.emplace(to, name);
  put(own_, name, entry);
  ++own_.sequence;
  remove_from_index(index_, name, self_);
  add_to_index(index_, name, NameHolder{self_, entry});
  ++version_;
}

void NameTable::remove_own(const std::vector<std::string>& names) {
  for (const auto& name : names) {
    const auto found = own_.names.find(name);
    NOEX_CHECK(found != own_.names.end(), "{}", name);
    own_by_process_.erase({found->second.process, name});
    own_.names.erase(found);
    own_.cost -= snapshot_cost(name);
    remove_from_index(index_, name, self_);
  }
  ++own_.sequence;
  ++version_;
}

const OwnerNames* NameTable::copy(const NodeId& owner) const {
  const auto found = copies_.find(owner);
  return found == copies_.end() ? nullptr : &found->second;
}

bool NameTable::is_replaceable(const Incarnation& owner, const NamesSnapshot& snapshot) const {
  if (snapshot.boot != owner.boot) return false;
  const OwnerNames* held = copy(owner.id);
  if (held == nullptr || held->boot < owner.boot) return true;
  return held->boot == owner.boot && held->sequence <= snapshot.sequence;
}

void NameTable::replace_copy(const Incarnation& owner, const NamesSnapshot& snapshot) {
  NOEX_CHECK(is_replaceable(owner, snapshot));
  OwnerNames& held = copies_[owner.id];
  unindex_all({owner.id, held.boot}, held);
  held = OwnerNames{owner.boot, snapshot.sequence, {}, 0};
  for (const auto& [name, entry] : snapshot.names) put(held, name, from_wire(entry, owner.id));
  index_all(owner, held);
  ++version_;
}

bool NameTable::is_applicable(const Incarnation& owner, const NamesDelta& delta,
                              std::size_t cost_max) const {
  const OwnerNames* held = copy(owner.id);
  if (held == nullptr || held->boot != owner.boot || delta.boot != owner.boot) return false;
  if (delta.sequence != held->sequence + 1) return false;
  std::size_t cost = held->cost;
  for (const auto& name : delta.removed) {
    if (!held->names.contains(name)) return false;
    cost -= snapshot_cost(name);
  }
  for (const auto& [name, entry] : delta.put) {
    if (!held->names.contains(name)) cost += snapshot_cost(name);
  }
  return cost <= cost_max;
}

void NameTable::apply(const Incarnation& owner, const NamesDelta& delta) {
  OwnerNames& held = copies_.at(owner.id);
  NOEX_CHECK(held.boot == owner.boot && held.sequence + 1 == delta.sequence);
  const bool visible = is_visible(owner.id, owner.boot);
  for (const auto& name : delta.removed) {
    if (visible) remove_from_index(index_, name, owner);
    held.names.erase(name);
    held.cost -= snapshot_cost(name);
  }
  for (const auto& [name, wire] : delta.put) {
    if (visible && held.names.contains(name)) remove_from_index(index_, name, owner);
    const RegistryEntry entry = from_wire(wire, owner.id);
    put(held, name, entry);
    if (visible) add_to_index(index_, name, NameHolder{owner, entry});
  }
  held.sequence = delta.sequence;
  ++version_;
}

void NameTable::drop_copy(const Incarnation& owner) {
  const auto found = copies_.find(owner.id);
  if (found == copies_.end() || found->second.boot != owner.boot) return;
  unindex_all(owner, found->second);
  copies_.erase(found);
  ++version_;
}

void NameTable::show(const Incarnation& owner) {
  NOEX_CHECK(!up_.contains(owner.id), "{} is up already", owner.id.text());
  up_.emplace(owner.id, owner.boot);
  if (const OwnerNames* held = copy(owner.id); held != nullptr && held->boot == owner.boot) {
    index_all(owner, *held);
  }
  ++version_;
}

void NameTable::hide(const Incarnation& owner) {
  if (!is_visible(owner.id, owner.boot)) return;
  if (const OwnerNames* held = copy(owner.id); held != nullptr && held->boot == owner.boot) {
    unindex_all(owner, *held);
  }
  up_.erase(owner.id);
  ++version_;
}

const NameHolder* NameTable::winner(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &found->second.front();
}

const std::vector<NameHolder>& NameTable::entries(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? none_ : found->second;
}

std::map<std::string, NameHolder> NameTable::winners() const {
  std::map<std::string, NameHolder> result;
  for (const auto& [name, contenders] : index_) {
    result.emplace_hint(result.end(), name, contenders.front());
  }
  return result;
}

const RegistryEntry* NameTable::visible_entry(const Incarnation& owner,
                                              std::string_view name) const {
  if (owner == self_) return own_entry(name);
  const OwnerNames* held = copy(owner.id);
  if (held == nullptr || held->boot != owner.boot || !is_visible(owner.id, owner.boot)) {
    return nullptr;
  }
  const auto found = held->names.find(name);
  return found == held->names.end() ? nullptr : &found->second;
}

bool NameTable::is_visible(const NodeId& owner, Boot boot) const {
  const auto found = up_.find(owner);
  return found != up_.end() && found->second == boot;
}

void NameTable::index_all(const Incarnation& owner, const OwnerNames& set) {
  if (!is_visible(owner.id, owner.boot)) return;
  for (const auto& [name, entry] : set.names) add_to_index(index_, name, NameHolder{owner, entry});
}

void NameTable::unindex_all(const Incarnation& owner, const OwnerNames& set) {
  if (!is_visible(owner.id, owner.boot)) return;
  for (const auto& [name, entry] : set.names) remove_from_index(index_, name, owner);
}

NameTable::Index NameTable::naive_index() const {
  Index index;
  for (const auto& [name, entry] : own_.names) {
    add_to_index(index, name, NameHolder{self_, entry});
  }
  for (const auto& [owner, set] : copies_) {
    if (!is_visible(owner, set.boot)) continue;
    for (const auto& [name, entry] : set.names) {
      add_to_index(index, name, NameHolder{{owner, set.boot}, entry});
    }
  }
  return index;
}

void NameTable::check_invariants() const {
  NOEX_CHECK(index_ == naive_index());
  NOEX_CHECK(!copies_.contains(self_.id) && !up_.contains(self_.id));
  NOEX_CHECK(own_by_process_.size() == own_.names.size());
  const auto check_cost = [](const OwnerNames& set) {
    std::size_t cost = 0;
    for (const auto& [name, entry] : set.names) cost += snapshot_cost(name);
    NOEX_CHECK(cost == set.cost);
  };
  check_cost(own_);
  for (const auto& [owner, set] : copies_) check_cost(set);
}

void NameTable::digest(Writer& writer) const {
  const auto write_set = [&writer](const OwnerNames& set) {
    writer.varint(set.boot);
    writer.varint(set.sequence);
    writer.varint(set.names.size());
    for (const auto& [name, entry] : set.names) {
      writer.string(name);
      encode(writer, to_wire(entry));
    }
  };
  write_set(own_);
  writer.varint(copies_.size());
  for (const auto& [owner, set] : copies_) {
    owner.encode_to(writer);
    write_set(set);
  }
  writer.varint(up_.size());
  for (const auto& [id, boot] : up_) encode(writer, Incarnation{id, boot});
}

}  // namespace noex

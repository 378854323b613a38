#include "noex/runtime/registry/name_table.h"

#include <algorithm>

#include "noex/transport/base/check.h"

namespace noex {

NameTable::NameTable(Incarnation self) : self_(std::move(self)), own_(self_.boot) {
  hash_ = own_.hash(self_.id);
}

// --- The own set ---

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
  begin_own_change();
  note_own(name);
  own_.put(name, entry);
  own_by_process_.emplace(entry.process, name);
  index_.add(self_, name, entry);
  end_own_change();
}

void NameTable::move_own(const std::string& name, ProcessId to) {
  RegistryEntry entry = *own_entry(name);
  begin_own_change();
  note_own(name);
  own_by_process_.erase({entry.process, name});
  entry.process = to;
  own_by_process_.emplace(to, name);
  own_.put(name, entry);
  index_.remove(self_, name);
  index_.add(self_, name, entry);
  end_own_change();
}

void NameTable::remove_own(const std::vector<std::string>& names) {
  begin_own_change();
  for (const auto& name : names) {
    const RegistryEntry* entry = own_entry(name);
    NOEX_CHECK(entry != nullptr, "{}", name);
    note_own(name);
    own_by_process_.erase({entry->process, name});
    own_.remove(name);
    index_.remove(self_, name);
  }
  end_own_change();
}

std::vector<GroupMember> NameTable::own_memberships_of(ProcessId process) const {
  std::vector<GroupMember> members;
  for (auto at = own_groups_by_process_.lower_bound({process, {}});
       at != own_groups_by_process_.end() && at->first == process; ++at) {
    members.push_back({at->second, process});
  }
  return members;
}

void NameTable::join_own(const GroupMember& member) {
  begin_own_change();
  told_members_.try_emplace(member, false);
  const bool is_new = own_.join(member);
  NOEX_CHECK(is_new, "{}", member.group);
  own_groups_by_process_.emplace(member.process, member.group);
  index_.join(self_, member);
  end_own_change();
}

void NameTable::leave_own(const std::vector<GroupMember>& members) {
  begin_own_change();
  for (const GroupMember& member : members) {
    told_members_.try_emplace(member, true);
    const bool was_there = own_.leave(member);
    NOEX_CHECK(was_there, "{}", member.group);
    own_groups_by_process_.erase({member.process, member.group});
    index_.leave(self_, member);
  }
  end_own_change();
}

void NameTable::note_own(const std::string& name) {
  const RegistryEntry* entry = own_entry(name);
  told_.try_emplace(name, entry != nullptr ? std::optional(*entry) : std::nullopt);
}

void NameTable::begin_own_change() {
  hash_ ^= own_.hash(self_.id);
  if (!std::exchange(changing_, true)) ++own_.sequence;
}

void NameTable::end_own_change() {
  hash_ ^= own_.hash(self_.id);
  ++version_;
}

// What was undone before anybody heard of it was never said, and its sequence is used again.
std::optional<NamesDelta> NameTable::take_delta() {
  if (!std::exchange(changing_, false)) return std::nullopt;
  NamesDelta delta{self_, own_.sequence, false, {}, {}, {}, {}};
  for (const auto& [name, before] : std::exchange(told_, {})) {
    const RegistryEntry* entry = own_entry(name);
    if (entry == nullptr && before) delta.removed.push_back(name);
    if (entry != nullptr && before != *entry) delta.put.emplace(name, to_wire(*entry));
  }
  for (const auto& [member, before] : std::exchange(told_members_, {})) {
    if (own_.members().contains(member) == before) continue;
    (before ? delta.left : delta.joined).push_back(member);
  }
  const bool says_names = !delta.put.empty() || !delta.removed.empty();
  if (says_names || !delta.joined.empty() || !delta.left.empty()) return delta;
  hash_ ^= own_.hash(self_.id);
  --own_.sequence;
  hash_ ^= own_.hash(self_.id);
  return std::nullopt;
}

// --- Copies ---

const NameTable::Owner* NameTable::find(const Incarnation& owner) const {
  const Owner* held = owners_.find(owner.id);
  return held != nullptr && held->set.boot == owner.boot ? held : nullptr;
}

const OwnerSet* NameTable::copy(const NodeId& owner) const {
  const Owner* held = owners_.find(owner);
  return held == nullptr || held->set.boot == 0 ? nullptr : &held->set;
}

std::strong_ordering NameTable::compare(const Incarnation& owner, std::uint64_t sequence) const {
  const OwnerSet* held = copy(owner.id);
  if (held == nullptr) return std::strong_ordering::less;
  if (held->boot != owner.boot) return held->boot <=> owner.boot;
  return held->sequence <=> sequence;
}

void NameTable::replace_copy(const NamesSnapshot& snapshot) {
  const NodeId& id = snapshot.owner.id;
  NOEX_CHECK(id != self_.id, "{}", id.text());
  Owner& held = owners_[id];
  if (held.set.boot == 0) ++copies_;
  begin_change(id, held);
  unindex_all(id, held);
  if (held.set.boot != snapshot.owner.boot) held.known = false;
  held.set = OwnerSet(snapshot);
  note_spare(id, held);
  index_all(id, held);
  end_change(id, held);
}

bool NameTable::is_applicable(const NamesDelta& delta, std::size_t cost_max) const {
  const Owner* owner = find(delta.owner);
  if (owner == nullptr || delta.sequence != owner->set.sequence + 1) return false;
  const OwnerSet& held = owner->set;
  std::size_t cost = held.cost();
  for (const auto& name : delta.removed) {
    if (held.find(name) == nullptr) return false;
    cost -= snapshot_cost(name);
  }
  for (const auto& [name, entry] : delta.put) {
    if (held.find(name) == nullptr) cost += snapshot_cost(name);
  }
  for (const GroupMember& member : delta.left) {
    if (!held.members().contains(member)) return false;
    cost -= snapshot_cost(member.group);
  }
  for (const GroupMember& member : delta.joined) {
    if (held.members().contains(member)) return false;
    cost += snapshot_cost(member.group);
  }
  return cost <= cost_max;
}

void NameTable::apply(const NamesDelta& delta) {
  const Incarnation& owner = delta.owner;
  Owner& held = owners_[owner.id];
  NOEX_CHECK(held.set.boot == owner.boot && held.set.sequence + 1 == delta.sequence);
  const bool visible = held.visible();
  begin_change(owner.id, held);
  for (const auto& name : delta.removed) {
    if (visible) index_.remove(owner, name);
    held.set.remove(name);
  }
  for (const auto& [name, wire] : delta.put) {
    if (visible && held.set.find(name) != nullptr) index_.remove(owner, name);
    const RegistryEntry entry = from_wire(wire, owner.id);
    held.set.put(name, entry);
    if (visible) index_.add(owner, name, entry);
  }
  for (const GroupMember& member : delta.left) {
    if (visible) index_.leave(owner, member);
    held.set.leave(member);
  }
  for (const GroupMember& member : delta.joined) {
    held.set.join(member);
    if (visible) index_.join(owner, member);
  }
  held.set.sequence = delta.sequence;
  end_change(owner.id, held);
}

void NameTable::drop_copy(const Incarnation& owner) {
  Owner* found = owners_.find(owner.id);
  if (found == nullptr || found->set.boot != owner.boot) return;
  Owner& held = *found;
  begin_change(owner.id, held);
  unindex_all(owner.id, held);
  held.set = OwnerSet();
  held.known = false;
  note_spare(owner.id, held);
  end_change(owner.id, held);
  --copies_;
  if (held.up == 0) owners_.erase(owner.id);
}

bool NameTable::make_room(std::size_t copies_max, const NodeId& kept) {
  if (copies_ < copies_max) return true;
  auto spare = spare_.begin();
  if (spare != spare_.end() && *spare == kept) ++spare;
  if (spare == spare_.end()) return false;
  drop_copy({*spare, owners_.find(*spare)->set.boot});
  return true;
}

void NameTable::note_spare(const NodeId& id, const Owner& owner) {
  if (owner.spare()) {
    spare_.insert(id);
  } else {
    spare_.erase(id);
  }
}

bool NameTable::is_known(const Incarnation& owner) const {
  const Owner* held = find(owner);
  return held != nullptr && held->known;
}

void NameTable::set_known(const Incarnation& owner, bool known) {
  Owner* held = owners_.find(owner.id);
  if (held == nullptr || held->set.boot != owner.boot) return;
  held->known = known;
  note_spare(owner.id, *held);
}

std::vector<OwnerVersion> NameTable::versions() const {
  std::vector<OwnerVersion> versions;
  versions.reserve(owners_.size() + 1);
  const OwnerVersion own{self_, own_.sequence};
  bool placed = false;
  for (const auto& [id, owner] : owners_.sorted()) {
    if (!placed && self_.id < *id) {
      versions.push_back(own);
      placed = true;
    }
    if (owner->known) versions.push_back({{*id, owner->set.boot}, owner->set.sequence});
  }
  if (!placed) versions.push_back(own);
  return versions;
}

// --- Who is up ---

void NameTable::show(const Incarnation& owner) {
  Owner& shown = owners_[owner.id];
  NOEX_CHECK(shown.up == 0, "{} is up already", owner.id.text());
  shown.up = owner.boot;
  note_spare(owner.id, shown);
  index_all(owner.id, shown);
  end_change(owner.id, shown);
}

void NameTable::hide(const Incarnation& owner) {
  Owner* hidden = owners_.find(owner.id);
  if (hidden == nullptr || hidden->up != owner.boot) return;
  begin_change(owner.id, *hidden);
  unindex_all(owner.id, *hidden);
  hidden->up = 0;
  note_spare(owner.id, *hidden);
  ++version_;
  if (hidden->set.boot == 0) owners_.erase(owner.id);
}

// --- Views ---

const RegistryEntry* NameTable::visible_entry(const Incarnation& owner,
                                              std::string_view name) const {
  if (owner == self_) return own_entry(name);
  const Owner* held = find(owner);
  return held != nullptr && held->visible() ? held->set.find(name) : nullptr;
}

// --- The index and the hash ---

void NameTable::begin_change(const NodeId& id, const Owner& owner) {
  if (owner.visible()) hash_ ^= owner.set.hash(id);
}

void NameTable::end_change(const NodeId& id, const Owner& owner) {
  if (owner.visible()) hash_ ^= owner.set.hash(id);
  ++version_;
}

void NameTable::index_all(const NodeId& id, const Owner& owner) {
  if (owner.visible()) index_.add_all(Incarnation{id, owner.up}, owner.set);
}

void NameTable::unindex_all(const NodeId& id, const Owner& owner) {
  if (owner.visible()) index_.remove_all(Incarnation{id, owner.up}, owner.set);
}

NameIndex NameTable::naive_index() const {
  NameIndex index;
  index.add_all(self_, own_);
  for (const auto& [id, owner] : owners_.sorted()) {
    if (owner->visible()) index.add_all(Incarnation{*id, owner->up}, owner->set);
  }
  return index;
}

void NameTable::check_invariants() const {
  NOEX_CHECK(index_.shows_the_same(naive_index()));
  NOEX_CHECK(!owners_.contains(self_.id));
  NOEX_CHECK(own_by_process_.size() == own_.names().size());
  NOEX_CHECK(own_groups_by_process_.size() == own_.members().size());
  std::uint64_t hash = own_.hash(self_.id);
  std::size_t copies = 0;
  std::size_t spare = 0;
  for (const auto& [at, held] : owners_.sorted()) {
    const NodeId& id = *at;
    const Owner& owner = *held;
    NOEX_CHECK(owner.up != 0 || owner.set.boot != 0, "{}", id.text());
    NOEX_CHECK(owner.set.boot != 0 || !owner.known, "{}", id.text());
    if (owner.set.boot != 0) ++copies;
    if (owner.spare()) ++spare;
    NOEX_CHECK(spare_.contains(id) == owner.spare(), "{}", id.text());
    if (owner.visible()) hash ^= owner.set.hash(id);
    std::size_t cost = 0;
    for (const auto& [name, entry] : owner.set.names()) cost += snapshot_cost(name);
    for (const auto& member : owner.set.members()) cost += snapshot_cost(member.group);
    NOEX_CHECK(cost == owner.set.cost());
  }
  NOEX_CHECK(hash == hash_ && copies == copies_ && spare == spare_.size());
}

void NameTable::digest(Writer& writer) const {
  NOEX_CHECK(!changing_);
  const auto write_set = [&writer](const OwnerSet& set) {
    writer.varint(set.boot);
    writer.varint(set.sequence);
    writer.varint(set.names().size());
    for (const auto& [name, entry] : set.names()) {
      writer.string(name);
      encode(writer, to_wire(entry));
    }
    writer.varint(set.members().size());
    for (const auto& member : set.members()) encode(writer, member);
  };
  write_set(own_);
  writer.varint(owners_.size());
  for (const auto& [id, owner] : owners_.sorted()) {
    id->encode_to(writer);
    writer.varint(owner->up);
    writer.u8(owner->known ? 1 : 0);
    write_set(owner->set);
  }
}

}  // namespace noex

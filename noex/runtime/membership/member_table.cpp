#include "noex/runtime/membership/member_table.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <xxhash.h>

#include "noex/runtime/message/codec.h"
#include "noex/transport/base/check.h"

namespace noex {

bool beats(const TableEntry& entry, const TableEntry& known) {
  const auto order = [](const TableEntry& one) {
    return std::tuple(one.boot, one.status == MemberStatus::left, one.version, one.status);
  };
  return order(entry) > order(known);
}

std::uint64_t hash_of(const TableEntry& entry) {
  if (entry.status == MemberStatus::left) return 0;
  Bytes bytes;
  Writer writer(bytes);
  entry.id.encode_to(writer);
  writer.varint(entry.boot);
  writer.varint(entry.version);
  writer.u8(static_cast<std::uint8_t>(entry.status));
  return XXH3_64bits(bytes.data(), bytes.size());
}

MemberTable::MemberTable(const Incarnation& self, std::size_t members_max)
    : members_max_(members_max),
      self_{self.id, self.boot, 1, MemberStatus::alive, {}},
      hash_(hash_of(self_)) {}

MemberRecord* MemberTable::find(const NodeId& id) {
  const MemberIndex* index = indices_.find(id);
  return index == nullptr ? nullptr : &records_[*index];
}

const MemberRecord* MemberTable::find(const NodeId& id) const {
  const MemberIndex* index = indices_.find(id);
  return index == nullptr ? nullptr : &records_[*index];
}

MemberRecord* MemberTable::find(const Incarnation& node) {
  MemberRecord* record = find(node.id);
  return record != nullptr && record->entry.boot == node.boot ? record : nullptr;
}

MemberRecord* MemberTable::add(const NodeId& id) {
  if (is_full()) return nullptr;
  NOEX_CHECK(id != self_.id && !indices_.contains(id), "{}", id.text());
  if (free_.empty()) {
    free_.push_back(static_cast<MemberIndex>(records_.size()));
    records_.emplace_back();
  }
  const MemberIndex index = free_.back();
  free_.pop_back();
  by_id_.insert(place_of(id), index);
  indices_[id] = index;
  MemberRecord& record = records_[index] = MemberRecord();
  record.index = index;
  record.entry.id = id;
  return &record;
}

// `id` may be the record's own.
void MemberTable::forget(const NodeId& id) {
  MemberRecord* record = find(id);
  NOEX_CHECK(record != nullptr && !record->linked && !record->lives(), "{}", id.text());
  if (record->known()) {
    hash_ ^= hash_of(record->entry);
    count(record->entry, std::size_t(-1));
  }
  untried_ -= record->is_untried() ? 1 : 0;
  by_id_.erase(place_of(id));
  indices_.erase(NodeId(id));
  free_.push_back(record->index);
  *record = MemberRecord();
}

std::vector<MemberIndex>::const_iterator MemberTable::place_of(const NodeId& id) const {
  return std::ranges::lower_bound(by_id_, id, {}, [this](MemberIndex index) -> const NodeId& {
    return records_[index].entry.id;
  });
}

std::span<const MemberIndex> MemberTable::by_name(std::string_view name) const {
  const auto name_of = [this](MemberIndex index) -> std::string_view {
    return records_[index].entry.id.name();
  };
  const auto [begin, end] = std::ranges::equal_range(by_id_, name, {}, name_of);
  return {begin, end};
}

void MemberTable::put(MemberRecord& record, const TableEntry& entry) {
  NOEX_CHECK(entry.id == record.entry.id && entry.boot != 0, "{}", entry.id.text());
  if (record.known()) {
    hash_ ^= hash_of(record.entry);
    count(record.entry, std::size_t(-1));
  }
  record.entry = entry;
  hash_ ^= hash_of(entry);
  count(entry, 1);
}

void MemberTable::count(const TableEntry& entry, std::size_t step) {
  if (entry.status == MemberStatus::dead) {
    dead_ += step;
  } else if (entry.status == MemberStatus::left) {
    left_ += step;
  } else {
    living_ += step;
  }
}

void MemberTable::set(MemberRecord& record, bool MemberRecord::* flag, bool value) {
  untried_ -= record.is_untried() ? 1 : 0;
  record.*flag = value;
  untried_ += record.is_untried() ? 1 : 0;
}

const MemberRecord* MemberTable::dispensable(MemberStatus least) const {
  if (left_ == 0 && (least != MemberStatus::dead || dead_ == 0)) return nullptr;
  const MemberRecord* found = nullptr;
  for (const MemberIndex index : by_id_) {
    const MemberRecord& record = at(index);
    const bool may_go = record.is(MemberStatus::left) ||
                        (least == MemberStatus::dead && record.is(MemberStatus::dead));
    if (!may_go || record.seed || record.linked) continue;
    const auto rank = [](const MemberRecord& one) {
      return std::pair(!one.is(MemberStatus::left), one.changed_at);
    };
    if (found == nullptr || rank(record) < rank(*found)) found = &record;
  }
  return found;
}

void MemberTable::raise_self(std::uint64_t version) {
  NOEX_CHECK(version > self_.version && version <= member_version_max, "{}", version);
  hash_ ^= hash_of(self_);
  self_.version = version;
  hash_ ^= hash_of(self_);
}

std::vector<Table> MemberTable::parts() const {
  std::vector<Table> parts;
  const auto add = [&parts](const TableEntry& entry) {
    if (parts.empty() || parts.back().entries.size() == table_entries_max) parts.emplace_back();
    parts.back().entries.push_back(entry);
  };
  const auto self_place = place_of(self_.id);
  for (auto place = by_id_.begin(); place != by_id_.end(); ++place) {
    if (place == self_place) add(self_);
    if (at(*place).known()) add(at(*place).entry);
  }
  if (self_place == by_id_.end()) add(self_);
  if (parts.back().entries.size() == table_entries_max) parts.emplace_back();
  return parts;
}

void MemberTable::check_invariants() const {
  std::uint64_t hash = hash_of(self_);
  std::size_t living = 0;
  std::size_t dead = 0;
  std::size_t left = 0;
  std::size_t untried = 0;
  NOEX_CHECK(indices_.size() == by_id_.size());
  for (const MemberIndex index : by_id_) {
    const MemberRecord& record = at(index);
    const MemberIndex* found = indices_.find(record.id());
    NOEX_CHECK(record.index == index && found != nullptr && *found == index, "{}",
               record.id().text());
    record.check_invariants();
    untried += record.is_untried() ? 1 : 0;
    if (!record.known()) continue;
    hash ^= hash_of(record.entry);
    living += record.lives() ? 1 : 0;
    dead += record.is(MemberStatus::dead) ? 1 : 0;
    left += record.is(MemberStatus::left) ? 1 : 0;
  }
  NOEX_CHECK(hash == hash_ && living == living_ && dead == dead_ && left == left_, "{} {} {}",
             living, dead, left);
  NOEX_CHECK(untried == untried_, "{} {}", untried, untried_);
  NOEX_CHECK(size() <= members_max_ && size() + free_.size() == records_.size(), "{}", size());
}

}  // namespace noex

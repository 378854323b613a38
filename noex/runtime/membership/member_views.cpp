#include "noex/runtime/membership/member_views.h"

namespace noex {

Welcome MemberViews::welcome(const Incarnation& peer) const {
  Welcome welcome;
  const MemberRecord* record = table_->find(peer.id);
  if (record == nullptr) {
    welcome.full = table_->is_full() && table_->dispensable(MemberStatus::dead) == nullptr;
    return welcome;
  }
  welcome.too_low = peer.boot < record->entry.boot;
  welcome.linked = record->linked;
  welcome.left =
      record->is(MemberStatus::left) && record->said_leave && peer.boot == record->entry.boot;
  return welcome;
}

Boot MemberViews::known_boot(const NodeId& id) const {
  const MemberRecord* record = table_->find(id);
  return record == nullptr ? 0 : record->entry.boot;
}

std::vector<NodeId> MemberViews::living_namesakes(const NodeId& id) const {
  std::vector<NodeId> found;
  for (const MemberIndex index : table_->by_name(id.name())) {
    const MemberRecord& record = table_->at(index);
    if (record.id() != id && (record.up || record.linked)) found.push_back(record.id());
  }
  return found;
}

std::vector<Table> MemberViews::table_for(const NodeId& peer) const {
  auto parts = table_->parts();
  for (Table& part : parts) {
    std::erase_if(part.entries, [&peer](const TableEntry& entry) {
      return entry.id == peer && entry.status == MemberStatus::left;
    });
  }
  return parts;
}

std::vector<Member> MemberViews::members() const {
  std::vector<Member> members;
  for (const MemberIndex index : table_->by_id()) {
    const MemberRecord& record = table_->at(index);
    if (!record.known() || record.is(MemberStatus::left)) continue;
    members.push_back(
        Member{record.incarnation(), record.up, record.linked, record.lives() && record.wanted});
  }
  return members;
}

bool MemberViews::is_wanted(const NodeId& id) const {
  const MemberRecord* record = table_->find(id);
  return record != nullptr && record->lives() && record->wanted;
}

bool MemberViews::lives(const Incarnation& node) const {
  const MemberRecord* record = table_->find(node.id);
  return record != nullptr && record->entry.boot == node.boot && record->lives();
}

}  // namespace noex

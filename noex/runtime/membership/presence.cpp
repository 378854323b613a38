#include "noex/runtime/membership/presence.h"

#include <utility>

namespace noex {

void Presence::on_registry_known(const Incarnation& peer) {
  MemberRecord* record = table_->find(peer);
  if (record == nullptr) forget_names_before(peer);
  if (record == nullptr || (record->is(MemberStatus::left) && !record->linked)) return;
  record->registry_known = true;
  if (record->linked ? !record->untold : record->lives()) table_->set_tried(*record, true);
  up(*record);
}

// The names of that boot, of which nobody has told this node yet, took the place of the earlier's.
void Presence::forget_names_before(const Incarnation& peer) {
  MemberRecord* record = table_->find(peer.id);
  if (record == nullptr || record->up || record->entry.boot >= peer.boot) return;
  record->registry_known = false;
}

void Presence::on_told(MemberRecord& record) {
  if (std::exchange(record.untold, false) && record.registry_known) table_->set_tried(record, true);
}

void Presence::up(MemberRecord& record) {
  if (record.up || !record.registry_known || !record.lives()) return;
  record.up = true;
  if (!record.linked || !record.untold) table_->set_tried(record, true);
  actions_->emplace_back(AnnounceUp{record.incarnation()});
}

void Presence::down(MemberRecord& record, DownReason reason) {
  record.registry_known = false;
  if (!std::exchange(record.up, false)) return;
  actions_->emplace_back(AnnounceDown{record.incarnation(), reason});
}

}  // namespace noex

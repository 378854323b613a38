#include "noex/runtime/membership/link_watch.h"

#include <algorithm>
#include <utility>

#include "noex/transport/base/check.h"

namespace noex {

void LinkWatch::begin(MemberRecord& record, Instant now) {
  record.linked = true;
  record.was_linked = true;
  record.missed = record.refused = false;
  record.said_left.reset();
  record.probed = false;
  record.newcomer = !record.up;
  record.untold = record.untold || !record.up;  // also where a new link replaces one
  record.differs = 0;
  record.linked_at = now;
  record.heard_at = now;
  record.accused_at.reset();
  standing_[record.id()] = record.index;
  silence_.add(record.index, due(record));
}

// What it has not told is not waited for any more.
void LinkWatch::end(MemberRecord& record) {
  presence_->on_told(record);
  record.linked = false;
  standing_.erase(record.id());
  relays_->forget(record.id());
}

void LinkWatch::close(MemberRecord& record, bool silent) {
  end(record);
  actions_->emplace_back(CloseLink{record.incarnation(), silent});
}

bool LinkWatch::heard(const NodeId& id, Instant at) {
  MemberRecord* record = table_->find(id);
  if (record == nullptr || !record->linked || at <= record->heard_at) return false;
  record->heard_at = at;
  if (!std::exchange(record->probed, false)) return false;
  silence_.add(record->index, due(*record));
  return true;
}

void LinkWatch::forgive(Instant now) {
  for (const auto& [id, index] : standing_) {
    MemberRecord& record = table_->at(index);
    record.heard_at = now;
    record.probed = false;
    silence_.add(index, due(record));
  }
}

std::vector<NodeId> LinkWatch::silent(Instant now) const {
  std::vector<NodeId> silent;
  for (const auto& [id, index] : standing_) {
    if (due(table_->at(index)) <= now) silent.push_back(id);
  }
  return silent;
}

Instant LinkWatch::due(const MemberRecord& record) const {
  if (!record.linked) return Instant::max();
  const Duration asked = std::min(options_->probe_after, options_->suspicion_after * 2 / 3);
  return record.probed ? silence_end(record) : record.heard_at + asked;
}

Instant LinkWatch::next_deadline() const {
  return silence_.next([this](MemberIndex index) { return due(table_->at(index)); });
}

void LinkWatch::check_invariants() const {
  for (const MemberIndex index : table_->by_id()) {
    const MemberRecord& record = table_->at(index);
    NOEX_CHECK(record.linked == standing_.contains(record.id()), "{}", record.id().text());
  }
}

void LinkWatch::digest(Writer& writer, const MemberRecord& record, Instant now) const {
  writer.u8(record.linked ? 1 : 0);
  if (!record.linked) return;
  const auto distance = [&writer, now](Instant at) { writer.zigzag((at - now).count()); };
  writer.u8(static_cast<std::uint8_t>((record.probed ? 1 : 0) | (record.newcomer ? 2 : 0) |
                                      (record.untold ? 4 : 0)));
  writer.u8(record.differs);
  distance(std::max(record.linked_at, now - options_->heartbeat_interval));
  distance(record.heard_at);
  distance(std::max(record.accused_at.value_or(Instant::min()), now - options_->gossip_delay));
}

}  // namespace noex

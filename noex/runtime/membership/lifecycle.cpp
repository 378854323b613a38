#include "noex/runtime/membership/lifecycle.h"

#include <utility>

namespace noex {

// --- Places ---

MemberRecord* MemberLifecycle::find_or_add(const NodeId& id, MemberStatus least) {
  if (MemberRecord* record = table_->find(id)) return record;
  if (const MemberRecord* old = table_->is_full() ? table_->dispensable(least) : nullptr) {
    forget(table_->at(old->index));
  }
  MemberRecord* record = table_->add(id);
  if (record == nullptr) reports_->table_full(id);
  return record;
}

void MemberLifecycle::forget(MemberRecord& record) {
  dials_->forget(record);
  suspicions_->drop(record.index);
  probes_->end(record.id());
  dissemination_->forget(record.id());
  table_->forget(record.id());
}

// --- All changes ---

void MemberLifecycle::put(MemberRecord& record, const TableEntry& entry, const NodeId& source,
                          const std::optional<NodeId>& accuser, Instant now) {
  reports_->change(record, entry, source, accuser, now);
  record.missed = false;
  if (entry.status == MemberStatus::dead) suspicions_->drop(record.index);
  const bool lived = record.lives();
  if (!record.known() || entry.status != record.entry.status) record.changed_at = now;
  table_->put(record, entry);
  dials_->on_entry_changed(record, lived, now);
  dissemination_->spread(entry.id, source, accuser, now);
}

void MemberLifecycle::begin_suspicion(MemberRecord& record, const std::optional<NodeId>& accuser,
                                      Instant now) {
  if (accuser) suspicions_->accuse(record.index, *accuser);
  if (!record.linked) suspicions_->start(record.index, now);
}

void MemberLifecycle::end_boot(MemberRecord& record) {
  auto reason = record.has_evidence() ? record.first_evidence() : DownReason::restarted;
  if (record.said_left) reason = DownReason::graceful_shutdown;
  if (record.linked) links_->close(record, false);
  presence_->down(record, reason);
  suspicions_->drop(record.index);
  probes_->end(record.id());
  record.was_linked = record.refused = record.said_leave = false;
  record.said_left.reset();
  record.attempts = 0;
  table_->set_tried(record, false);
}

// --- By the word of others ---

void MemberLifecycle::adopt(MemberRecord& record, const TableEntry& entry, const NodeId& source,
                            const std::optional<NodeId>& accuser, Instant now) {
  if (entry.boot > record.entry.boot) end_boot(record);
  if (entry.status == MemberStatus::left) {
    return mark_left(record, entry.boot, entry.version, source, now);
  }
  const bool was_alive = entry.boot == record.entry.boot && record.is(MemberStatus::alive);
  TableEntry next = entry;
  // The first evidence is this node's own, if it has any.
  if (record.has_evidence() && entry.reason) next.reason = record.first_evidence();
  put(record, next, source, accuser, now);
  if (entry.status == MemberStatus::dead) {
    presence_->down(record, *next.reason);
    table_->set_tried(record, true);
  } else if (entry.status == MemberStatus::suspect) {
    begin_suspicion(record, accuser, now);
  } else {
    suspicions_->drop(record.index);
    if (!was_alive && !record.linked) dials_->set(record, now);
  }
  presence_->up(record);
}

void MemberLifecycle::take_own_word(MemberRecord& record, const TableEntry& entry, Instant now) {
  if (entry.boot != record.entry.boot) end_boot(record);
  put(record, entry, entry.id, std::nullopt, now);
  suspicions_->drop(record.index);
  presence_->up(record);
}

void MemberLifecycle::confirm(MemberRecord& record, const NodeId& source, const NodeId& accuser,
                              Instant now) {
  if (!suspicions_->accuse(record.index, accuser)) return;
  dissemination_->spread(record.id(), source, accuser, now);
  Verdict confirmed = reports_->verdict(VerdictKind::confirmed, record, now);
  confirmed.by = source;
  if (!source.empty()) confirmed.accuser = accuser;
  reports_->tell(std::move(confirmed));
}

void MemberLifecycle::leave(MemberRecord& record, Instant now) {
  if (record.is(MemberStatus::left)) {
    if (record.linked) links_->close(record, false);
    dials_->set_after_pause(record, 1, now);
  } else {
    mark_left(record, record.entry.boot, record.entry.version, record.id(), now);
  }
  record.said_leave = true;
}

void MemberLifecycle::mark_left(MemberRecord& record, Boot boot, std::uint64_t version,
                                const NodeId& source, Instant now) {
  if (record.linked) links_->close(record, false);
  record.said_left.reset();
  const TableEntry entry{record.id(), boot, version, MemberStatus::left, {}};
  presence_->down(record, DownReason::graceful_shutdown);
  dials_->stop(record);
  suspicions_->drop(record.index);
  probes_->end(record.id());
  put(record, entry, source, std::nullopt, now);
  record.attempts = 1;
  dials_->set_after_pause(record, record.attempts, now);  // seeds only: it may come back
  table_->set_tried(record, true);
}

// --- By evidence of this node ---

void MemberLifecycle::suspect(MemberRecord& record, DownReason evidence, std::size_t asked,
                              Instant now) {
  const NodeId& self = table_->self().id;
  TableEntry entry = record.entry;
  entry.status = MemberStatus::suspect;
  entry.reason = evidence;
  put(record, entry, NodeId(), self, now);
  begin_suspicion(record, self, now);
  Verdict suspected = reports_->verdict(VerdictKind::suspected, record, now);
  suspected.asked = asked;
  suspected.accusers.clear();
  reports_->tell(std::move(suspected));
}

void MemberLifecycle::mark_dead(MemberRecord& record, DownReason reason, Instant now) {
  TableEntry entry = record.entry;
  entry.status = MemberStatus::dead;
  entry.reason = reason;
  put(record, entry, NodeId(), std::nullopt, now);
  presence_->down(record, reason);
  table_->set_tried(record, true);
}

}  // namespace noex

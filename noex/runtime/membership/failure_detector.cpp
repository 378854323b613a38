#include "noex/runtime/membership/failure_detector.h"

#include <utility>

namespace noex {

// --- Links that end ---

void FailureDetector::on_link_closed(MemberRecord& record, Instant now) {
  lose_link(record, DownReason::connection_closed, now);
  if (!believe_left(record, now)) miss(record, DownReason::connection_closed, now);
}

void FailureDetector::on_released(MemberRecord& record, Instant now) {
  links_->end(record);
  dials_->set(record, now);
  if (record.is(MemberStatus::suspect)) suspicions_->start(record.index, now);
  believe_left(record, now);
}

// A link that stood for a while earns a redial at once; one that keeps breaking does not.
void FailureDetector::lose_link(MemberRecord& record, DownReason evidence, Instant now) {
  links_->end(record);
  if (record.is(MemberStatus::alive)) {
    record.missed = true;
    record.evidence = evidence;
  }
  if (now - record.linked_at >= options_->heartbeat_interval) record.attempts = 0;
  table_->set_tried(record, true);
  if (record.attempts == 0) {
    dials_->set(record, now);
  } else {
    dials_->set_after_pause(record, record.attempts, now);
  }
  if (record.is(MemberStatus::suspect)) suspicions_->start(record.index, now);
}

// The link ended without a word: others are asked while it is dialled again. Who should not be
// linked is left to those who watch it.
void FailureDetector::miss(MemberRecord& record, DownReason evidence, Instant now) {
  if (!record.is(MemberStatus::alive) || !record.wanted) return;
  if (!probes_->start(record, now + options_->dial_timeout)) {
    lifecycle_->suspect(record, evidence, 0, now);
  }
}

// Its link is gone, and with it its own word. What was said long before the last byte came over the
// link was wrong: its own word would have come with that.
bool FailureDetector::believe_left(MemberRecord& record, Instant now) {
  const auto said = std::exchange(record.said_left, std::nullopt);
  if (!said || record.linked || record.is(MemberStatus::left)) return false;
  if (record.heard_at > said->at + options_->suspicion_after) return false;
  lifecycle_->mark_left(record, record.entry.boot, said->version, said->by, now);
  return true;
}

// --- Silence and probes ---

void FailureDetector::check_silence(Instant now) {
  for (const NodeId& id : links_->silent(now)) {
    MemberRecord& record = *table_->find(id);
    const Instant end = links_->silence_end(record);
    if (now >= end) {
      end_silent(record, now);
    } else {
      record.probed = true;
      probes_->start(record, end);
    }
  }
}

void FailureDetector::end_silent(MemberRecord& record, Instant now) {
  const auto ended = probes_->end(record.id());
  links_->close(record, true);
  lose_link(record, DownReason::heartbeat_timeout, now);
  if (believe_left(record, now) || !record.is(MemberStatus::alive)) return;
  if (ended && ended->target == record.incarnation()) {
    conclude(*ended, now);
  } else {
    lifecycle_->suspect(record, DownReason::heartbeat_timeout, 0, now);
  }
}

void FailureDetector::check_probes(Instant now) {
  for (const auto& ended : probes_->due(now)) conclude(ended, now);
}

void FailureDetector::conclude(const Probes::Ended& ended, Instant now) {
  if (ended.unanswered && !ended.alive) health_->worsen(now);
  MemberRecord* record = table_->find(ended.target);
  if (record == nullptr || record->linked || !record->is(MemberStatus::alive)) return;
  if (ended.alive) {
    reports_->tell(reports_->verdict(VerdictKind::heard, *record, now));
    record->missed = false;
  } else {
    lifecycle_->suspect(*record, record->evidence, ended.asked, now);
  }
}

void FailureDetector::on_pong(const NodeId& from, std::uint64_t number) {
  const auto target = probes_->on_pong(from, number);
  MemberRecord* record = target ? table_->find(*target) : nullptr;
  if (record != nullptr && !record->linked) record->missed = false;
}

// --- Suspects ---

// Who suspects by hearsay only and then sees for itself joins in: see on_silent_dial().
void FailureDetector::check_suspects(Instant now) {
  set_conditions();
  for (const MemberIndex index : suspicions_->due(now)) {
    MemberRecord& record = table_->at(index);
    lifecycle_->mark_dead(record, *record.entry.reason, now);
  }
}

void FailureDetector::forgive(Instant now) {
  health_->worsen(now);
  links_->forgive(now);
  suspicions_->restart_all(now);
  probes_->forget_all();
  for (const MemberIndex index : table_->by_id()) {
    MemberRecord& record = table_->at(index);
    if (record.missed) miss(record, record.evidence, now);
    if (record.dialing) dials_->restart(record);
  }
}

// --- Dials that failed ---

void FailureDetector::on_dial_failed(MemberRecord& record, DialFailure failure, Instant now) {
  table_->set_tried(record, true);
  if (failure == DialFailure::unfinished) return;
  if (failure == DialFailure::left && record.known()) {
    if (!record.is(MemberStatus::left)) {
      lifecycle_->mark_left(record, record.entry.boot, record.entry.version, NodeId(), now);
    }
    record.said_leave = true;
  } else if (failure == DialFailure::self && !record.known()) {
    lifecycle_->forget(record);
  } else if (failure == DialFailure::refused || failure == DialFailure::self) {
    // A member whose address is ours now: whoever was there before us under another name is gone.
    on_refused(record, now);
  } else {
    on_silent_dial(record, now);
  }
}

// Nobody is there, or another: it is dead, unless others had to correct us before.
void FailureDetector::on_refused(MemberRecord& record, Instant now) {
  if (!record.lives()) return;
  if (std::exchange(record.refused, true)) return on_silent_dial(record, now);
  DownReason reason = DownReason::connection_refused;
  if (record.has_evidence()) {
    reason = record.first_evidence();
  } else if (record.was_linked) {
    reason = DownReason::connection_closed;
  }
  lifecycle_->mark_dead(record, reason, now);
}

// Others may still reach it: then it lives, and only our way to it is cut.
void FailureDetector::on_silent_dial(MemberRecord& record, Instant now) {
  if (!record.known() || record.linked) return;
  if (record.is(MemberStatus::suspect)) {
    return lifecycle_->confirm(record, NodeId(), table_->self().id, now);
  }
  if (!record.is(MemberStatus::alive) || probes_->is_under_way(record.id())) return;
  if (!record.missed) {
    record.evidence =
        record.was_linked ? DownReason::connection_closed : DownReason::heartbeat_timeout;
  }
  if (!probes_->start(record, now + options_->dial_timeout)) {
    lifecycle_->suspect(record, record.evidence, 0, now);
  }
}

}  // namespace noex

// Membership, dials: who is dialled, when, and what a failed dial says about the node.
//
// Owns the pauses between dials. Whoever should be linked and is not is dialled for ever, unless
// he left (a seed even then).
#include <algorithm>
#include <utility>

#include "noex/runtime/membership/membership.h"
#include "noex/transport/base/check.h"

namespace noex {

Duration Membership::full_backoff(std::uint32_t attempts) const {
  const std::uint32_t doublings = std::min(std::max(attempts, 1U) - 1, 20U);
  return std::min(options_.redial_min * (1U << doublings), options_.redial_max);
}

Duration Membership::backoff(std::uint32_t attempts) {
  const Duration full = full_backoff(attempts);
  return Duration(random_.between(full.count() / 2, full.count()));
}

bool Membership::is_dialled(const Record& record) const {
  if (record.linked || record.dialing) return false;
  return record.is(MemberStatus::left) ? record.seed && mesh_of_all_ : record.wanted;
}

// In a large cluster: who is gone, and seeds that are not found. One after the other, for ever.
bool Membership::is_tried_in_turn(const Record& record) const {
  if (record.linked || record.dialing || mesh_of_all_) return false;
  return record.is(MemberStatus::dead) || (record.seed && !record.lives());
}

void Membership::set_dial(Record& record, Instant at) {
  waiting_.erase({record.next_dial, record.index});
  record.next_dial = at;
  review_dial(record);
}

// After every change of what is_dialled() looks at.
void Membership::review_dial(Record& record) {
  if (is_dialled(record)) {
    waiting_.emplace(record.next_dial, record.index);
  } else {
    waiting_.erase({record.next_dial, record.index});
  }
  if (is_tried_in_turn(record)) {
    in_turn_.insert(record.index);
  } else {
    in_turn_.erase(record.index);
  }
}

void Membership::begin_dial(Record& record) {
  record.dialing = true;
  review_dial(record);
  ++record.attempts;
  ++dials_;
  actions_.emplace_back(StartDial{record.id()});
}

void Membership::dial_on_demand(const NodeId& id) {
  Record* record = table_.find(id);
  if (record != nullptr && !record->linked && !record->dialing) begin_dial(*record);
}

void Membership::start_dial_in_turn(Instant now) {
  if (in_turn_.empty() || now < next_in_turn_ || dials_ >= dials_max) return;
  next_in_turn_ = now + options_.dead_redial_interval;
  auto next = in_turn_.upper_bound(last_in_turn_);
  if (next == in_turn_.end()) next = in_turn_.begin();
  last_in_turn_ = *next;
  begin_dial(table_.at(*next));
}

void Membership::start_due_dials(Instant now) {
  start_dial_in_turn(now);
  if (dials_ >= dials_max || waiting_.empty() || waiting_.begin()->first > now) return;
  std::vector<std::pair<Instant, NodeId>> due;
  for (const auto& [at, index] : waiting_) {
    if (at > now) break;
    due.emplace_back(at, table_.at(index).id());
  }
  std::ranges::sort(due);  // not by place: that tells who was heard of first
  for (const auto& [at, id] : due) {
    if (dials_ >= dials_max) return;
    begin_dial(*table_.find(id));
  }
}

void Membership::stop_dial(Record& record) {
  if (!std::exchange(record.dialing, false)) return;
  --dials_;
  actions_.emplace_back(StopDial{record.id()});
  review_dial(record);
}

Instant Membership::next_dial() const {
  if (dials_ >= dials_max) return Instant::max();
  const Instant next = waiting_.empty() ? Instant::max() : waiting_.begin()->first;
  return in_turn_.empty() ? next : std::min(next, next_in_turn_);
}

// --- Dials that failed ---

void Membership::on_dial_failed(const NodeId& id, DialFailure failure, Instant now) {
  Record* record = table_.find(id);
  if (record == nullptr || !record->dialing) return;
  record->dialing = false;
  --dials_;
  Instant next = now + backoff(record->attempts);
  if (failure == DialFailure::simultaneous) next = std::max(next, now + options_.dial_timeout);
  set_dial(*record, next);
  if (failure == DialFailure::simultaneous) return;
  const bool doubts = failure == DialFailure::silent || failure == DialFailure::refused;
  if (doubts && stood_still(now)) {
    set_dial(*record, now);
    return forgive(now);
  }
  set_tried(*record, true);
  if (failure == DialFailure::unfinished) return set_conditions();
  if (failure == DialFailure::left && record->known()) {
    const TableEntry& known = record->entry;
    if (known.status != MemberStatus::left) {
      mark_left(*record, known.boot, known.version, NodeId(), now);
    }
    record->said_leave = true;
  } else if (failure == DialFailure::self && !record->known()) {
    record->seed = false;
    record->wanted = false;
    review_dial(*record);
    table_.forget(id);
  } else if (failure == DialFailure::refused || failure == DialFailure::self) {
    // A member whose address is ours now: whoever was there before us under another name is gone.
    on_refused(*record, now);
  } else {
    on_silent_dial(*record, now);
  }
  set_conditions();
}

// Nobody is there, or another: it is dead, unless others had to correct us before.
void Membership::on_refused(Record& record, Instant now) {
  if (!record.lives()) return;
  if (std::exchange(record.refused, true)) return on_silent_dial(record, now);
  DownReason reason = DownReason::connection_refused;
  if (record.has_evidence()) {
    reason = record.entry.reason.value_or(record.evidence);
  } else if (record.was_linked) {
    reason = DownReason::connection_closed;
  }
  mark_dead(record, reason, now);
}

// Others may still reach it: then it lives, and only our way to it is cut.
void Membership::on_silent_dial(Record& record, Instant now) {
  if (!record.known() || record.linked) return;
  if (record.is(MemberStatus::suspect)) {
    if (suspicions_.accuse(record.index, self_.id)) {
      gossip_.add(record.id(), NodeId(), self_.id, now + options_.gossip_delay);
      tell(verdict(VerdictKind::confirmed, record, now));
    }
    return;
  }
  if (!record.is(MemberStatus::alive) || probes_.is_under_way(record.id())) return;
  if (!record.missed) {
    record.evidence =
        record.was_linked ? DownReason::connection_closed : DownReason::heartbeat_timeout;
  }
  if (!probe(record, now + options_.dial_timeout)) suspect(record, record.evidence, 0, now);
}

}  // namespace noex

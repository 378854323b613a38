#include "noex/runtime/membership/dial_schedule.h"

#include <algorithm>
#include <vector>

#include "noex/transport/base/check.h"

namespace noex {

// --- Who should be linked ---

void DialSchedule::on_entry_changed(MemberRecord& record, bool lived, Instant now) {
  overlay_->changed(record, lived);
  if (!in_message_) end_message(now);
  review(record);
}

void DialSchedule::end_message(Instant now) {
  in_message_ = false;
  for (const MemberIndex index : overlay_->review(*table_)) review_wanted(table_->at(index), now);
}

void DialSchedule::add_seed(MemberRecord& seed) {
  table_->set_seed(seed, true);
  review_wanted(seed, Instant{});
}

void DialSchedule::review_wanted(MemberRecord& record, Instant now) {
  const bool wanted = overlay_->should_be_linked(record);
  const bool newly = wanted && !record.wanted;
  table_->set_wanted(record, wanted);
  if (newly && !record.linked && !record.dialing) {
    set(record, now);
  } else {
    review(record);
  }
}

// --- When ---

Duration DialSchedule::pause_max(std::uint32_t attempts) const {
  const std::uint32_t doublings = std::min(std::max(attempts, 1U) - 1, 20U);
  return std::min(options_->redial_min * (1U << doublings), options_->redial_max);
}

void DialSchedule::set_after_pause(MemberRecord& record, std::uint32_t attempts, Instant now) {
  const Duration most = pause_max(attempts);
  set(record, now + Duration(random_->between(most.count() / 2, most.count())));
}

bool DialSchedule::is_dialled(const MemberRecord& record) const {
  if (record.linked || record.dialing) return false;
  if (record.is(MemberStatus::left)) return record.seed && overlay_->is_mesh_of_all();
  return record.wanted;
}

// In a large cluster: who is gone, and seeds that are not found. One after the other, for ever.
bool DialSchedule::is_tried_in_turn(const MemberRecord& record) const {
  if (record.linked || record.dialing || overlay_->is_mesh_of_all()) return false;
  return record.is(MemberStatus::dead) || (record.seed && !record.lives());
}

void DialSchedule::set(MemberRecord& record, Instant at) {
  waiting_.erase({record.next_dial, record.index});
  record.next_dial = at;
  review(record);
}

void DialSchedule::review(MemberRecord& record) {
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

Instant DialSchedule::next_deadline() const {
  if (!has_room()) return Instant::max();
  const Instant next = waiting_.empty() ? Instant::max() : waiting_.begin()->first;
  return in_turn_.empty() ? next : std::min(next, next_in_turn_);
}

// --- Dials ---

void DialSchedule::begin(MemberRecord& record) {
  record.dialing = true;
  review(record);
  ++record.attempts;
  ++dials_;
  actions_->emplace_back(StartDial{record.id()});
}

void DialSchedule::begin_in_turn(Instant now) {
  if (in_turn_.empty() || now < next_in_turn_ || !has_room()) return;
  next_in_turn_ = now + options_->dead_redial_interval;
  auto next = in_turn_.upper_bound(last_in_turn_);
  if (next == in_turn_.end()) next = in_turn_.begin();
  last_in_turn_ = *next;
  begin(table_->at(*next));
}

void DialSchedule::begin_due(Instant now) {
  begin_in_turn(now);
  if (!has_room() || waiting_.empty() || waiting_.begin()->first > now) return;
  std::vector<std::pair<Instant, NodeId>> due;
  for (const auto& [at, index] : waiting_) {
    if (at > now) break;
    due.emplace_back(at, table_->at(index).id());
  }
  std::ranges::sort(due);  // not by place: that tells who was heard of first
  for (const auto& [at, id] : due) {
    if (!has_room()) return;
    begin(*table_->find(id));
  }
}

void DialSchedule::stop(MemberRecord& record) {
  if (!std::exchange(record.dialing, false)) return;
  --dials_;
  actions_->emplace_back(StopDial{record.id()});
  review(record);
}

void DialSchedule::restart(MemberRecord& record) {
  stop(record);
  begin(record);  // wanted or on demand
}

void DialSchedule::on_failed(MemberRecord& record, DialFailure failure, Instant now) {
  record.dialing = false;
  --dials_;
  set_after_pause(record, record.attempts, now);
  if (failure != DialFailure::simultaneous) return;
  set(record, std::max(record.next_dial, now + options_->dial_timeout));
}

void DialSchedule::forget(MemberRecord& record) {
  stop(record);
  waiting_.erase({record.next_dial, record.index});
  in_turn_.erase(record.index);
}

// --- What must hold ---

void DialSchedule::check_invariants() const {
  std::size_t dials = 0;
  std::size_t waiting = 0;
  std::size_t in_turn = 0;
  for (const MemberIndex index : table_->by_id()) {
    const MemberRecord& record = table_->at(index);
    const std::string_view name = record.id().name();
    NOEX_CHECK(record.wanted == overlay_->should_be_linked(record), "{}", name);
    NOEX_CHECK(is_dialled(record) == waiting_.contains({record.next_dial, index}), "{}", name);
    dials += record.dialing ? 1 : 0;
    waiting += is_dialled(record) ? 1 : 0;
    in_turn += is_tried_in_turn(record) ? 1 : 0;
  }
  NOEX_CHECK(dials == dials_ && waiting == waiting_.size(), "{} {}", dials, waiting);
  NOEX_CHECK(in_turn == in_turn_.size(), "{}", in_turn);
}

void DialSchedule::digest(Writer& writer, const MemberRecord& record, Instant now) const {
  writer.u8(static_cast<std::uint8_t>((record.seed ? 1 : 0) | (record.wanted ? 2 : 0) |
                                      (record.dialing ? 4 : 0)));
  // Beyond the longest pause, further attempts change nothing.
  std::uint32_t attempts = std::min(record.attempts, 22U);
  while (attempts > 1 && pause_max(attempts - 1) == pause_max(attempts)) --attempts;
  writer.varint(attempts);
  if (is_dialled(record)) writer.zigzag((std::max(record.next_dial, now) - now).count());
}

}  // namespace noex

#include "noex/runtime/membership/merger.h"

#include <utility>

namespace noex {

namespace {

// More than a node raises its version in years. Who says that it is further ahead of what that
// node says itself wants to bring it to the end of its numbers.
constexpr std::uint64_t version_ahead_max = std::uint64_t{1} << 32;

bool is_ahead(std::uint64_t version, std::uint64_t of) {
  return version > of && version - of > version_ahead_max;
}

}  // namespace

void Merger::learn(const TableEntry& entry, const NodeId& source,
                   const std::optional<NodeId>& accuser, Instant now) {
  if (entry.id == table_->self().id) return learn_of_self(entry, source, now);
  MemberRecord* record = table_->find(entry.id);
  const bool same_boot = record != nullptr && record->entry.boot == entry.boot;
  const bool is_own_word = same_boot && record->linked && source == entry.id;
  if (!is_own_word && !is_believable(record, entry)) return;
  if (record == nullptr) record = find_or_add(entry);
  if (record == nullptr || entry.boot < record->entry.boot) return;
  if (record->linked && (!is_own_word || entry.status != MemberStatus::alive)) {
    return learn_of_linked(*record, entry, source, accuser, now);
  }
  if (is_own_word && is_ahead(record->entry.version, entry.version)) {
    return lifecycle_->take_own_word(*record, entry, now);
  }
  // Whoever doubts a node that left has not heard of it, and would tell a wrong reason.
  const bool doubts = entry.status == MemberStatus::suspect || entry.status == MemberStatus::dead;
  if (same_boot && doubts && record->is(MemberStatus::left)) {
    answers_.push_back({record->entry, std::nullopt});
    return;
  }
  if (beats(entry, record->entry)) {
    lifecycle_->adopt(*record, entry, source, accuser, now);
  } else if (same_boot && is_other(accuser) && entry.status == record->entry.status &&
             entry.version == record->entry.version) {
    lifecycle_->confirm(*record, source, *accuser, now);
  }
}

void Merger::answer(const NodeId& source) {
  const MemberRecord* record = table_->find(source);
  auto answers = std::exchange(answers_, {});
  if (answers.empty() || record == nullptr || !record->linked) return;
  dissemination_->say(source, std::move(answers));
}

// Hearsay: whether an honest node can have said that.
bool Merger::is_believable(const MemberRecord* record, const TableEntry& entry) const {
  if (entry.boot > boot_believed_max_) return false;
  const bool same_boot = record != nullptr && record->entry.boot == entry.boot;
  return !is_ahead(entry.version, same_boot ? record->entry.version : 0);
}

// To know that somebody is dead, or left, is not worth what another one's place is.
MemberRecord* Merger::find_or_add(const TableEntry& entry) {
  const bool lives = entry.status == MemberStatus::alive || entry.status == MemberStatus::suspect;
  if (!lives && table_->is_full()) return nullptr;
  return lifecycle_->find_or_add(entry.id, MemberStatus::left);
}

// --- Of who is linked ---

// It answers for itself, whatever others say of its boot, its version or its end: it hears what
// that is, over the link that proves that it lives. That it left, or starts again, its own word or
// the end of its link will tell.
void Merger::learn_of_linked(MemberRecord& record, const TableEntry& entry, const NodeId& source,
                             const std::optional<NodeId>& accuser, Instant now) {
  if (entry.boot == record.entry.boot) {
    const bool is_alive = entry.status == MemberStatus::alive;
    if (entry.status == MemberStatus::left) {
      // A link that stands brings a leaving node's last messages and its own word, in order.
      record.said_left = MemberRecord::SaidLeft{source, entry.version, now};
      return;
    }
    if (entry.version < record.entry.version + (is_alive ? 1 : 0)) return;
    if (is_other(accuser)) suspicions_->accuse(record.index, *accuser);
  }
  pass_on(record, entry, source, accuser, now);
}

// At a bounded rate: it need not answer each lie about it. What it misses here is said again, for
// the tables differ.
void Merger::pass_on(MemberRecord& record, const TableEntry& entry, const NodeId& source,
                     const std::optional<NodeId>& accuser, Instant now) {
  if (record.accused_at && now - *record.accused_at < options_->gossip_delay) return;
  record.accused_at = now;
  dissemination_->say(record.id(), {Rumour{entry, accuser}});
  if (entry.status == MemberStatus::alive) return;
  Verdict passed_on = reports_->verdict(VerdictKind::passed_on, record, now);
  passed_on.by = source;
  passed_on.accuser = accuser;
  passed_on.reason = entry.reason;
  reports_->tell(std::move(passed_on));
}

// --- Of this node itself ---

void Merger::on_own_boot_seen(Boot boot) {
  const Boot own = table_->self().boot;
  if (boot > own && boot < boot_max) actions_->emplace_back(BootTooLow{boot + 1});
}

// A node that others doubt says that it lives, with a version above what they have heard of.
void Merger::learn_of_self(const TableEntry& entry, const NodeId& source, Instant now) {
  const TableEntry& self = table_->self();
  on_own_boot_seen(entry.boot);
  if (entry.boot != self.boot || is_ahead(entry.version, self.version)) return;
  const bool is_alive = entry.status == MemberStatus::alive;
  const std::uint64_t version = entry.version + (is_alive ? 0 : 1);
  if (version <= self.version) return;
  // Nobody believes any more that this boot lives: only another one can be told from it.
  if (entry.status == MemberStatus::left || version > member_version_max) {
    if (self.boot < boot_max) actions_->emplace_back(BootTooLow{self.boot + 1});
    return;
  }
  table_->raise_self(version);
  if (!is_alive) refute(version, entry, source, now);
  reports_->change_of_self(table_->self());
  dissemination_->spread_self(now);
}

void Merger::refute(std::uint64_t version, const TableEntry& accusation, const NodeId& source,
                    Instant now) {
  health_->worsen(now);
  Verdict refutes;
  refutes.kind = VerdictKind::refutes;
  refutes.who = {table_->self().id, table_->self().boot};
  refutes.version = version;
  refutes.by = source;
  refutes.reason = accusation.reason;
  reports_->tell(std::move(refutes));
}

}  // namespace noex

#include "noex/runtime/membership/reports.h"

#include <utility>

namespace noex {

Verdict Reports::verdict(VerdictKind kind, const MemberRecord& record, Instant now) const {
  Verdict verdict;
  verdict.kind = kind;
  verdict.who = record.incarnation();
  verdict.version = record.entry.version;
  if (record.has_evidence()) verdict.reason = record.first_evidence();
  if (record.was_linked && now >= record.heard_at) {
    verdict.silence = now - record.heard_at;
    verdict.missed = *verdict.silence / options_->heartbeat_interval;
  }
  verdict.accusers = suspicions_->accusers(record.index);
  return verdict;
}

void Reports::change(const MemberRecord& record, const TableEntry& entry, const NodeId& source,
                     const std::optional<NodeId>& accuser, Instant now) {
  if (const auto kind = kind_of(record, entry, source)) {
    Verdict told = verdict(*kind, record, now);
    if (entry.boot != record.entry.boot) {
      told.silence.reset();
      told.accusers.clear();
    }
    told.who = {entry.id, entry.boot};
    told.version = entry.version;
    told.reason = entry.reason;
    if (source != entry.id) told.by = source;
    told.accuser = accuser;
    tell(std::move(told));
  }
  actions_->emplace_back(TellChange{entry, source});
}

std::optional<VerdictKind> Reports::kind_of(const MemberRecord& record, const TableEntry& entry,
                                            const NodeId& source) const {
  switch (entry.status) {
    case MemberStatus::left:
      return VerdictKind::left;
    case MemberStatus::dead:
      return VerdictKind::dead;
    case MemberStatus::suspect:
      if (source.empty()) return std::nullopt;
      return VerdictKind::accused;
    case MemberStatus::alive:
      break;
  }
  return entry.boot != record.entry.boot ? VerdictKind::joined : VerdictKind::refuted;
}

void Reports::table_full(const NodeId& id) {
  if (!std::exchange(told_full_, true)) actions_->emplace_back(TableFull{id});
}

}  // namespace noex

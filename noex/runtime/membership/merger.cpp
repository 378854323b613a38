// Membership, what others say: how an entry of somebody's table changes ours, and what follows.
//
// First-hand evidence goes before rumour: who is linked is neither suspect nor dead because others
// say so, but is told of it, and answers with a higher version.
#include <algorithm>
#include <utility>

#include "noex/runtime/membership/membership.h"
#include "noex/transport/base/check.h"

namespace noex {

namespace {

// More than a node raises its version in years. Who says that it is further ahead of what that
// node says itself wants to bring it to the end of its numbers.
constexpr std::uint64_t version_ahead_max = std::uint64_t{1} << 32;

bool is_ahead(std::uint64_t version, std::uint64_t of) {
  return version > of && version - of > version_ahead_max;
}

}  // namespace

void Membership::learn(const TableEntry& entry, const std::optional<NodeId>& accuser,
                       const NodeId& source, Instant now) {
  if (entry.id == self_.id) return learn_of_self(entry, source, now);
  Record* record = table_.find(entry.id);
  const bool same_boot = record != nullptr && record->entry.boot == entry.boot;
  const bool is_own_word = same_boot && record->linked && source == entry.id;
  if (!is_own_word && !is_believable(record, entry)) return;
  if (record == nullptr) record = add_by_hearsay(entry);
  if (record == nullptr || entry.boot < record->entry.boot) return;
  if (record->linked && (!is_own_word || entry.status != MemberStatus::alive)) {
    return learn_of_linked(*record, entry, accuser, source, now);
  }
  if (is_own_word && is_ahead(record->entry.version, entry.version)) {
    return take_own_word(*record, entry, now);
  }
  // Whoever doubts a node that left has not heard of it, and would tell a wrong reason.
  const bool doubts = entry.status == MemberStatus::suspect || entry.status == MemberStatus::dead;
  if (same_boot && doubts && record->is(MemberStatus::left)) {
    answers_.push_back({record->entry, std::nullopt});
    return;
  }
  if (beats(entry, record->entry)) {
    adopt(*record, entry, accuser, source, now);
  } else if (same_boot && accuser && *accuser != self_.id && entry.status == record->entry.status &&
             entry.version == record->entry.version &&
             suspicions_.accuse(record->index, *accuser)) {
    gossip_.add(entry.id, source, accuser, now + options_.gossip_delay);
    Verdict confirmed = verdict(VerdictKind::confirmed, *record, now);
    confirmed.by = source;
    confirmed.accuser = accuser;
    tell(std::move(confirmed));
  }
}

void Membership::answer(const NodeId& source) {
  auto answers = std::exchange(answers_, {});
  if (links_.contains(source)) send_rumours(source, std::move(answers), false);
}

// Its link is gone, and with it its own word. What was said long before the last byte came over the
// link was wrong: its own word would have come with that.
bool Membership::believe_left(Record& record, Instant now) {
  const auto said = std::exchange(record.said_left, std::nullopt);
  if (!said || record.linked || record.is(MemberStatus::left)) return false;
  if (record.heard_at > said->at + options_.suspicion_after) return false;
  mark_left(record, record.entry.boot, said->version, said->by, now);
  return true;
}

// Hearsay: whether an honest node can have said that.
bool Membership::is_believable(const Record* record, const TableEntry& entry) const {
  if (entry.boot > boot_believed_max_) return false;
  const bool same_boot = record != nullptr && record->entry.boot == entry.boot;
  return !is_ahead(entry.version, same_boot ? record->entry.version : 0);
}

// To know that somebody is dead, or left, is not worth what another one's place is.
MemberRecord* Membership::add_by_hearsay(const TableEntry& entry) {
  const bool lives = entry.status == MemberStatus::alive || entry.status == MemberStatus::suspect;
  return lives || !table_.is_full() ? find_or_add(entry.id, MemberStatus::left) : nullptr;
}

// Who is linked answers for itself, whatever others say of its boot, its version or its end: it
// hears what that is, over the link that proves that it lives. That it left, or starts again, its
// own word or the end of its link will tell.
void Membership::learn_of_linked(Record& record, const TableEntry& entry,
                                 const std::optional<NodeId>& accuser, const NodeId& source,
                                 Instant now) {
  if (entry.boot == record.entry.boot) {
    const bool is_alive = entry.status == MemberStatus::alive;
    if (entry.status == MemberStatus::left) {
      // A link that stands brings a leaving node's last messages and its own word, in order.
      record.said_left = MemberRecord::SaidLeft{source, entry.version, now};
      return;
    }
    if (entry.version < record.entry.version + (is_alive ? 1 : 0)) return;
    if (accuser && *accuser != self_.id) suspicions_.accuse(record.index, *accuser);
  }
  pass_on(record, entry, accuser, source, now);
}

// At a bounded rate: it need not answer each lie about it. What it misses here is said again, for
// the tables differ.
void Membership::pass_on(Record& record, const TableEntry& entry,
                         const std::optional<NodeId>& accuser, const NodeId& source, Instant now) {
  if (record.accused_at && now - *record.accused_at < options_.gossip_delay) return;
  record.accused_at = now;
  actions_.emplace_back(SendHeartbeat{record.id(), {Rumour{entry, accuser}}});
  if (entry.status == MemberStatus::alive) return;
  Verdict passed_on = verdict(VerdictKind::passed_on, record, now);
  passed_on.by = source;
  passed_on.accuser = accuser;
  passed_on.reason = entry.reason;
  tell(std::move(passed_on));
}

// Over its own link: whatever others said before is put right, be it that another boot was there,
// that it left, or a version that it never had.
void Membership::take_own_word(Record& record, const TableEntry& entry, Instant now) {
  if (entry.boot != record.entry.boot) end_boot(record);
  put(record, entry, entry.id, std::nullopt, now);
  begin_status(record, std::nullopt, now);
  announce_up(record);
}

// --- Why, for people ---

Verdict Membership::verdict(VerdictKind kind, const Record& record, Instant now) const {
  Verdict verdict;
  verdict.kind = kind;
  verdict.who = record.incarnation();
  verdict.version = record.entry.version;
  if (record.has_evidence()) verdict.reason = record.entry.reason.value_or(record.evidence);
  if (record.was_linked && now >= record.heard_at) {
    verdict.silence = now - record.heard_at;
    verdict.missed = *verdict.silence / options_.heartbeat_interval;
  }
  verdict.accusers = suspicions_.accusers(record.index);
  return verdict;
}

// What suspect() finds out itself, it tells itself.
void Membership::tell_put(const Record& record, const TableEntry& entry, const NodeId& source,
                          const std::optional<NodeId>& accuser, Instant now) {
  VerdictKind kind = VerdictKind::refuted;
  if (entry.status == MemberStatus::left) {
    kind = VerdictKind::left;
  } else if (entry.status == MemberStatus::dead) {
    kind = VerdictKind::dead;
  } else if (entry.status == MemberStatus::suspect) {
    if (source.empty()) return;
    kind = VerdictKind::accused;
  } else if (entry.boot != record.entry.boot) {
    kind = VerdictKind::joined;
  }
  Verdict told = verdict(kind, record, now);
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

// A node that others doubt says that it lives, with a version above what they have heard of.
void Membership::learn_of_self(const TableEntry& entry, const NodeId& source, Instant now) {
  on_own_boot_seen(entry.boot);
  if (entry.boot != self_.boot || is_ahead(entry.version, table_.self().version)) return;
  const bool is_alive = entry.status == MemberStatus::alive;
  const std::uint64_t version = entry.version + (is_alive ? 0 : 1);
  if (version <= table_.self().version) return;
  // Nobody believes any more that this boot lives: only another one can be told from it.
  if (entry.status == MemberStatus::left || version > member_version_max) {
    if (self_.boot < boot_max) actions_.emplace_back(BootTooLow{self_.boot + 1});
    return;
  }
  table_.raise_self(version);
  if (!is_alive) {
    health_.worsen(now);
    Verdict refutes;
    refutes.kind = VerdictKind::refutes;
    refutes.who = self_;
    refutes.version = version;
    refutes.by = source;
    refutes.reason = entry.reason;
    tell(std::move(refutes));
  }
  actions_.emplace_back(TellChange{table_.self(), NodeId()});
  gossip_.add(self_.id, NodeId(), std::nullopt, now);
}

void Membership::adopt(Record& record, const TableEntry& entry,
                       const std::optional<NodeId>& accuser, const NodeId& source, Instant now) {
  if (entry.boot > record.entry.boot) replace_boot(record, entry.boot);
  if (entry.status == MemberStatus::left)
    return mark_left(record, entry.boot, entry.version, source, now);
  const bool was_alive = entry.boot == record.entry.boot && record.is(MemberStatus::alive);
  const bool had_evidence = record.has_evidence();
  TableEntry next = entry;
  // The first evidence is this node's own, if it has any.
  if (had_evidence && entry.reason) next.reason = record.entry.reason.value_or(record.evidence);
  put(record, next, source, accuser, now);
  if (entry.status == MemberStatus::dead) {
    announce_down(record, *next.reason);
    set_tried(record, true);
  } else if (entry.status == MemberStatus::suspect) {
    begin_status(record, accuser, now);
  } else {
    begin_status(record, std::nullopt, now);
    if (!was_alive && !record.linked) set_dial(record, now);
  }
  announce_up(record);
}

// What a status brings with it, beyond the table.
void Membership::begin_status(Record& record, const std::optional<NodeId>& accuser, Instant now) {
  if (record.is(MemberStatus::alive)) {
    suspicions_.drop(record.index);
    return;
  }
  if (accuser) suspicions_.accuse(record.index, *accuser);
  if (!record.linked) suspicions_.start(record.index, now);
}

// The earlier boot is over, whoever it was.
void Membership::replace_boot(Record& record, Boot boot) {
  NOEX_CHECK(boot > record.entry.boot);
  end_boot(record);
}

void Membership::end_boot(Record& record) {
  auto reason =
      record.has_evidence() ? record.entry.reason.value_or(record.evidence) : DownReason::restarted;
  if (record.said_left) reason = DownReason::graceful_shutdown;
  if (record.linked) close_link(record, false);
  announce_down(record, reason);
  suspicions_.drop(record.index);
  probes_.end(record.id());
  record.was_linked = record.refused = record.said_leave = false;
  record.said_left.reset();
  record.attempts = 0;
  set_tried(record, false);
}

void Membership::put(Record& record, const TableEntry& entry, const NodeId& source,
                     const std::optional<NodeId>& accuser, Instant now) {
  tell_put(record, entry, source, accuser, now);
  record.missed = false;
  if (entry.status == MemberStatus::dead) suspicions_.drop(record.index);
  const bool lived = record.lives();
  if (!record.known() || entry.status != record.entry.status) record.changed_at = now;
  table_.put(record, entry);
  review_wanted(record, lived, now);
  review_dial(record);
  actions_.emplace_back(TellChange{entry, source});
  gossip_.add(entry.id, source, accuser, now + options_.gossip_delay);
}

void Membership::mark_left(Record& record, Boot boot, std::uint64_t version, const NodeId& source,
                           Instant now) {
  if (record.linked) close_link(record, false);
  record.said_left.reset();
  const TableEntry entry{record.id(), boot, version, MemberStatus::left, {}};
  announce_down(record, DownReason::graceful_shutdown);
  stop_dial(record);
  suspicions_.drop(record.index);
  probes_.end(record.id());
  put(record, entry, source, std::nullopt, now);
  record.attempts = 1;
  set_dial(record, now + backoff(record.attempts));  // seeds only: it may come back
  set_tried(record, true);
}

void Membership::mark_dead(Record& record, DownReason reason, Instant now) {
  TableEntry entry = record.entry;
  entry.status = MemberStatus::dead;
  entry.reason = reason;
  put(record, entry, NodeId(), std::nullopt, now);
  announce_down(record, reason);
  set_tried(record, true);
}

void Membership::announce_up(Record& record) {
  if (record.up || !record.registry_known || !record.lives()) return;
  record.up = true;
  if (!record.linked || !record.untold) set_tried(record, true);
  actions_.emplace_back(AnnounceUp{record.incarnation()});
}

void Membership::announce_down(Record& record, DownReason reason) {
  record.registry_known = false;
  if (!std::exchange(record.up, false)) return;
  actions_.emplace_back(AnnounceDown{record.incarnation(), reason});
}

// Where there is no room, whoever is of no more use than `least` gives its place up.
MemberRecord* Membership::find_or_add(const NodeId& id, MemberStatus least) {
  if (Record* record = table_.find(id)) return record;
  if (const Record* old = table_.is_full() ? dispensable(least) : nullptr) {
    forget(table_.at(old->index));
  }
  Record* record = table_.add(id);
  if (record == nullptr) {
    if (!std::exchange(told_full_, true)) actions_.emplace_back(TableFull{id});
    return nullptr;
  }
  return record;
}

// Who left for longest; if nobody did, and `least` is dead, who is dead for longest. nullptr:
// nobody. Seeds are never forgotten.
const MemberRecord* Membership::dispensable(MemberStatus least) const {
  const Record* found = nullptr;
  if (table_.left() == 0 && (least != MemberStatus::dead || table_.dead() == 0)) return nullptr;
  for (const MemberIndex index : table_.by_id()) {
    const Record& record = table_.at(index);
    const bool may_go = record.is(MemberStatus::left) ||
                        (least == MemberStatus::dead && record.is(MemberStatus::dead));
    if (!may_go || record.seed || record.linked) continue;
    const auto rank = [](const Record& one) {
      return std::pair(!one.is(MemberStatus::left), one.changed_at);
    };
    if (found == nullptr || rank(record) < rank(*found)) found = &record;
  }
  return found;
}

void Membership::forget(Record& record) {
  stop_dial(record);
  waiting_.erase({record.next_dial, record.index});
  in_turn_.erase(record.index);
  suspicions_.drop(record.index);
  probes_.end(record.id());
  gossip_.forget(record.id());
  untried_ -= is_untried(record) ? 1 : 0;
  table_.forget(record.id());
}

void Membership::set_tried(Record& record, bool tried) {
  untried_ -= is_untried(record) ? 1 : 0;
  record.tried = tried;
  untried_ += is_untried(record) ? 1 : 0;
}

// --- Telling the others ---

// What is said first over a link: who we are now, and what we take the other for, if that is not
// alive: it has to answer before it is up.
void Membership::greet(const Record& record) {
  std::vector<Rumour> rumours{{table_.self(), std::nullopt}};
  if (!record.is(MemberStatus::alive) && !record.is(MemberStatus::left))
    rumours.push_back({record.entry, std::nullopt});
  actions_.emplace_back(SendHeartbeat{record.id(), std::move(rumours)});
}

// `all`: everybody gets a heartbeat, be there rumours or not. Rumours go where links should be:
// those reach everybody, and a node that grew with its cluster has many more. But of itself each
// node tells all to whom it has a link, for they believe nobody else about it.
void Membership::flush_gossip(bool all) {
  const auto entry_of = [this](const NodeId& id) -> const TableEntry& {
    return id == self_.id ? table_.self() : table_.find(id)->entry;
  };
  for (const auto& [peer, index] : links_) {
    std::vector<Rumour> rumours;
    if (!gossip_.empty() && table_.at(index).wanted) {
      rumours = gossip_.rumours_for(peer, entry_of);
    } else if (gossip_.tells_of(self_.id)) {
      rumours.push_back({table_.self(), std::nullopt});
    }
    send_rumours(peer, std::move(rumours), all);
  }
  gossip_.clear();
}

void Membership::send_rumours(const NodeId& to, std::vector<Rumour> rumours, bool even_if_none) {
  if (rumours.empty() && !even_if_none) return;
  while (rumours.size() > rumours_max) {
    const auto end = rumours.begin() + static_cast<std::ptrdiff_t>(rumours_max);
    actions_.emplace_back(SendHeartbeat{to, std::vector<Rumour>(rumours.begin(), end)});
    rumours.erase(rumours.begin(), end);
  }
  actions_.emplace_back(SendHeartbeat{to, std::move(rumours)});
}

}  // namespace noex

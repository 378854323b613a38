// Membership, doubt: a link is silent or ended, others are asked, a suspect gets its time.
//
// A link says something about a way, a suspicion about a node: the first may end without the
// second. Who stood still himself doubts nobody.
#include <algorithm>
#include <utility>

#include "noex/runtime/membership/membership.h"
#include "noex/transport/base/check.h"

namespace noex {

// --- Links that end ---

// What it has not told is not waited for any more.
void Membership::end_link(Record& record) {
  on_told(record);
  record.linked = false;
  links_.erase(record.id());
  relays_.forget(record.id());
}

void Membership::close_link(Record& record, bool silent) {
  end_link(record);
  actions_.emplace_back(CloseLink{record.incarnation(), silent});
}

// A link that stood for a while earns a redial at once; one that keeps breaking does not.
void Membership::lose_link(Record& record, DownReason evidence, Instant now) {
  end_link(record);
  if (record.is(MemberStatus::alive)) {
    record.missed = true;
    record.evidence = evidence;
  }
  if (now - record.linked_at >= options_.heartbeat_interval) record.attempts = 0;
  set_tried(record, true);
  set_dial(record, record.attempts == 0 ? now : now + backoff(record.attempts));
  if (record.is(MemberStatus::suspect)) suspicions_.start(record.index, now);
}

// The link ended without a word: others are asked while it is dialled again. Who should not be
// linked is left to those who watch it.
void Membership::miss(Record& record, DownReason evidence, Instant now) {
  if (!record.is(MemberStatus::alive) || !record.wanted) return;
  if (!probe(record, now + options_.dial_timeout)) suspect(record, evidence, 0, now);
}

// --- Silence ---

Instant Membership::silence_due(const Record& record) const {
  if (!record.linked) return Instant::max();
  const Duration asked = std::min(options_.probe_after, options_.suspicion_after * 2 / 3);
  return record.heard_at + (record.probed ? options_.suspicion_after : asked);
}

void Membership::check_silence(Instant now) {
  std::vector<NodeId> silent;
  for (const auto& [id, index] : links_) {
    if (silence_due(table_.at(index)) <= now) silent.push_back(id);
  }
  for (const NodeId& id : silent) {
    Record& record = *table_.find(id);
    const Instant end = record.heard_at + options_.suspicion_after;
    if (now < end) {
      record.probed = true;
      probe(record, end);
      continue;
    }
    const auto ended = probes_.end(id);
    close_link(record, true);
    lose_link(record, DownReason::heartbeat_timeout, now);
    if (believe_left(record, now) || !record.is(MemberStatus::alive)) continue;
    if (ended && ended->target == record.incarnation()) {
      conclude(*ended, now);
    } else {
      suspect(record, DownReason::heartbeat_timeout, 0, now);
    }
  }
}

// --- Probes ---

// False: there is nobody to ask.
bool Membership::probe(const Record& record, Instant deadline) {
  std::vector<NodeId> others;
  for (const auto& [id, index] : links_) {
    if (index != record.index && !table_.at(index).probed) others.push_back(id);
  }
  if (others.empty()) return false;
  if (others.size() > probe_relays_max) {
    // Beyond the mesh only few are linked to it.
    std::size_t first = 0;
    if (!mesh_) {
      for (const MemberIndex near : graph_.neighbours_of(record.id())) {
        const auto place = std::ranges::find(others, table_.at(near).id());
        if (first < probe_relays_max && place != others.end()) {
          std::swap(others[first++], *place);
        }
      }
    }
    for (std::size_t i = first; i < probe_relays_max; ++i) {
      std::swap(others[i], others[i + random_.below(others.size() - i)]);
    }
    others.resize(probe_relays_max);
  }
  const std::uint64_t number = take_number();
  for (const NodeId& other : others) {
    actions_.emplace_back(SendPingRequest{other, {number, record.incarnation()}});
  }
  probes_.start(record.incarnation(), number, std::move(others), deadline);
  return true;
}

void Membership::check_probes(Instant now) {
  for (const auto& ended : probes_.due(now)) conclude(ended, now);
}

void Membership::conclude(const Probes::Ended& ended, Instant now) {
  if (ended.unanswered && !ended.alive) health_.worsen(now);
  Record* record = table_.find(ended.target);
  if (record == nullptr || record->linked || !record->is(MemberStatus::alive)) return;
  if (ended.alive) {
    tell(verdict(VerdictKind::heard, *record, now));
    record->missed = false;
  } else {
    suspect(*record, record->evidence, ended.asked, now);
  }
}

void Membership::check_relays(Instant now) {
  for (const auto& relay : relays_.due(now)) {
    const Record* asker = table_.find(relay.from);
    if (asker != nullptr && asker->linked) {
      actions_.emplace_back(AnswerPingRequest{relay.from, relay.number, false});
    }
  }
}

// --- Suspicion ---

void Membership::suspect(Record& record, DownReason evidence, std::size_t asked, Instant now) {
  TableEntry entry = record.entry;
  entry.status = MemberStatus::suspect;
  entry.reason = evidence;
  put(record, entry, NodeId(), self_.id, now);
  begin_status(record, self_.id, now);
  Verdict suspected = verdict(VerdictKind::suspected, record, now);
  suspected.asked = asked;
  suspected.accusers.clear();
  tell(std::move(suspected));
}

// Who suspects by hearsay only and then sees for himself joins in: see on_silent_dial().
void Membership::check_suspects(Instant now) {
  set_conditions();
  for (const MemberIndex index : suspicions_.due(now)) {
    Record& record = table_.at(index);
    mark_dead(record, *record.entry.reason, now);
  }
}

void Membership::set_conditions() {
  suspicions_.set_conditions(links_.size(), health_);
}

bool Membership::stood_still(Instant now) const {
  return now > next_heartbeat_ + options_.heartbeat_interval;
}

// This node itself stood still: its silence timers say nothing about the others, and neither does
// the end of a dial that waited for it meanwhile.
void Membership::forgive(Instant now) {
  health_.worsen(now);
  next_heartbeat_ = now;
  for (const auto& [id, index] : links_) {
    Record& record = table_.at(index);
    record.heard_at = now;
    record.probed = false;
    silence_.add(index, silence_due(record));
  }
  suspicions_.restart_all(now);
  probes_.forget_all();
  for (const MemberIndex index : table_.by_id()) {
    Record& record = table_.at(index);
    if (record.missed) miss(record, record.evidence, now);
    if (!record.dialing) continue;
    stop_dial(record);
    begin_dial(record);  // wanted or on demand
  }
}

}  // namespace noex

#include "noex/runtime/membership/membership.h"

#include <algorithm>
#include <utility>

#include "noex/runtime/message/codec.h"
#include "noex/transport/base/check.h"

namespace noex {

Membership::Membership(const Incarnation& self, std::span<const NodeId> seeds,
                       const Options& options, Random random)
    : options_(options),
      random_(random),
      joined_(seeds.empty()),
      table_(self, options.members_max),
      health_(options.suspicion_after),
      suspicions_(options),
      overlay_(self.id, options.mesh_max) {
  for (const auto& seed : seeds) {
    if (seed == self.id) continue;
    MemberRecord* record = lifecycle_.find_or_add(seed, MemberStatus::left);
    if (record != nullptr && !record->seed) dials_.add_seed(*record);
  }
}

Membership::Membership(const Membership& other)
    : Membership({other.table_.self().id, other.table_.self().boot}, {}, other.options_,
                 other.random_) {
  *this = other;
}

void Membership::start(Instant now) {
  dissemination_.start(now);
  for (const MemberIndex index : table_.by_id()) dials_.set(table_.at(index), now);
  dials_.begin_due(now);
}

// --- Time ---

void Membership::on_time(Instant now) {
  if (dissemination_.stood_still(now)) forgive(now);
  health_.on_time(now);
  detector_.check_silence(now);
  detector_.check_probes(now);
  relays_.on_time(now);
  detector_.check_suspects(now);
  dissemination_.on_time(now);
  dials_.begin_due(now);
  detector_.set_conditions();
}

void Membership::forgive(Instant now) {
  dissemination_.make_up_for(now);
  detector_.forgive(now);
}

Instant Membership::next_deadline() const {
  return std::min({dissemination_.next_deadline(), links_.next_deadline(),
                   suspicions_.next_deadline(), probes_.next_deadline(), relays_.next_deadline(),
                   dials_.next_deadline()});
}

void Membership::heard(const NodeId& id, Instant at) {
  if (links_.heard(id, at)) probes_.end(id);
}

// --- Links ---

bool Membership::on_linked(const Incarnation& peer, Instant now, bool insists) {
  const Welcome asked = views_.welcome(peer);
  if (insists ? !asked.ok_if_insists() : !asked.ok()) return false;
  MemberRecord& record = *lifecycle_.find_or_add(peer.id, MemberStatus::dead);
  take_up(record, peer, now);
  dials_.stop(record);
  links_.begin(record, now);
  suspicions_.pause(record.index);
  probes_.end(peer.id);
  dials_.review(record);
  joined_ = true;
  dissemination_.greet(record);
  relays_.on_linked(peer);
  detector_.set_conditions();
  return true;
}

void Membership::take_up(MemberRecord& record, const Incarnation& peer, Instant now) {
  const TableEntry alive{peer.id, peer.boot, 1, MemberStatus::alive, {}};
  if (peer.boot > record.entry.boot) {
    lifecycle_.adopt(record, alive, peer.id, std::nullopt, now);
  } else if (peer.boot < record.entry.boot) {
    lifecycle_.take_own_word(record, alive, now);
  }
}

void Membership::on_link_closed(const Incarnation& peer, Instant now) {
  MemberRecord* record = table_.find(peer);
  if (record == nullptr || !record->linked) return;
  detector_.on_link_closed(*record, now);
  dials_.begin_due(now);
  detector_.set_conditions();
}

void Membership::on_released(const Incarnation& peer, Instant now) {
  MemberRecord* record = table_.find(peer);
  if (record == nullptr || !record->linked) return;
  detector_.on_released(*record, now);
  dials_.begin_due(now);
  detector_.set_conditions();
}

void Membership::on_left(const Incarnation& peer, Instant now) {
  MemberRecord* record = table_.find(peer);
  if (record == nullptr) return;
  lifecycle_.leave(*record, now);
  detector_.set_conditions();
}

void Membership::dial_on_demand(const NodeId& id) {
  MemberRecord* record = table_.find(id);
  if (record != nullptr && !record->linked && !record->dialing) dials_.begin(*record);
}

void Membership::on_dial_failed(const NodeId& id, DialFailure failure, Instant now) {
  MemberRecord* record = table_.find(id);
  if (record == nullptr || !record->dialing) return;
  dials_.on_failed(*record, failure, now);
  if (failure == DialFailure::simultaneous) return;
  const bool doubts = failure == DialFailure::silent || failure == DialFailure::refused;
  if (doubts && dissemination_.stood_still(now)) {
    dials_.set(*record, now);
    return forgive(now);
  }
  detector_.on_dial_failed(*record, failure, now);
  detector_.set_conditions();
}

// --- What peers say ---

void Membership::end_message(const NodeId& from, Instant now) {
  merger_.answer(from);
  dials_.end_message(now);
  dials_.begin_due(now);
  detector_.set_conditions();
}

void Membership::on_heartbeat(const NodeId& from, std::uint64_t hash,
                              std::span<const Rumour> rumours, Instant now) {
  dials_.begin_message();
  for (const Rumour& rumour : rumours) merger_.learn(rumour.entry, from, rumour.accuser, now);
  end_message(from, now);
  MemberRecord* record = table_.find(from);
  if (record == nullptr || !record->linked) return;
  const bool late = now - record->linked_at >= options_.heartbeat_interval;
  // That it left was hearsay, and not true: who leaves beats no more.
  if (record->is(MemberStatus::left) && late) {
    const TableEntry& held = record->entry;
    lifecycle_.take_own_word(*record, {held.id, held.boot, held.version, MemberStatus::alive, {}},
                             now);
  }
  // One that says nothing of whom it knows does not hold up everything.
  if (hash == table_.hash() || late) presence_.on_told(*record);
  dissemination_.compare(*record, hash, !rumours.empty(), now);
}

void Membership::on_table(const NodeId& from, const Table& table, Instant now) {
  dials_.begin_message();
  for (const auto& entry : table.entries) merger_.learn(entry, from, std::nullopt, now);
  const bool is_last = table.entries.size() < table_entries_max;
  if (MemberRecord* sender = table_.find(from); sender != nullptr && is_last) {
    presence_.on_told(*sender);
  }
  end_message(from, now);
}

void Membership::on_ping_request(const NodeId& from, const PingRequest& request, Instant now) {
  relays_.on_ping_request(from, request, now);
}

void Membership::on_pong(const NodeId& from, std::uint64_t number) {
  if (!relays_.on_pong(from, number)) detector_.on_pong(from, number);
}

MembershipActions Membership::take_actions() {
  return std::exchange(actions_, {});
}

// --- What must hold ---

void Membership::check_invariants() const {
  for (const MemberIndex index : table_.by_id()) {
    const MemberRecord& record = table_.at(index);
    const bool suspected = record.is(MemberStatus::suspect) && !record.linked;
    NOEX_CHECK(suspected == suspicions_.runs(index), "{}", record.id().name());
  }
  NOEX_CHECK(!merger_.has_answers());
  table_.check_invariants();
  links_.check_invariants();
  dials_.check_invariants();
}

void Membership::digest(Writer& writer, Instant now) const {
  NOEX_CHECK(actions_.empty());
  encode(writer, table_.self());
  writer.u8(static_cast<std::uint8_t>((joined_ ? 1 : 0) | (reports_.told_full() ? 2 : 0)));
  writer.varint(numbers_.last());
  writer.varint(table_.size());
  for (const MemberIndex index : table_.by_id()) {
    const MemberRecord& record = table_.at(index);
    record.digest(writer, now);
    links_.digest(writer, record, now);
    dials_.digest(writer, record, now);
    suspicions_.digest(writer, index, now);
  }
  dissemination_.digest(writer, now);
  health_.digest(writer, now);
  probes_.digest(writer, now);
  relays_.digest(writer, now);
}

}  // namespace noex

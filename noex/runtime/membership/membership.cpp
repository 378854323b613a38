#include "noex/runtime/membership/membership.h"

#include <algorithm>
#include <utility>

#include "noex/transport/base/check.h"

namespace noex {

Membership::Membership(Incarnation self, std::span<const NodeId> seeds, const Options& options,
                       Random random)
    : self_(std::move(self)),
      options_(options),
      random_(random),
      table_(self_, options.members_max),
      graph_(self_.id),
      health_(options.suspicion_after),
      suspicions_(options),
      joined_(seeds.empty()) {
  for (const auto& seed : seeds) {
    Record* record = seed == self_.id ? nullptr : find_or_add(seed, MemberStatus::left);
    if (record == nullptr || std::exchange(record->seed, true)) continue;
    ++untried_;
    set_wanted(*record, Instant{});
  }
}

void Membership::start(Instant now) {
  next_heartbeat_ = now + options_.heartbeat_interval;
  for (const MemberIndex index : table_.by_id()) set_dial(table_.at(index), now);
  start_due_dials(now);
}

// --- Time ---

void Membership::on_time(Instant now) {
  if (stood_still(now)) forgive(now);
  health_.on_time(now);
  check_silence(now);
  check_probes(now);
  check_relays(now);
  check_suspects(now);
  if (now >= next_heartbeat_) {
    flush_gossip(true);
    next_heartbeat_ += options_.heartbeat_interval;
    if (next_heartbeat_ <= now) next_heartbeat_ = now + options_.heartbeat_interval;
  } else if (now >= gossip_.due()) {
    flush_gossip(false);
  }
  start_due_dials(now);
  set_conditions();
}

Instant Membership::next_deadline() const {
  Instant next = std::min(next_heartbeat_, gossip_.due());
  next = std::min(
      next, silence_.next([this](MemberIndex index) { return silence_due(table_.at(index)); }));
  for (const auto& due :
       {suspicions_.next_deadline(), probes_.next_deadline(), relays_.next_deadline()}) {
    if (due) next = std::min(next, *due);
  }
  return std::min(next, next_dial());
}

void Membership::heard(const NodeId& id, Instant at) {
  Record* record = table_.find(id);
  if (record == nullptr || !record->linked || at <= record->heard_at) return;
  record->heard_at = at;
  if (!std::exchange(record->probed, false)) return;
  silence_.add(record->index, silence_due(*record));
  probes_.end(id);
}

// --- Links ---

bool Membership::on_linked(const Incarnation& peer, Instant now, bool insists) {
  const Welcome asked = welcome(peer);
  if (insists ? !asked.ok_if_insists() : !asked.ok()) return false;
  Record& record = *find_or_add(peer.id, MemberStatus::dead);
  const TableEntry alive{peer.id, peer.boot, 1, MemberStatus::alive, {}};
  if (peer.boot > record.entry.boot) {
    adopt(record, alive, {}, peer.id, now);
  } else if (peer.boot < record.entry.boot) {
    take_own_word(record, alive, now);
  }
  stop_dial(record);
  record.linked = true;
  record.was_linked = true;
  record.missed = false;
  record.refused = false;
  record.probed = false;
  record.newcomer = !record.up;
  record.untold = record.untold || !record.up;  // also where a new link replaces one
  record.said_left.reset();
  record.differs = 0;
  record.linked_at = now;
  record.heard_at = now;
  record.accused_at.reset();
  links_[peer.id] = record.index;
  silence_.add(record.index, silence_due(record));
  suspicions_.pause(record.index);
  probes_.end(peer.id);
  review_dial(record);
  joined_ = true;
  greet(record);
  for (const auto& relay : relays_.on_alive(peer)) {
    actions_.emplace_back(AnswerPingRequest{relay.from, relay.number, true});
  }
  set_conditions();
  return true;
}

void Membership::on_link_closed(const Incarnation& peer, Instant now) {
  Record* record = table_.find(peer);
  if (record == nullptr || !record->linked) return;
  lose_link(*record, DownReason::connection_closed, now);
  if (!believe_left(*record, now)) miss(*record, DownReason::connection_closed, now);
  start_due_dials(now);
  set_conditions();
}

void Membership::on_released(const Incarnation& peer, Instant now) {
  Record* record = table_.find(peer);
  if (record == nullptr || !record->linked) return;
  end_link(*record);
  set_dial(*record, now);
  if (record->is(MemberStatus::suspect)) suspicions_.start(record->index, now);
  believe_left(*record, now);
  start_due_dials(now);
  set_conditions();
}

void Membership::on_left(const Incarnation& peer, Instant now) {
  Record* record = table_.find(peer);
  if (record == nullptr) return;
  if (record->is(MemberStatus::left)) {
    if (record->linked) close_link(*record, false);
    record->said_leave = true;
    set_dial(*record, now + backoff(1));
    return;
  }
  mark_left(*record, peer.boot, record->entry.version, peer.id, now);
  record->said_leave = true;
  set_conditions();
}

void Membership::on_registry_known(const Incarnation& peer) {
  Record* record = table_.find(peer);
  if (record == nullptr) forget_names_before(peer);
  if (record == nullptr || (record->is(MemberStatus::left) && !record->linked)) return;
  record->registry_known = true;
  if (record->linked ? !record->untold : record->lives()) set_tried(*record, true);
  announce_up(*record);
}

// The names of that boot, of which nobody has told this node yet, took the place of the earlier's.
void Membership::forget_names_before(const Incarnation& peer) {
  Record* record = table_.find(peer.id);
  if (record == nullptr || record->up || record->entry.boot >= peer.boot) return;
  record->registry_known = false;
}

// Whom it knows, this node knows too, as far as that is to be had soon.
void Membership::on_told(Record& record) {
  if (std::exchange(record.untold, false) && record.registry_known) set_tried(record, true);
}

// --- What peers say ---

void Membership::on_heartbeat(const NodeId& from, std::uint64_t hash,
                              std::span<const Rumour> rumours, Instant now) {
  batching_ = true;
  for (const Rumour& rumour : rumours) learn(rumour.entry, rumour.accuser, from, now);
  answer(from);
  review_all_wanted(now);
  start_due_dials(now);
  set_conditions();
  Record* sender = table_.find(from);
  if (sender == nullptr || !sender->linked) return;
  Record& record = *sender;
  // That it left was hearsay, and not true: who leaves beats no more.
  if (record.is(MemberStatus::left) && now - record.linked_at >= options_.heartbeat_interval) {
    const TableEntry& held = record.entry;
    take_own_word(record, {held.id, held.boot, held.version, MemberStatus::alive, {}}, now);
  }
  // One that says nothing of whom it knows does not hold up everything. A newcomer has to know
  // everybody soon. Of others, many may be linked while a cluster grows.
  const bool newcomer = std::exchange(record.newcomer, false);
  const bool late = now - record.linked_at >= options_.heartbeat_interval;
  if (hash == table_.hash() || late) on_told(record);
  if (hash == table_.hash()) {
    record.differs = 0;
    return;
  }
  if (!newcomer) {
    // While changes travel, hashes differ for a moment.
    if (!rumours.empty() || !gossip_.empty()) return;
    record.differs = static_cast<std::uint8_t>(std::min(record.differs + 1, 2));
    if (record.differs < 2 || now < next_repair_) return;
    next_repair_ = now + options_.heartbeat_interval;
    record.differs = 0;
  }
  actions_.emplace_back(SendTable{from});
}

void Membership::on_table(const NodeId& from, const Table& table, Instant now) {
  batching_ = true;
  for (const auto& entry : table.entries) learn(entry, std::nullopt, from, now);
  const bool is_last = table.entries.size() < table_entries_max;
  if (Record* sender = table_.find(from); sender != nullptr && is_last) on_told(*sender);
  answer(from);
  review_all_wanted(now);
  start_due_dials(now);
  set_conditions();
}

void Membership::on_ping_request(const NodeId& from, const PingRequest& request, Instant now) {
  if (request.target == self_) {
    actions_.emplace_back(AnswerPingRequest{from, request.number, true});
    return;
  }
  Record* record = table_.find(request.target);
  // Shorter than the asker's, who decides suspicion_after after the last byte at the latest.
  const Duration patience = std::min(options_.dial_timeout, options_.suspicion_after / 3);
  Relays::Relay relay{from, request.number, request.target, 0, now + patience * 3 / 4};
  const bool linked = record != nullptr && record->linked;
  if (linked) relay.ping = take_number();
  const std::uint64_t ping = relay.ping;
  if (record == nullptr || !relays_.add(std::move(relay))) {
    actions_.emplace_back(AnswerPingRequest{from, request.number, false});
  } else if (linked) {
    actions_.emplace_back(SendPing{request.target.id, ping});
  } else if (!record->dialing && !record->wanted && dials_ < dials_max) {
    begin_dial(*record);  // a link would be as good as a pong
  }
}

void Membership::on_pong(const NodeId& from, std::uint64_t number) {
  if (const auto relay = relays_.on_pong(from, number)) {
    actions_.emplace_back(AnswerPingRequest{relay->from, relay->number, true});
  } else if (const auto target = probes_.on_pong(from, number)) {
    Record* record = table_.find(*target);
    if (record != nullptr && !record->linked) record->missed = false;
  }
}

void Membership::on_nack(const NodeId& from, std::uint64_t number) {
  probes_.on_nack(from, number);
}

void Membership::on_own_boot_seen(Boot boot) {
  if (boot > self_.boot && boot < boot_max) actions_.emplace_back(BootTooLow{boot + 1});
}

std::vector<MembershipAction> Membership::take_actions() {
  return std::exchange(actions_, {});
}

}  // namespace noex

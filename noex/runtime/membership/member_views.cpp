// Membership, views: what others may ask of it, and what must hold of it.
#include <algorithm>

#include "noex/runtime/membership/membership.h"
#include "noex/runtime/message/codec.h"
#include "noex/transport/base/check.h"

namespace noex {

Membership::Welcome Membership::welcome(const Incarnation& peer) const {
  Welcome welcome;
  const Record* record = table_.find(peer.id);
  if (record == nullptr) {
    welcome.full = table_.is_full() && dispensable(MemberStatus::dead) == nullptr;
    return welcome;
  }
  welcome.too_low = peer.boot < record->entry.boot;
  welcome.linked = record->linked;
  welcome.left =
      record->is(MemberStatus::left) && record->said_leave && peer.boot == record->entry.boot;
  return welcome;
}

Boot Membership::known_boot(const NodeId& id) const {
  const Record* record = table_.find(id);
  return record == nullptr ? 0 : record->entry.boot;
}

std::vector<NodeId> Membership::living_namesakes(const NodeId& id) const {
  std::vector<NodeId> found;
  for (const MemberIndex index : table_.by_name(id.name())) {
    const Record& record = table_.at(index);
    if (record.id() != id && (record.up || record.linked)) found.push_back(record.id());
  }
  return found;
}

std::vector<Table> Membership::table_for(const NodeId& peer) const {
  auto parts = table_.parts();
  for (Table& part : parts) {
    std::erase_if(part.entries, [&peer](const TableEntry& entry) {
      return entry.id == peer && entry.status == MemberStatus::left;
    });
  }
  return parts;
}

std::vector<Member> Membership::members() const {
  std::vector<Member> members;
  for (const MemberIndex index : table_.by_id()) {
    const Record& record = table_.at(index);
    if (!record.known() || record.is(MemberStatus::left)) continue;
    members.push_back(
        Member{record.incarnation(), record.up, record.linked, record.lives() && record.wanted});
  }
  return members;
}

void Membership::check_invariants() const {
  std::size_t untried = 0;
  std::size_t dials = 0;
  std::size_t waiting = 0;
  std::size_t in_turn = 0;
  for (const MemberIndex index : table_.by_id()) {
    const Record& record = table_.at(index);
    const NodeId& id = record.id();
    untried += is_untried(record) ? 1 : 0;
    in_turn += is_tried_in_turn(record) ? 1 : 0;
    NOEX_CHECK(record.wanted == should_be_linked(record), "{}", id.text());
    dials += record.dialing ? 1 : 0;
    waiting += is_dialled(record) ? 1 : 0;
    NOEX_CHECK(is_dialled(record) == waiting_.contains({record.next_dial, index}), "{}", id.text());
    NOEX_CHECK(!(record.linked && record.dialing), "{}", id.text());
    NOEX_CHECK(record.linked == links_.contains(id), "{}", id.text());
    NOEX_CHECK(!(record.is(MemberStatus::left) && record.said_leave && record.linked), "{}",
               id.text());
    NOEX_CHECK(!record.up || (record.lives() && record.registry_known), "{}", id.text());
    NOEX_CHECK(!record.linked || record.known(), "{}", id.text());
    NOEX_CHECK(!record.up || record.tried || (record.linked && record.untold), "{}", id.text());
    NOEX_CHECK(!record.missed || (record.is(MemberStatus::alive) && !record.linked), "{}",
               id.text());
    const bool suspected = record.is(MemberStatus::suspect) && !record.linked;
    NOEX_CHECK(suspected == suspicions_.runs(index), "{}", id.text());
  }
  NOEX_CHECK(answers_.empty());
  NOEX_CHECK(untried == untried_, "{} {}", untried, untried_);
  NOEX_CHECK(dials == dials_ && waiting == waiting_.size(), "{} {}", dials, waiting);
  NOEX_CHECK(in_turn == in_turn_.size(), "{}", in_turn);
  table_.check_invariants();
}

void Membership::digest(Writer& writer, Instant now) const {
  NOEX_CHECK(actions_.empty());
  const auto distance = [&writer, now](Instant at) { writer.zigzag((at - now).count()); };
  encode(writer, table_.self());
  writer.u8(static_cast<std::uint8_t>((joined_ ? 1 : 0) | (told_full_ ? 2 : 0)));
  distance(next_heartbeat_);
  distance(std::max(next_repair_, now));
  writer.varint(last_number_);
  writer.varint(table_.size());
  for (const MemberIndex index : table_.by_id()) {
    const Record& record = table_.at(index);
    encode(writer, record.entry);
    const bool flags[] = {record.seed,   record.wanted,  record.up,        record.registry_known,
                          record.tried,  record.missed,  record.refused,   record.was_linked,
                          record.linked, record.dialing, record.said_leave};
    for (const bool flag : flags) writer.u8(flag ? 1 : 0);
    if (record.missed) writer.u8(static_cast<std::uint8_t>(record.evidence));
    writer.u8(record.said_left ? 1 : 0);
    if (record.said_left) distance(record.said_left->at);
    // Beyond the longest pause, further attempts change nothing.
    std::uint32_t attempts = std::min(record.attempts, 22U);
    while (attempts > 1 && full_backoff(attempts - 1) == full_backoff(attempts)) --attempts;
    writer.varint(attempts);
    if (record.linked) {
      writer.u8(static_cast<std::uint8_t>((record.probed ? 1 : 0) | (record.newcomer ? 2 : 0) |
                                          (record.untold ? 4 : 0)));
      writer.u8(record.differs);
      distance(std::max(record.linked_at, now - options_.heartbeat_interval));
      distance(record.heard_at);
      distance(std::max(record.accused_at.value_or(Instant::min()), now - options_.gossip_delay));
    }
    if (is_dialled(record)) distance(std::max(record.next_dial, now));
    suspicions_.digest(writer, index, now);
  }
  gossip_.digest(writer, now);
  health_.digest(writer, now);
  probes_.digest(writer, now);
  relays_.digest(writer, now);
}

}  // namespace noex

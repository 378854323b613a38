#include "noex/runtime/membership/relays.h"

#include <algorithm>
#include <utility>

namespace noex {

void Relays::on_ping_request(const NodeId& from, const PingRequest& request, Instant now) {
  const TableEntry& self = table_->self();
  if (request.target == Incarnation{self.id, self.boot}) {
    actions_->emplace_back(AnswerPingRequest{from, request.number, true});
    return;
  }
  MemberRecord* record = table_->find(request.target);
  // Shorter than the asker's, who decides suspicion_after after the last byte at the latest.
  const Duration patience = std::min(options_->dial_timeout, options_->suspicion_after / 3);
  Relay relay{from, request.number, request.target, 0, now + patience * 3 / 4};
  const bool linked = record != nullptr && record->linked;
  if (linked) relay.ping = numbers_->take();
  const std::uint64_t ping = relay.ping;
  if (record == nullptr || !add(std::move(relay))) {
    actions_->emplace_back(AnswerPingRequest{from, request.number, false});
  } else if (linked) {
    actions_->emplace_back(SendPing{request.target.id, ping});
  } else if (!record->dialing && !record->wanted && dials_->has_room()) {
    dials_->begin(*record);  // a link would be as good as a pong
  }
}

// False: too many already.
bool Relays::add(Relay relay) {
  if (relays_.size() >= relays_max) return false;
  // Nobody takes all of them from the others.
  const auto asked = std::ranges::count(relays_, relay.from, &Relay::from);
  if (static_cast<std::size_t>(asked) >= relays_max / 4) return false;
  relays_.push_back(std::move(relay));
  return true;
}

void Relays::answer(const Relay& relay, bool alive) {
  actions_->emplace_back(AnswerPingRequest{relay.from, relay.number, alive});
}

bool Relays::on_pong(const NodeId& from, std::uint64_t number) {
  const auto found = std::ranges::find_if(relays_, [&](const Relay& relay) {
    return relay.ping == number && number != 0 && relay.target.id == from;
  });
  if (found == relays_.end()) return false;
  answer(*found, true);
  relays_.erase(found);
  return true;
}

void Relays::on_linked(const Incarnation& peer) {
  for (const Relay& relay : relays_) {
    if (relay.target == peer) answer(relay, true);
  }
  std::erase_if(relays_, [&](const Relay& relay) { return relay.target == peer; });
}

void Relays::forget(const NodeId& from) {
  std::erase_if(relays_, [&from](const Relay& relay) { return relay.from == from; });
}

void Relays::on_time(Instant now) {
  const auto end =
      std::ranges::find_if(relays_, [now](const Relay& relay) { return relay.deadline > now; });
  for (auto relay = relays_.begin(); relay != end; ++relay) {
    const MemberRecord* asker = table_->find(relay->from);
    if (asker != nullptr && asker->linked) answer(*relay, false);
  }
  relays_.erase(relays_.begin(), end);
}

Instant Relays::next_deadline() const {
  return relays_.empty() ? Instant::max() : relays_.front().deadline;
}

void Relays::digest(Writer& writer, Instant now) const {
  writer.varint(relays_.size());
  for (const Relay& relay : relays_) {
    relay.from.encode_to(writer);
    writer.varint(relay.number);
    relay.target.id.encode_to(writer);
    writer.varint(relay.target.boot);
    writer.varint(relay.ping);
    writer.zigzag((relay.deadline - now).count());
  }
}

}  // namespace noex

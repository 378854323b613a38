// Peer, judged and shown: what must hold of one node by itself, and what others may know of it.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "noex/runtime/message/codec.h"
#include "tests/explore/peer.h"

namespace noex::explore {

// --- Judging ---

// What the messages say by themselves, for R1.
void Peer::note_delivered(std::size_t peer, ByteView message) {
  const auto received = decode_registry_message(message);
  if (!received) return wrong("is sent bytes that don't decode");
  if (const auto* snapshot = std::get_if<NamesSnapshot>(&received->message)) {
    note_copy(peer, snapshot->owner, snapshot->sequence, snapshot->names);
  } else if (const auto* vector = std::get_if<NamesVector>(&received->message)) {
    for (const auto& [owner, sequence] : vector->versions) {
      const Other& other = others_[index_of(owner.id)];
      const bool is_news =
          std::pair(other.copy_boot, other.copy_sequence) < std::pair(owner.boot, sequence);
      if (sequence == 0 && is_news) note_copy(peer, owner, 0, {});
    }
  } else if (const auto* delta = std::get_if<NamesDelta>(&received->message)) {
    Other& other = others_[index_of(delta->owner.id)];
    // Where its own word has come over its own link, nobody else's counts.
    if (other.has_snapshot && index_of(delta->owner.id) != peer) return;
    if (other.copy_boot != delta->owner.boot || other.copy_sequence + 1 != delta->sequence) return;
    other.copy_sequence = delta->sequence;
    if (!delta->removed.empty()) other.copy.reset();
    const auto found = delta->put.find(std::string(the_name));
    if (found != delta->put.end()) other.copy = from_wire(found->second, delta->owner.id);
  } else if (const auto* applied = std::get_if<NamesApplied>(&received->message)) {
    const auto own = decode_registry_message(registry_->snapshot());
    const auto& ours = std::get<NamesSnapshot>(own->message);
    if (ours.sequence == applied->sequence && !ours.names.empty()) {
      others_[peer].shows_us = others_[peer].link;
    }
  }
}

void Peer::note_copy(std::size_t from, const Incarnation& owner, std::uint64_t sequence,
                     const std::map<std::string, WireEntry>& names) {
  Other& other = others_[index_of(owner.id)];
  const std::pair held(other.copy_boot, other.copy_sequence);
  const bool is_older = std::pair(owner.boot, sequence) < held;
  if (owner.id == self().id) return;
  if (index_of(owner.id) == from) {
    other.has_snapshot = true;
    const bool ahead = is_older && owner.boot == other.copy_boot;
    other.asked_anew = ahead && !std::exchange(other.doubted, other.doubted || ahead);
    if (other.asked_anew) return;
  } else if (other.has_snapshot || is_older) {
    return;
  }
  other.copy_boot = owner.boot;
  other.copy_sequence = sequence;
  other.copy.reset();
  const auto found = names.find(std::string(the_name));
  if (found != names.end()) other.copy = from_wire(found->second, owner.id);
}

std::optional<RegistryEntry> Peer::own_entry() const {
  const auto own = decode_registry_message(registry_->snapshot());
  const auto& names = std::get<NamesSnapshot>(own->message).names;
  if (names.empty()) return std::nullopt;
  return from_wire(names.begin()->second, id_of(index_));
}

void Peer::check() {
  check_views();
  if (!problem_.empty()) return;  // the cores would stop us, without saying how we came here
  membership_->check_invariants();
  registry_->check_invariants();
  for (const Member& member : membership_->members()) {
    const Other& other = others_[index_of(member.incarnation.id)];
    const bool is_posted = posted_ && !posted_ups_.empty();
    if (member.up != (other.up != 0) && !is_posted) wrong("announced another state (M8)");
    if (member.linked != (other.link != 0)) wrong("membership has another idea of a link");
  }
}

void Peer::check_views() {
  const auto own = own_entry();
  std::vector<NameHolder> expected;
  if (own) expected.push_back({self(), *own});
  if (own) made_ |= std::uint64_t{1} << own->process;
  for (std::size_t peer = 0; peer < peers_max; ++peer) {
    const Other& other = others_[peer];
    if (other.up == 0 || other.copy_boot != other.up || !other.copy) continue;
    expected.push_back({{id_of(peer), other.up}, *other.copy});
  }
  std::ranges::sort(expected, wins);
  const auto winner = expected.empty() ? std::nullopt : std::optional(expected.front());
  if (registry_->entries(the_name) != expected || registry_->lookup(the_name) != winner) {
    wrong("lookup gives not the winner of the entries that it was sent (R1)");
  }
  if (own && winner->owner != self()) wrong("has lost the name and keeps it (R3)");
  if (held_ && own != held_) wrong("an acknowledged entry is gone and nobody was told (R4, R6)");
  if (own && !held_ && registry_->pending_requests() == 0) wrong("an entry that nobody wants");
}

void Peer::wrong(std::string text) {
  if (problem_.empty()) problem_ = fmt::format("{} {}", id_of(index_).name(), text);
}

// --- What is seen ---

Bytes Peer::clock() const {
  Bytes bytes;
  Writer writer(bytes);
  const Stamp last = clock_->last();
  writer.zigzag(last.wall);
  writer.varint(last.counter);
  return bytes;
}

bool Peer::welcomes(std::size_t peer, Boot boot) const {
  return membership_->welcome({id_of(peer), boot}).ok();
}

PeerView Peer::view() const {
  PeerView view;
  view.boot = boot_;
  view.running = running_;
  view.acknowledged = acknowledged_;
  view.made = made_;
  view.told_holder = told_holder_;
  if (!running_) return view;
  for (std::size_t peer = 0; peer < peers_max; ++peer) {
    const Other& other = others_[peer];
    auto& seen = view.others[peer];
    seen.up = other.up;
    seen.link = other.link;
    seen.dialing = other.dialing;
    seen.has_snapshot = other.has_snapshot;
    seen.shows_us = other.shows_us;
    if (other.copy_boot != 0) seen.copy = other.copy;
    seen.visible = other.up != 0 && other.copy_boot == other.up && other.copy.has_value();
  }
  view.own = own_entry();
  view.winner = registry_->lookup(the_name);
  view.holds = held_.has_value();
  view.pending = registry_->pending_requests();
  view.promises = registry_->promises();
  const auto wake = registry_->next_deadline();
  view.waits = wake && *wake < registry_time_ + request_time / 2;
  view.settled = settled_;
  view.posted = posted_;
  view.table_hash = membership_->table_hash();
  view.next_tick = std::max(membership_->next_deadline() - now_, Duration{});
  return view;
}

Bytes Peer::digest() const {
  Bytes bytes;
  Writer writer(bytes);
  writer.varint(index_);
  writer.varint(boot_);
  writer.u8(acknowledged_);
  writer.varint(process_);
  writer.varint(made_);  // also of one that has crashed: what it made may be on its way yet
  if (!running_) return bytes;
  const Stamp last = clock_->last();
  writer.zigzag(last.wall);
  writer.varint(last.counter);
  membership_->digest(writer, now_);
  registry_->digest(writer);
  for (const Other& other : others_) {
    for (const Boot boot : {other.up, other.last_up, other.link, other.copy_boot, other.shows_us}) {
      writer.varint(boot);
    }
    writer.varint(other.copy_sequence);
    for (const bool flag : {other.dialing, other.has_snapshot}) writer.u8(flag);
    writer.u8(other.copy ? 1 : 0);
    if (other.copy) encode(writer, to_wire(*other.copy));
  }
  for (const bool flag : {settled_, posted_, held_.has_value()}) writer.u8(flag);
  writer.zigzag(registry_time_.time_since_epoch().count());
  writer.u8(told_holder_ ? 1 : 0);
  if (told_holder_) encode(writer, to_wire(*told_holder_));
  for (const AnnounceUp& up : posted_ups_) encode(writer, up.node);
  return bytes;
}

}  // namespace noex::explore

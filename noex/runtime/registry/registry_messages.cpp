// RegistryCore, messages: what peers say, whether they can have said it, and what they are told.
#include <iterator>
#include <utility>

#include "noex/runtime/registry/registry_core.h"

namespace noex {

namespace {

// What one message may bring, so that it is handled within a moment; twice, since what is put may
// replace what is there. Claims are bounded by the arbiter, others by their own size.
bool is_bounded(const RegistryMessage& message, const Options& options) {
  const std::size_t most = 2 * options.names_max;
  if (const auto* snapshot = std::get_if<NamesSnapshot>(&message)) {
    return snapshot->names.size() + snapshot->members.size() <= most;
  }
  if (const auto* delta = std::get_if<NamesDelta>(&message)) {
    return delta->put.size() + delta->removed.size() + delta->joined.size() + delta->left.size() <=
           most;
  }
  if (const auto* vector = std::get_if<NamesVector>(&message)) {
    return vector->versions.size() <= versions_max(options);
  }
  return true;
}

}  // namespace

Bytes RegistryCore::snapshot() {
  tell_changes();
  return encode_registry_message(replicator_.snapshot_of(self_, table_.own()), clock_.last());
}

bool RegistryCore::on_message(LinkSerial link, ByteView bytes, Instant now) {
  const auto sender = peers_.peer_of(link);
  if (!sender) return false;
  const Incarnation& peer = *sender;
  const auto received = decode_registry_message(bytes);
  if (!received || !is_acceptable(peer, received->message)) return false;
  clock_.merge(Stamp{received->sent.wall, received->sent.counter, peer.id});
  peers_.link(peer)->has_snapshot = true;
  now_ = now;
  replicator_.believe_boots_until(static_cast<Boot>(clock_.latest_believed()));
  std::visit([&](const auto& body) { apply(peer, body); }, received->message);
  drain();
  return true;
}

bool RegistryCore::is_acceptable(const Incarnation& peer, const RegistryMessage& message) {
  if (!is_bounded(message, options_)) return false;
  const auto* snapshot = std::get_if<NamesSnapshot>(&message);
  if (!peers_.link(peer)->has_snapshot) return snapshot != nullptr && snapshot->owner == peer;
  if (snapshot != nullptr) return replicator_.is_acceptable(peer, *snapshot);
  if (const auto* delta = std::get_if<NamesDelta>(&message)) {
    return replicator_.is_acceptable(peer, *delta);
  }
  if (const auto* claim = std::get_if<NameClaim>(&message)) {
    return arbiter_.claims_of(peer.id) < 2 * options_.names_max &&
           arbiter_.is_acceptable(peer.id, *claim, snapshot_cost_max(options_));
  }
  return true;
}

void RegistryCore::apply(const Incarnation& from, const NamesSnapshot& snapshot) {
  replicator_.on_snapshot(from, snapshot, now_);
  if (snapshot.owner == from) say_applied(from);
}

void RegistryCore::apply(const Incarnation& from, const NamesVector& vector) {
  tell_changes();
  replicator_.on_vector(from, vector, now_);
}

void RegistryCore::apply(const Incarnation& from, const NamesPull& pull) {
  tell_changes();
  replicator_.on_pull(from, pull, now_);
}

void RegistryCore::apply(const Incarnation& from, const NameFind& find) {
  const NameHolder* holder = table_.winner(find.name);
  NameFound found{find.number, {}};
  if (holder != nullptr) found.holder = to_wire(*holder);
  send(from, found);
}

// After the beginning of a link, or of its time as a member, an owner learns what we show of it.
void RegistryCore::say_applied(const Incarnation& owner) {
  const OwnerSet* set = table_.copy(owner.id);
  if (set == nullptr || set->boot != owner.boot || !peers_.is_up(owner)) return;
  send(owner, NamesApplied{set->sequence});
}

// Behind all that has changed by now, so that every peer hears of causes before consequences.
void RegistryCore::send(const Incarnation& to, const RegistryMessage& message) {
  if (to == self_) {
    to_self_.push_back(message);
  } else if (const RegistryPeers::Link* link = peers_.link(to)) {
    tell_changes();
    send_over(*link, to.id, encode_registry_message(message, clock_.last()));
  }
}

void RegistryCore::send_over(const RegistryPeers::Link& link, const NodeId& to, Bytes message) {
  sends_.push_back(RegistrySend{link.serial, to, std::move(message)});
}

void RegistryCore::forward(const RegistryMessage& message, const NodeId& sender,
                           const NodeId& owner) {
  const Bytes bytes = encode_registry_message(message, clock_.last());
  for (const auto& [peer, link] : peers_.links()) {
    if (peer == sender || peer == owner || (owner != self_.id && !peers_.is_on_route(peer)))
      continue;
    send_over(link, peer, bytes);
  }
}

void RegistryCore::appeared(std::vector<std::string> names) {
  std::ranges::move(names, std::back_inserter(appeared_));
}

// --- The own names ---

std::uint64_t RegistryCore::publish(const std::string& name, const RegistryEntry& entry) {
  table_.put_own(name, entry);
  appeared_.push_back(name);
  actions_.push_back(RegistryPublished{name, entry});
  return table_.own().sequence;
}

// All that has changed since the last time is one delta.
void RegistryCore::tell_changes() {
  auto delta = table_.take_delta();
  if (!delta) return;
  delta->direct = peers_.direct();
  forward(*delta, self_.id, self_.id);
}

}  // namespace noex

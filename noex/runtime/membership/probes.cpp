#include "noex/runtime/membership/probes.h"

#include <algorithm>
#include <utility>

namespace noex {

// --- Probes ---

void Probes::start(const Incarnation& target, std::uint64_t number, std::vector<NodeId> asked,
                   Instant deadline) {
  const std::size_t count = asked.size();
  probes_[target.id] = Probe{target.boot, number, std::move(asked), false, deadline, count};
}

std::optional<Incarnation> Probes::on_pong(const NodeId& from, std::uint64_t number) {
  for (auto& [target, probe] : probes_) {
    if (probe.number != number || std::erase(probe.silent, from) == 0) continue;
    if (std::exchange(probe.alive, true)) return std::nullopt;
    return Incarnation{target, probe.boot};
  }
  return std::nullopt;
}

void Probes::on_nack(const NodeId& from, std::uint64_t number) {
  for (auto& [target, probe] : probes_) {
    if (probe.number == number) std::erase(probe.silent, from);
  }
}

std::optional<Probes::Ended> Probes::end(const NodeId& target) {
  const auto found = probes_.find(target);
  if (found == probes_.end()) return std::nullopt;
  const Probe& probe = found->second;
  Ended ended{{target, probe.boot}, probe.alive, !probe.silent.empty(), probe.asked};
  probes_.erase(found);
  return ended;
}

std::vector<Probes::Ended> Probes::due(Instant now) {
  std::vector<NodeId> targets;
  for (const auto& [target, probe] : probes_) {
    if (probe.deadline <= now) targets.push_back(target);
  }
  std::vector<Ended> ended;
  for (const NodeId& target : targets) ended.push_back(*end(target));
  return ended;
}

std::optional<Instant> Probes::next_deadline() const {
  std::optional<Instant> next;
  for (const auto& [target, probe] : probes_) {
    next = std::min(next.value_or(Instant::max()), probe.deadline);
  }
  return next;
}

void Probes::digest(Writer& writer, Instant now) const {
  writer.varint(probes_.size());
  for (const auto& [target, probe] : probes_) {
    target.encode_to(writer);
    writer.varint(probe.boot);
    writer.varint(probe.number);
    writer.u8(probe.alive ? 1 : 0);
    writer.zigzag((probe.deadline - now).count());
    writer.varint(probe.silent.size());
    for (const NodeId& id : probe.silent) id.encode_to(writer);
  }
}

// --- Relays ---

bool Relays::add(Relay relay) {
  if (relays_.size() >= relays_max) return false;
  // Nobody takes all of them from the others.
  const auto asked = std::ranges::count(relays_, relay.from, &Relay::from);
  if (static_cast<std::size_t>(asked) >= relays_max / 4) return false;
  relays_.push_back(std::move(relay));
  return true;
}

std::vector<Relays::Relay> Relays::on_alive(const Incarnation& target) {
  std::vector<Relay> answered;
  for (const Relay& relay : relays_) {
    if (relay.target == target) answered.push_back(relay);
  }
  std::erase_if(relays_, [&](const Relay& relay) { return relay.target == target; });
  return answered;
}

std::optional<Relays::Relay> Relays::on_pong(const NodeId& target, std::uint64_t ping) {
  const auto found = std::ranges::find_if(relays_, [&](const Relay& relay) {
    return relay.ping == ping && ping != 0 && relay.target.id == target;
  });
  if (found == relays_.end()) return std::nullopt;
  Relay relay = std::move(*found);
  relays_.erase(found);
  return relay;
}

std::vector<Relays::Relay> Relays::due(Instant now) {
  const auto end =
      std::ranges::find_if(relays_, [now](const Relay& relay) { return relay.deadline > now; });
  std::vector<Relay> due(relays_.begin(), end);
  relays_.erase(relays_.begin(), end);
  return due;
}

void Relays::forget(const NodeId& from) {
  std::erase_if(relays_, [&from](const Relay& relay) { return relay.from == from; });
}

std::optional<Instant> Relays::next_deadline() const {
  if (relays_.empty()) return std::nullopt;
  return relays_.front().deadline;
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

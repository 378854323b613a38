#include "noex/runtime/membership/probes.h"

#include <algorithm>
#include <utility>

namespace noex {

bool Probes::start(const MemberRecord& target, Instant deadline) {
  std::vector<NodeId> asked = choose_relays(target);
  if (asked.empty()) return false;
  const std::uint64_t number = numbers_->take();
  for (const NodeId& relay : asked) {
    actions_->emplace_back(SendPingRequest{relay, {number, target.incarnation()}});
  }
  const std::size_t count = asked.size();
  probes_[target.id()] = Probe{target.entry.boot, number, std::move(asked), false, deadline, count};
  return true;
}

// Those who are linked and not silent themselves. Beyond the mesh only few are linked to the
// target: those first.
std::vector<NodeId> Probes::choose_relays(const MemberRecord& target) {
  std::vector<NodeId> others;
  for (const auto& [id, index] : links_->standing()) {
    if (index != target.index && !table_->at(index).probed) others.push_back(id);
  }
  if (others.size() <= probe_relays_max) return others;
  std::size_t first = 0;
  if (!overlay_->is_mesh()) {
    for (const MemberIndex near : overlay_->neighbours_of(target.id())) {
      const auto place = std::ranges::find(others, table_->at(near).id());
      if (first < probe_relays_max && place != others.end()) std::swap(others[first++], *place);
    }
  }
  for (std::size_t i = first; i < probe_relays_max; ++i) {
    std::swap(others[i], others[i + random_->below(others.size() - i)]);
  }
  others.resize(probe_relays_max);
  return others;
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

Instant Probes::next_deadline() const {
  Instant next = Instant::max();
  for (const auto& [target, probe] : probes_) next = std::min(next, probe.deadline);
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

}  // namespace noex

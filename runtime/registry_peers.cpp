#include "runtime/registry_peers.h"

#include <algorithm>
#include <functional>
#include <utility>

#include <xxhash.h>

#include "runtime/codec.h"

namespace noex {

std::vector<Incarnation> arbiters_of(std::string_view name,
                                     const std::vector<Incarnation>& members) {
  using Score = std::pair<std::uint64_t, const Incarnation*>;
  std::vector<Score> scores;
  scores.reserve(members.size());
  std::string key(name);
  key.push_back('\0');
  for (const Incarnation& member : members) {
    key.resize(name.size() + 1);
    key += member.id.text();
    scores.emplace_back(XXH3_64bits(key.data(), key.size()), &member);
  }
  const auto higher = [](const Score& a, const Score& b) {
    return a.first != b.first ? a.first > b.first : a.second->id < b.second->id;
  };
  const std::size_t count = std::min(arbiters_max, scores.size());
  std::ranges::partial_sort(scores, scores.begin() + static_cast<std::ptrdiff_t>(count), higher);
  std::vector<Incarnation> arbiters;
  for (std::size_t i = 0; i < count; ++i) arbiters.push_back(*scores[i].second);
  return arbiters;
}

void RegistryPeers::link_up(const Incarnation& peer) {
  up_unlinked_ -= is_up_unlinked(peer.id);
  links_[peer.id] = Link{peer.boot, false, false, {}};
  up_unlinked_ += is_up_unlinked(peer.id);
}

void RegistryPeers::link_down(const NodeId& peer) {
  up_unlinked_ -= is_up_unlinked(peer);
  links_.erase(peer);
  up_unlinked_ += is_up_unlinked(peer);
}

void RegistryPeers::node_up(const Incarnation& peer) {
  up_unlinked_ -= is_up_unlinked(peer.id);
  up_[peer.id] = peer.boot;
  up_unlinked_ += is_up_unlinked(peer.id);
}

void RegistryPeers::node_down(const NodeId& peer) {
  up_unlinked_ -= is_up_unlinked(peer);
  up_.erase(peer);
}

std::size_t RegistryPeers::is_up_unlinked(const NodeId& peer) const {
  const auto found = up_.find(peer);
  if (found == up_.end()) return 0;
  const Link* link = link_to_any(peer);
  return link == nullptr || link->boot != found->second ? 1 : 0;
}

RegistryPeers::Link* RegistryPeers::link(const Incarnation& peer) {
  const auto found = links_.find(peer.id);
  return found != links_.end() && found->second.boot == peer.boot ? &found->second : nullptr;
}

const RegistryPeers::Link* RegistryPeers::link_to_any(const NodeId& peer) const {
  const auto found = links_.find(peer);
  return found == links_.end() ? nullptr : &found->second;
}

bool RegistryPeers::is_up(const Incarnation& peer) const {
  const auto found = up_.find(peer.id);
  return found != up_.end() && found->second == peer.boot;
}

bool RegistryPeers::is_reachable(const Incarnation& peer) const {
  if (peer == self_) return true;
  const Link* link = link_to_any(peer.id);
  return link != nullptr && link->boot == peer.boot;
}

std::vector<Incarnation> RegistryPeers::arbiters(std::string_view name) const {
  std::vector<Incarnation> members{self_};
  for (const auto& [id, boot] : up_) members.push_back(Incarnation{id, boot});
  return arbiters_of(name, members);
}

void RegistryPeers::digest(Writer& writer) const {
  writer.varint(links_.size());
  for (const auto& [id, link] : links_) {
    id.encode_to(writer);
    writer.varint(link.boot);
    writer.u8(link.has_snapshot ? 1 : 0);
  }
  writer.varint(up_.size());
  for (const auto& [id, boot] : up_) encode(writer, Incarnation{id, boot});
}

}  // namespace noex

#include "noex/runtime/registry/registry_peers.h"

#include <algorithm>
#include <array>
#include <utility>

#include <xxhash.h>

#include "noex/runtime/message/codec.h"
#include "noex/transport/base/check.h"

namespace noex {

std::uint64_t arbiter_hash(std::string_view name_or_id_text) {
  return XXH3_64bits(name_or_id_text.data(), name_or_id_text.size());
}

std::uint64_t arbiter_score(std::uint64_t name, std::uint64_t member) {
  std::array<unsigned char, 16> bytes;
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<unsigned char>(name >> (8 * i));
    bytes[i + 8] = static_cast<unsigned char>(member >> (8 * i));
  }
  return XXH3_64bits(bytes.data(), bytes.size());
}

namespace {

// The best members so far, best first.
class Ranking {
 public:
  explicit Ranking(std::string_view name) : name_(arbiter_hash(name)) {}

  void add(const NodeId& id, Boot boot, std::uint64_t hash) {
    const Ranked one{arbiter_score(name_, hash), &id, boot};
    const auto place = std::ranges::find_if(best_, [&one](const Ranked& other) {
      return one.score != other.score ? one.score > other.score : *one.id < *other.id;
    });
    if (place == best_.end() && best_.size() >= arbiters_max) return;
    best_.insert(place, one);
    if (best_.size() > arbiters_max) best_.pop_back();
  }

  std::vector<Incarnation> take() const {
    std::vector<Incarnation> arbiters;
    for (const Ranked& one : best_) arbiters.push_back(Incarnation{*one.id, one.boot});
    return arbiters;
  }

 private:
  struct Ranked {
    std::uint64_t score = 0;
    const NodeId* id = nullptr;
    Boot boot = 0;
  };

  std::uint64_t name_;
  std::vector<Ranked> best_;
};

}  // namespace

std::vector<Incarnation> arbiters_of(std::string_view name,
                                     const std::vector<Incarnation>& members) {
  Ranking ranking(name);
  for (const auto& [id, boot] : members) ranking.add(id, boot, arbiter_hash(id.text()));
  return ranking.take();
}

RegistryPeers::RegistryPeers(Incarnation self)
    : self_(std::move(self)), self_hash_(arbiter_hash(self_.id.text())) {}

void RegistryPeers::link_up(const Incarnation& peer, LinkSerial serial) {
  link_down(peer.id);
  up_unlinked_ -= is_up_unlinked(peer.id);
  Link link;
  link.serial = serial;
  link.boot = peer.boot;
  link.newcomer = !is_up(peer);
  links_[peer.id] = std::move(link);
  const bool is_new = by_serial_.emplace(serial, peer.id).second;
  NOEX_CHECK(is_new, "link {} came up twice", serial.value());
  up_unlinked_ += is_up_unlinked(peer.id);
}

void RegistryPeers::link_down(const NodeId& peer) {
  const auto found = links_.find(peer);
  if (found == links_.end()) return;
  up_unlinked_ -= is_up_unlinked(peer);
  by_serial_.erase(found->second.serial);
  links_.erase(found);
  up_unlinked_ += is_up_unlinked(peer);
}

void RegistryPeers::node_up(const Incarnation& peer) {
  up_unlinked_ -= is_up_unlinked(peer.id);
  up_[peer.id] = Up{peer.boot, arbiter_hash(peer.id.text())};
  up_unlinked_ += is_up_unlinked(peer.id);
}

void RegistryPeers::node_down(const NodeId& peer) {
  up_unlinked_ -= is_up_unlinked(peer);
  up_.erase(peer);
}

std::size_t RegistryPeers::is_up_unlinked(const NodeId& peer) const {
  const Up* up = up_.find(peer);
  if (up == nullptr) return 0;
  const Link* link = link_to_any(peer);
  return link == nullptr || link->boot != up->boot ? 1 : 0;
}

std::optional<Incarnation> RegistryPeers::peer_of(LinkSerial serial) const {
  const auto found = by_serial_.find(serial);
  if (found == by_serial_.end()) return std::nullopt;
  return Incarnation{found->second, links_.at(found->second).boot};
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
  const Up* up = up_.find(peer.id);
  return up != nullptr && up->boot == peer.boot;
}

bool RegistryPeers::is_reachable(const Incarnation& peer) const {
  if (peer == self_) return true;
  const Link* link = link_to_any(peer.id);
  return link != nullptr && link->boot == peer.boot;
}

std::vector<Incarnation> RegistryPeers::arbiters(std::string_view name) const {
  Ranking ranking(name);
  ranking.add(self_.id, self_.boot, self_hash_);
  // The best are the best in whatever order they come.
  up_.for_each_in_any_order(
      [&ranking](const NodeId& id, const Up& up) { ranking.add(id, up.boot, up.hash); });
  return ranking.take();
}

void RegistryPeers::digest(Writer& writer) const {
  writer.varint(links_.size());
  for (const auto& [id, link] : links_) {
    id.encode_to(writer);
    writer.varint(link.boot);
    writer.u8(static_cast<std::uint8_t>((link.has_snapshot ? 1 : 0) | (link.doubted ? 2 : 0) |
                                        (link.asked_anew ? 4 : 0)));
  }
  writer.varint(up_.size());
  for (const auto& [id, up] : up_.sorted()) encode(writer, Incarnation{*id, up->boot});
}

}  // namespace noex

// RegistryPeers: whom the registry has a link to, who is up, and who are a name's arbiters.
//
// Owns only what the cluster said; never concludes that a node is up or down by itself.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/cluster.h"

namespace noex {

// Enough that two claimants whose views differ by a few nodes still share one; few enough that a
// claim costs the same in a large cluster as in a small one.
inline constexpr std::size_t arbiters_max = 5;

// The arbiters_max members with the highest XXH3 of name, a zero byte and the id's text, ordered
// by that, highest first. Everybody who knows the same members computes the same ones.
// Source: Thaler and Ravishankar, "A Name-Based Mapping Scheme for Rendezvous", 1996.
std::vector<Incarnation> arbiters_of(std::string_view name,
                                     const std::vector<Incarnation>& members);

class RegistryPeers {
 public:
  explicit RegistryPeers(Incarnation self) : self_(std::move(self)) {}

  struct Link {
    Boot boot = 0;
    bool has_snapshot = false;   // the peer's first message has come
    bool outlived_node = false;  // node_down came while it stood
  };

  const Incarnation& self() const { return self_; }
  void link_up(const Incarnation& peer) { links_[peer.id] = Link{peer.boot, false, false}; }
  void link_down(const NodeId& peer) { links_.erase(peer); }
  void node_up(const Incarnation& peer) { up_[peer.id] = peer.boot; }
  void node_down(const NodeId& peer) { up_.erase(peer); }

  // nullptr: no link to that incarnation.
  Link* link(const Incarnation& peer);
  // nullptr: no link to any incarnation of it.
  const Link* link_to_any(const NodeId& peer) const;
  const std::map<NodeId, Link>& links() const { return links_; }
  bool is_up(const Incarnation& peer) const;
  const std::map<NodeId, Boot>& up() const { return up_; }
  // Linked, or oneself: a message can be sent to it now.
  bool is_reachable(const Incarnation& peer) const;

  // Among those that are up, and oneself.
  std::vector<Incarnation> arbiters(std::string_view name) const;

  void digest(Writer& writer) const;  // as Registry::digest

 private:
  Incarnation self_;
  std::map<NodeId, Link> links_;
  std::map<NodeId, Boot> up_;  // without self
};

}  // namespace noex

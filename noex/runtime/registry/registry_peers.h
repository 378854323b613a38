// RegistryPeers: whom the registry has a link to, who is up, and who are a name's arbiters.
//
// There is one link to a peer at most, the newest; an older one's serial finds nothing any more.
// Owns only what the cluster said; never concludes that a node is up or down by itself.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "noex/runtime/core/ids.h"
#include "noex/runtime/core/node_map.h"
#include "noex/transport/base/time.h"

namespace noex {

// Enough that two claimants whose views differ by a few nodes still share one; few enough that a
// claim costs the same in a large cluster as in a small one.
inline constexpr std::size_t arbiters_max = 5;

// What ranks a member for a name: the XXH3 of two hashes, which costs no string.
std::uint64_t arbiter_hash(std::string_view name_or_id_text);
std::uint64_t arbiter_score(std::uint64_t name, std::uint64_t member);

// The arbiters_max members with the highest XXH3 of two hashes, the XXH3 of the name and that of
// the id's text, ordered by that, highest first. Everybody who knows the same members computes the
// same ones. Source: Thaler and Ravishankar, "A Name-Based Mapping Scheme for Rendezvous", 1996.
std::vector<Incarnation> arbiters_of(std::string_view name,
                                     const std::vector<Incarnation>& members);

class RegistryPeers {
 public:
  explicit RegistryPeers(Incarnation self);

  struct Served {
    Boot boot = 0;
    std::uint64_t sequence = 0;
    Instant at{};
  };
  struct Link {
    LinkSerial serial;
    Boot boot = 0;
    bool has_snapshot = false;        // the peer's first message has come
    bool newcomer = false;            // it was not up, and no heartbeat has brought another hash
    std::optional<Instant> differed;  // when one did last, and nothing was done about it
    bool doubted = false;             // hearsay of it was ahead of its own first word
    bool asked_anew = false;          // therefore, and the answer has not come
    std::optional<Instant> told_all;  // when a full vector of it was last answered in full
    std::map<NodeId, Served> served;  // which snapshots it was sent last
  };

  const Incarnation& self() const { return self_; }
  void link_up(const Incarnation& peer, LinkSerial serial);
  void link_down(const NodeId& peer);
  void node_up(const Incarnation& peer);
  void node_down(const NodeId& peer);

  // Whose link it is; nullopt: it has ended.
  std::optional<Incarnation> peer_of(LinkSerial serial) const;
  // nullptr: no link to that incarnation.
  Link* link(const Incarnation& peer);
  // nullptr: no link to any incarnation of it.
  const Link* link_to_any(const NodeId& peer) const;
  // Its own word has come over its own link, which stands: nobody else's counts.
  bool speaks_for_itself(const NodeId& peer) const {
    const Link* link = link_to_any(peer);
    return link != nullptr && link->has_snapshot;
  }
  // Everybody that is up is linked: what we say, everybody hears from us. Nobody is, too.
  bool direct() const { return up_unlinked_ == 0; }
  const std::map<NodeId, Link>& links() const { return links_; }
  // As Registry::set_route.
  void set_route(std::function<bool(const NodeId&)> is_on_it) {
    is_on_route_ = std::move(is_on_it);
  }
  bool is_on_route(const NodeId& peer) const { return !is_on_route_ || is_on_route_(peer); }
  bool is_up(const Incarnation& peer) const;
  bool is_any_up(const NodeId& peer) const { return up_.contains(peer); }
  // Linked, or oneself: a message can be sent to it now.
  bool is_reachable(const Incarnation& peer) const;

  // Among those that are up, and oneself.
  std::vector<Incarnation> arbiters(std::string_view name) const;

  void digest(Writer& writer) const;  // as Registry::digest

 private:
  struct Up {
    Boot boot = 0;
    std::uint64_t hash = 0;  // of the id
  };

  std::size_t is_up_unlinked(const NodeId& peer) const;

  Incarnation self_;
  std::function<bool(const NodeId&)> is_on_route_;
  std::map<NodeId, Link> links_;
  std::map<LinkSerial, NodeId> by_serial_;  // Invariant: one for each of links_
  std::uint64_t self_hash_;
  NodeMap<Up> up_;               // without self
  std::size_t up_unlinked_ = 0;  // how many of them have no link to that boot
};

}  // namespace noex

// Replicator: gets every owner's set to every node, also over nodes between them.
//
// Owns: which sets were asked of whom (pulls), and which copies are news to tell others of. What an
// owner changes travels as deltas, each passed on once by everybody to whom it was new; what was
// missed is found by the hash in heartbeats, then by vectors of versions, and pulled from whoever
// has it. Never judges entries. Rules and reasons: docs/PROTOCOL.md, "Registry".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "noex/runtime/core/index.h"
#include "noex/runtime/core/options.h"
#include "noex/runtime/registry/name_table.h"
#include "noex/runtime/registry/registry_peers.h"
#include "noex/runtime/registry/registry_ports.h"

namespace noex {

class Replicator {
 public:
  // All but `options` outlive it.
  Replicator(const Options& options, RegistryPeers& peers, NameTable& table, RegistryPorts& ports);
  // The same state, on other parts.
  Replicator(const Replicator& other, RegistryPeers& peers, NameTable& table, RegistryPorts& ports);

  // False: no honest peer says this.
  bool is_acceptable(const Incarnation& from, const NamesSnapshot& snapshot) const;
  bool is_acceptable(const Incarnation& from, const NamesDelta& delta) const;

  // For all of these the own changes have been told already.
  void on_snapshot(const Incarnation& from, const NamesSnapshot& snapshot, Instant now);
  void on_delta(const Incarnation& from, const NamesDelta& delta, Instant now);
  void on_vector(const Incarnation& from, const NamesVector& vector, Instant now);
  void on_pull(const Incarnation& from, const NamesPull& pull, Instant now);
  // What is hearsay is only believed of boots up to this one.
  void believe_boots_until(Boot most) { boot_believed_max_ = most; }
  // A heartbeat of that peer brought another hash than ours.
  void on_differs(const Incarnation& peer, Instant now);
  void on_link_down(const NodeId& peer);

  void on_time(Instant now);
  std::optional<Instant> next_deadline() const;
  // Sends what has gathered: one pull to each who is asked, and, when they have waited for
  // gossip_delay, one vector of news to each link.
  void flush();

  NamesSnapshot snapshot_of(const Incarnation& owner, const OwnerSet& set) const;
  std::size_t pulls() const { return pulls_.size(); }
  bool uses_link(const NodeId& peer) const;
  void check_invariants() const;
  void digest(Writer& writer) const;  // as Registry::digest

 private:
  // A set that was asked for. `others` have it too, in case that the source does not answer.
  struct Pull {
    Incarnation owner;
    std::uint64_t sequence = 0;
    NodeId source;
    Instant deadline;
    std::vector<NodeId> others;
  };
  using Pulls = std::map<NodeId, Pull>;

  bool is_believable(const Incarnation& from, const OwnerVersion& said) const;
  bool is_asked_anew(const Incarnation& owner) const;
  void on_own_snapshot(const NamesSnapshot& snapshot);
  void try_others(const NodeId& owner, const NodeId& source);
  void take(const Incarnation& from, const NamesSnapshot& snapshot);
  void confirm(const Incarnation& owner, const NodeId& source);
  void answer_newer(const Incarnation& from, const NamesVector& vector,
                    std::vector<OwnerVersion> newer);
  void want(const OwnerVersion& version, const NodeId& source, Instant now);
  void ask_next(Pulls::iterator pull, Instant now);
  void ask(Pull& pull, const NodeId& source, Instant now);
  void finish_pull(const Incarnation& owner);
  void erase(Pulls::iterator pull);
  void add_news(const NodeId& owner, const NodeId& source);
  void send_news();
  void send_versions(const Incarnation& to, bool full, const std::vector<OwnerVersion>& versions);
  std::optional<OwnerVersion> held(const NodeId& owner) const;

  Options options_;
  RegistryPeers& peers_;
  NameTable& table_;
  RegistryPorts& ports_;
  Pulls pulls_;                                       // by owner
  std::set<std::pair<Instant, NodeId>> by_deadline_;  // Invariant: one item for each of pulls_
  Index<NodeId, NodeId> by_source_;                   // owners. Invariant: likewise
  std::map<NodeId, std::vector<Incarnation>> asks_;   // by whom; not sent yet
  std::map<NodeId, NodeId> news_;                     // owners, and who told us; not sent yet
  Boot boot_believed_max_ = boot_max;
  Instant news_due_{};
  Instant next_full_{};  // when all versions may be sent again for a hash that differs
  Instant now_{};        // of the last event that had a time
};

}  // namespace noex

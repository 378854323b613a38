// LinkTable: the links that the owner of a Cluster knows, one to a peer at most, and the session
// that each peer is linked by.
//
// A link that opens has no session yet and can be used at once; it stands with the next session to
// that incarnation, whoever dialled. Owns the links; the sessions are those of Sessions, and ended
// there. Never dials: who opens a link sees to that.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "noex/runtime/cluster/graveyard.h"
#include "noex/runtime/cluster/owner_events.h"
#include "noex/runtime/cluster/peer_link.h"
#include "noex/runtime/cluster/session.h"
#include "noex/runtime/core/node_map.h"

namespace noex {

class LinkTable {
 public:
  // All outlive it.
  LinkTable(const Loop& loop, const Options& options, OwnerEvents& events, Graveyard& graveyard)
      : loop_(loop), options_(options), events_(events), graveyard_(graveyard) {}

  // --- Links ---
  // nullptr: none to that boot; 0: to any.
  PeerLink* find(const NodeId& id, Boot boot = 0) const;
  // A new one, which opens; there is none to that node.
  PeerLink& open(const Incarnation& peer);
  bool is_opening(const NodeId& id) const { return openings_.contains(id); }
  // When the first of them has to stand; Instant::max(): none opens.
  Instant next_deadline() const;
  // Those that should stand by now.
  std::vector<NodeId> late(Instant now) const;
  // The end of one that opens. False: none does.
  bool drop_opening(const NodeId& id);
  // It has lost its session by agreement, and is needed again.
  void reopen(PeerLink& link);
  // By the peer's id.
  const std::map<NodeId, std::unique_ptr<PeerLink>>& all() const { return links_; }

  // --- Sessions that are confirmed ---
  // nullptr: no session to that node is.
  Session* session_to(const NodeId& id) const;
  void add(Session& session) { sessions_[session.peer().id] = &session; }
  // It serves the link that waits for it, or a new one. False: more waited than may.
  [[nodiscard]] bool stand(Session& session);
  // It has ended, and so has its link. It is the one that its peer is linked by.
  void remove(Session& session);
  std::vector<Session*> sessions() const;  // by the peer's id
  // For what comes out the same in whatever order.
  template <class Visit>
  void for_each_session_in_any_order(Visit&& visit) const {
    sessions_.for_each_in_any_order([&](const NodeId&, Session* session) { visit(*session); });
  }

  // Nothing is linked, and nothing opens.
  bool is_empty() const { return sessions_.empty() && openings_.empty(); }
  // Messages that were refused for want of room while they waited, with those of links that ended.
  std::uint64_t refusals() const;

 private:
  PeerLink& make(const Incarnation& peer);
  void end(const NodeId& id);

  const Loop& loop_;
  const Options& options_;
  OwnerEvents& events_;
  Graveyard& graveyard_;
  std::map<NodeId, std::unique_ptr<PeerLink>> links_;
  std::map<NodeId, Instant> openings_;  // those that have no session yet: their deadlines
  NodeMap<Session*> sessions_;
  LinkSerial last_;
  std::uint64_t refusals_ = 0;  // of those that ended
};

}  // namespace noex

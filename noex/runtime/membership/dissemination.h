// Dissemination: how what this node knows of the members reaches its peers.
//
// Owns when heartbeats and gossip leave, and the repair of what gossip lost: a table is sent where
// the hash of a peer's goes on to differ. Never changes an entry. Source: Das, Gupta and Motivala,
// "SWIM", 2002, which names the two halves of membership: the failure detector, and this.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "noex/runtime/core/bound.h"
#include "noex/runtime/core/options.h"
#include "noex/runtime/membership/actions.h"
#include "noex/runtime/membership/gossip.h"
#include "noex/runtime/membership/link_watch.h"
#include "noex/runtime/membership/member_table.h"
#include "noex/transport/base/bytes.h"
#include "noex/transport/base/time.h"
#include "noex/transport/node_id.h"

namespace noex {

class Dissemination {
 public:
  Dissemination(const Options& options, const MemberTable& table, const LinkWatch& links,
                MembershipActions& actions)
      : options_(options), table_(table), links_(links), actions_(actions) {}

  // --- Heartbeats ---
  void start(Instant now) { next_heartbeat_ = now + options_->heartbeat_interval; }
  void on_time(Instant now);
  // No turn came for longer than an interval beyond the heartbeat that was due.
  bool stood_still(Instant now) const {
    return now > next_heartbeat_ + options_->heartbeat_interval;
  }
  void make_up_for(Instant now) { next_heartbeat_ = now; }
  Instant next_deadline() const { return std::min(next_heartbeat_, gossip_.due()); }

  // --- Gossip ---
  // The entry of that node has changed, or got an accuser more. `source`: who told it, and need
  // not be told; empty: this node found it out.
  void spread(const NodeId& about, const NodeId& source, const std::optional<NodeId>& accuser,
              Instant now) {
    gossip_.add(about, source, accuser, now + options_->gossip_delay);
  }
  // Its own entry has; at once.
  void spread_self(Instant now) { gossip_.add(table_->self().id, NodeId(), std::nullopt, now); }
  void forget(const NodeId& about) { gossip_.forget(about); }

  // --- To one peer, at once ---
  // What is said first over a link: who we are now, and what we take the other for, if that is not
  // alive: it has to answer before it is up.
  void greet(const MemberRecord& peer);
  // Rumours beyond rumours_max go in further heartbeats.
  void say(const NodeId& to, std::vector<Rumour> rumours);
  // After its heartbeat: it gets our table if it seems to lack something. `with_rumours`: it
  // brought news.
  void compare(MemberRecord& peer, std::uint64_t hash, bool with_rumours, Instant now);

  void digest(Writer& writer, Instant now) const;

 private:
  void flush(bool all);

  Bound<const Options> options_;
  Bound<const MemberTable> table_;
  Bound<const LinkWatch> links_;
  Bound<MembershipActions> actions_;
  Gossip gossip_;
  Instant next_heartbeat_{};
  Instant next_repair_{};  // when a table may be sent again for a hash that differs
};

}  // namespace noex

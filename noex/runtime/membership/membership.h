// Membership: who is known, alive, suspected, dead or gone; and whom to dial. Sans-IO.
//
// Owns its parts and the order in which an event goes through them. Never owns a link or a timer:
// events and `now` come in, actions go out, to be carried out in their order. Each part knows only
// those above it:
//
//   MemberTable                      what is known of each node
//   Overlay, DialSchedule            who should be linked; who is dialled, and when
//   Presence                         who is up in the owner's eyes
//   Relays, LinkWatch, Probes        what others ask; which links stand; what others are asked
//   Reports, Dissemination           what is told to those who watch; to the peers
//   MemberLifecycle                  what follows from a change of status
//   FailureDetector, Merger          evidence of this node's own; the word of others
//
// The rules and reasons are in docs/PROTOCOL.md, "Membership".
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "noex/runtime/core/options.h"
#include "noex/runtime/membership/actions.h"
#include "noex/runtime/membership/dial_schedule.h"
#include "noex/runtime/membership/dissemination.h"
#include "noex/runtime/membership/failure_detector.h"
#include "noex/runtime/membership/lifecycle.h"
#include "noex/runtime/membership/link_watch.h"
#include "noex/runtime/membership/member_table.h"
#include "noex/runtime/membership/member_views.h"
#include "noex/runtime/membership/merger.h"
#include "noex/runtime/membership/overlay.h"
#include "noex/runtime/membership/presence.h"
#include "noex/runtime/membership/probes.h"
#include "noex/runtime/membership/relays.h"
#include "noex/runtime/membership/reports.h"
#include "noex/runtime/membership/suspicion.h"
#include "noex/transport/base/random.h"
#include "noex/transport/base/time.h"
#include "noex/transport/node_id.h"

namespace noex {

class Membership {
 public:
  Membership(const Incarnation& self, std::span<const NodeId> seeds, const Options& options,
             Random random);
  // What the other knows and means to do, with parts of its own.
  Membership(const Membership& other);

  // --- Events ---
  void start(Instant now);
  // All that is due: heartbeats, silence, probes, suspicion, redials. Before it: heard() for each
  // link.
  void on_time(Instant now);
  void heard(const NodeId& id, Instant at);
  // A link to `peer` is confirmed; the older one, if any, is closed. A higher boot replaces the
  // old one; a lower one does so if it `insists`. False: not welcome (see Welcome).
  [[nodiscard]] bool on_linked(const Incarnation& peer, Instant now, bool insists = false);
  // The link ended and nobody had said why.
  void on_link_closed(const Incarnation& peer, Instant now);
  void on_dial_failed(const NodeId& id, DialFailure failure, Instant now);
  void on_left(const Incarnation& peer, Instant now);
  // With a link or without.
  void on_registry_known(const Incarnation& peer) { presence_.on_registry_known(peer); }
  void on_heartbeat(const NodeId& from, std::uint64_t hash, std::span<const Rumour> rumours,
                    Instant now);
  void on_table(const NodeId& from, const Table& table, Instant now);
  void on_ping_request(const NodeId& from, const PingRequest& request, Instant now);
  void on_pong(const NodeId& from, std::uint64_t number);
  void on_nack(const NodeId& from, std::uint64_t number) { probes_.on_nack(from, number); }
  // A link to it is needed, though none should be.
  void dial_on_demand(const NodeId& id);
  // The link was closed because neither side needed it.
  void on_released(const Incarnation& peer, Instant now);
  // A peer knows this boot of our id.
  void on_own_boot_seen(Boot boot) { merger_.on_own_boot_seen(boot); }
  // A higher boot of a node is not believed by hearsay: boots begin as readings of a clock.
  void believe_boots_until(Boot most) { merger_.believe_boots_until(most); }

  // When on_time() is next needed.
  Instant next_deadline() const;
  // For pings of others than Membership: numbers that it does not use.
  std::uint64_t take_number() { return numbers_.take(); }
  MembershipActions take_actions();
  bool has_actions() const { return !actions_.empty(); }

  // --- Views ---
  Welcome welcome(const Incarnation& peer) const { return views_.welcome(peer); }
  Boot known_boot(const NodeId& id) const { return views_.known_boot(id); }
  std::vector<NodeId> living_namesakes(const NodeId& id) const {
    return views_.living_namesakes(id);
  }
  std::vector<Table> table_for(const NodeId& peer) const { return views_.table_for(peer); }
  std::vector<Member> members() const { return views_.members(); }
  bool is_wanted(const NodeId& id) const { return views_.is_wanted(id); }
  bool lives(const Incarnation& node) const { return views_.lives(node); }
  bool settled() const { return table_.untried() == 0; }
  // True once any node has been linked, or there is nobody to join.
  bool joined() const { return joined_; }
  std::uint64_t table_hash() const { return table_.hash(); }
  // In parts, self included.
  std::vector<Table> table() const { return table_.parts(); }
  // Broken invariant: stops us. For tests and the simulator.
  void check_invariants() const;
  // All that decides what it will do, with every time as the distance from `now`, but for the
  // jitter of redials and the choice among many relays: for the exhaustive search of small
  // clusters. All actions have been taken.
  void digest(Writer& writer, Instant now) const;

 private:
  Membership& operator=(const Membership&) = default;
  void end_message(const NodeId& from, Instant now);
  void take_up(MemberRecord& record, const Incarnation& peer, Instant now);
  void forgive(Instant now);

  Options options_;
  Random random_;
  MembershipActions actions_;
  bool joined_;
  // Each refers to those before it.
  MemberTable table_;
  MemberViews views_{table_};
  PingNumbers numbers_;
  LocalHealth health_;
  Suspicions suspicions_;
  Overlay overlay_;
  DialSchedule dials_{options_, random_, table_, overlay_, actions_};
  Presence presence_{table_, actions_};
  Relays relays_{options_, table_, dials_, numbers_, actions_};
  LinkWatch links_{options_, table_, presence_, relays_, actions_};
  Probes probes_{random_, table_, links_, overlay_, numbers_, actions_};
  Reports reports_{options_, suspicions_, actions_};
  Dissemination dissemination_{options_, table_, links_, actions_};
  MemberLifecycle lifecycle_{table_,      presence_, links_,         dials_,
                             suspicions_, probes_,   dissemination_, reports_};
  FailureDetector detector_{options_, table_,  links_,     dials_,  suspicions_,
                            health_,  probes_, lifecycle_, reports_};
  Merger merger_{options_,   table_,         suspicions_, health_,
                 lifecycle_, dissemination_, reports_,    actions_};
};

}  // namespace noex

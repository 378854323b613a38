// MemberRecord: what is kept of one node that was ever heard of.
//
// Owned by MemberTable. One record serves all parts, so that each finds with one look-up what it
// keeps of the node; of each field it is said whose it is.
#pragma once

#include <cstdint>
#include <optional>

#include "noex/runtime/core/ids.h"
#include "noex/runtime/membership/control.h"
#include "noex/runtime/membership/member.h"
#include "noex/transport/base/bytes.h"
#include "noex/transport/base/time.h"
#include "noex/transport/node_id.h"

namespace noex {

// A record's place while it is there.
using MemberIndex = std::uint32_t;

struct MemberRecord {
  MemberIndex index = 0;
  TableEntry entry;  // boot 0: a seed of which nothing is known yet; MemberTable

  // --- In this boot ---
  // Presence:
  bool up = false;
  bool registry_known = false;  // the owner has its names; forgotten at node_down
  // LinkWatch, and until the boot ends:
  bool was_linked = false;
  // FailureDetector:
  bool missed = false;  // the link ended, and nobody has said since that it lives
  DownReason evidence = DownReason::heartbeat_timeout;  // of missed
  // Its address refused us and it was not dead: a refusal proves nothing until the next link.
  bool refused = false;
  // Merger: another said that it left, while its link stands, whose own word is waited for.
  struct SaidLeft {
    NodeId by;
    std::uint64_t version = 0;
    Instant at{};
  };
  std::optional<SaidLeft> said_left;
  // MemberLifecycle:
  bool said_leave = false;  // it left, and we have that from itself

  // --- Always ---
  // MemberTable, for it counts them:
  bool seed = false;
  bool wanted = false;  // should be linked
  bool tried = false;   // was up once, or could not be linked once, in this boot
  // LinkWatch:
  bool linked = false;
  bool probed = false;    // the link's silence has been asked about
  bool newcomer = false;  // it was not up when it was linked, and no heartbeat has come since
  bool untold = false;    // so it was; it may know of members that it has not told of yet
  Instant linked_at{};
  Instant heard_at{};
  std::optional<Instant> accused_at;  // when others' word was last passed on to it over this link
  // Dissemination:
  std::uint8_t differs = 0;  // heartbeats in a row with another hash than ours
  // DialSchedule:
  bool dialing = false;
  std::uint32_t attempts = 0;  // dials since a link stood for a while
  Instant next_dial{};
  // MemberLifecycle:
  Instant changed_at{};  // when its status did

  const NodeId& id() const { return entry.id; }
  Incarnation incarnation() const { return {entry.id, entry.boot}; }
  bool known() const { return entry.boot != 0; }
  bool is(MemberStatus status) const { return known() && entry.status == status; }
  bool lives() const { return is(MemberStatus::alive) || is(MemberStatus::suspect); }
  bool has_evidence() const { return missed || is(MemberStatus::suspect); }
  // Of one that has_evidence().
  DownReason first_evidence() const { return entry.reason.value_or(evidence); }
  // Whether it has still to be linked, or tried, before this node knows where it stands.
  bool is_untried() const { return !tried && (seed || wanted); }

  // Broken invariant: stops us.
  void check_invariants() const;
  // What decides of what happens to it, but for what belongs to its link and its dials.
  void digest(Writer& writer, Instant now) const;
};

}  // namespace noex

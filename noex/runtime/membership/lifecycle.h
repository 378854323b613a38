// MemberLifecycle: what a change of a member's status or boot brings with it.
//
// alive --no sign of life, directly or through others--> suspect --time over--> dead
//   ^                                                       |                    |
//   +-------------- a higher version, which only that node itself makes ---------+
//
// and from each to left, by its own word. Owns no state: it keeps the table, links, dials,
// suspicions, probes and what is told in step. Never judges evidence: FailureDetector does that for
// what this node sees itself, Merger for what others say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "noex/runtime/core/bound.h"
#include "noex/runtime/membership/dial_schedule.h"
#include "noex/runtime/membership/dissemination.h"
#include "noex/runtime/membership/link_watch.h"
#include "noex/runtime/membership/member_table.h"
#include "noex/runtime/membership/presence.h"
#include "noex/runtime/membership/probes.h"
#include "noex/runtime/membership/reports.h"
#include "noex/runtime/membership/suspicion.h"
#include "noex/transport/base/time.h"
#include "noex/transport/node_id.h"

namespace noex {

class MemberLifecycle {
 public:
  MemberLifecycle(MemberTable& table, Presence& presence, LinkWatch& links, DialSchedule& dials,
                  Suspicions& suspicions, Probes& probes, Dissemination& dissemination,
                  Reports& reports)
      : table_(table),
        presence_(presence),
        links_(links),
        dials_(dials),
        suspicions_(suspicions),
        probes_(probes),
        dissemination_(dissemination),
        reports_(reports) {}

  // --- Places ---
  // Where there is no room, whoever is of no more use than `least` gives its place up. nullptr:
  // nobody is.
  MemberRecord* find_or_add(const NodeId& id, MemberStatus least);
  void forget(MemberRecord& record);

  // --- By the word of others ---
  // Their entry takes the place of ours, which it beats. `source`: who said so.
  void adopt(MemberRecord& record, const TableEntry& entry, const NodeId& source,
             const std::optional<NodeId>& accuser, Instant now);
  // It says itself, over its own link, that it lives as `entry` has it: whatever others said before
  // is put right, be it that another boot was there, that it left, or a version it never had.
  void take_own_word(MemberRecord& record, const TableEntry& entry, Instant now);
  // One more accuses the suspect. `source`: as above; empty: this node itself.
  void confirm(MemberRecord& record, const NodeId& source, const NodeId& accuser, Instant now);
  // It said over its own link that it leaves.
  void leave(MemberRecord& record, Instant now);
  // Others say so. `source`: who; empty: it did, but not over a link.
  void mark_left(MemberRecord& record, Boot boot, std::uint64_t version, const NodeId& source,
                 Instant now);

  // --- By evidence of this node ---
  // `asked`: how many others were asked whether they hear it.
  void suspect(MemberRecord& record, DownReason evidence, std::size_t asked, Instant now);
  void mark_dead(MemberRecord& record, DownReason reason, Instant now);

 private:
  void put(MemberRecord& record, const TableEntry& entry, const NodeId& source,
           const std::optional<NodeId>& accuser, Instant now);
  void begin_suspicion(MemberRecord& record, const std::optional<NodeId>& accuser, Instant now);
  void end_boot(MemberRecord& record);

  Bound<MemberTable> table_;
  Bound<Presence> presence_;
  Bound<LinkWatch> links_;
  Bound<DialSchedule> dials_;
  Bound<Suspicions> suspicions_;
  Bound<Probes> probes_;
  Bound<Dissemination> dissemination_;
  Bound<Reports> reports_;
};

}  // namespace noex

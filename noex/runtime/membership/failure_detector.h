// FailureDetector: a link is silent or ended, a dial failed: others are asked, a suspect gets its
// time.
//
// A link says something about a way, a suspicion about a node: the first may end without the
// second. Who stood still itself doubts nobody. Owns the order of these steps and what counts as
// evidence; what follows for the member is MemberLifecycle's. Never hears what others say: Merger
// does. Source: "SWIM" and "Lifeguard".
#pragma once

#include <cstdint>

#include "noex/runtime/core/bound.h"
#include "noex/runtime/core/options.h"
#include "noex/runtime/membership/dial_schedule.h"
#include "noex/runtime/membership/lifecycle.h"
#include "noex/runtime/membership/link_watch.h"
#include "noex/runtime/membership/member_table.h"
#include "noex/runtime/membership/probes.h"
#include "noex/runtime/membership/reports.h"
#include "noex/runtime/membership/suspicion.h"
#include "noex/transport/base/time.h"
#include "noex/transport/node_id.h"

namespace noex {

class FailureDetector {
 public:
  FailureDetector(const Options& options, MemberTable& table, LinkWatch& links, DialSchedule& dials,
                  Suspicions& suspicions, LocalHealth& health, Probes& probes,
                  MemberLifecycle& lifecycle, Reports& reports)
      : options_(options),
        table_(table),
        links_(links),
        dials_(dials),
        suspicions_(suspicions),
        health_(health),
        probes_(probes),
        lifecycle_(lifecycle),
        reports_(reports) {}

  // --- Links and dials ---
  // The link ended, and nobody had said why.
  void on_link_closed(MemberRecord& record, Instant now);
  // ... because neither side needed it.
  void on_released(MemberRecord& record, Instant now);
  // Not for simultaneous ones: those say nothing.
  void on_dial_failed(MemberRecord& record, DialFailure failure, Instant now);
  // What this node asked others for.
  void on_pong(const NodeId& from, std::uint64_t number);

  // --- Time ---
  void check_silence(Instant now);
  void check_probes(Instant now);
  void check_suspects(Instant now);
  // This node itself stood still: its silence timers say nothing about the others, and neither does
  // the end of a dial that waited for it meanwhile.
  void forgive(Instant now);
  // After what may have changed them: how many others could accuse, and how well this node is.
  void set_conditions() { suspicions_->set_conditions(links_->standing().size(), *health_); }

 private:
  void lose_link(MemberRecord& record, DownReason evidence, Instant now);
  void miss(MemberRecord& record, DownReason evidence, Instant now);
  bool believe_left(MemberRecord& record, Instant now);
  void end_silent(MemberRecord& record, Instant now);
  void conclude(const Probes::Ended& ended, Instant now);
  void on_refused(MemberRecord& record, Instant now);
  void on_silent_dial(MemberRecord& record, Instant now);

  Bound<const Options> options_;
  Bound<MemberTable> table_;
  Bound<LinkWatch> links_;
  Bound<DialSchedule> dials_;
  Bound<Suspicions> suspicions_;
  Bound<LocalHealth> health_;
  Bound<Probes> probes_;
  Bound<MemberLifecycle> lifecycle_;
  Bound<Reports> reports_;
};

}  // namespace noex

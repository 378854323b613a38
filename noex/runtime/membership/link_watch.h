// LinkWatch: which links stand, and for how long each has been silent.
//
// Owns what belongs to a link and ends with it. Never carries one, and never concludes anything
// from silence: FailureDetector does.
#pragma once

#include <map>
#include <vector>

#include "noex/runtime/core/bound.h"
#include "noex/runtime/core/options.h"
#include "noex/runtime/membership/actions.h"
#include "noex/runtime/membership/lazy_due.h"
#include "noex/runtime/membership/member_table.h"
#include "noex/runtime/membership/presence.h"
#include "noex/runtime/membership/relays.h"
#include "noex/transport/base/time.h"
#include "noex/transport/node_id.h"

namespace noex {

class LinkWatch {
 public:
  LinkWatch(const Options& options, MemberTable& table, Presence& presence, Relays& relays,
            MembershipActions& actions)
      : options_(options), table_(table), presence_(presence), relays_(relays), actions_(actions) {}

  // In place of the one that stood, if any.
  void begin(MemberRecord& record, Instant now);
  // Its end is known, or close() makes it.
  void end(MemberRecord& record);
  void close(MemberRecord& record, bool silent);

  // A byte came over it. True: others had been asked about it.
  bool heard(const NodeId& id, Instant at);
  // All have been heard: the silence was our own.
  void forgive(Instant now);
  // Those to ask others about, or to close: by id.
  std::vector<NodeId> silent(Instant now) const;
  // When that link is closed if nothing comes.
  Instant silence_end(const MemberRecord& record) const {
    return record.heard_at + options_->suspicion_after;
  }
  Instant next_deadline() const;

  // In order of their ids.
  const std::map<NodeId, MemberIndex>& standing() const { return standing_; }

  void check_invariants() const;
  void digest(Writer& writer, const MemberRecord& record, Instant now) const;

 private:
  Instant due(const MemberRecord& record) const;

  Bound<const Options> options_;
  Bound<MemberTable> table_;
  Bound<Presence> presence_;
  Bound<Relays> relays_;
  Bound<MembershipActions> actions_;
  std::map<NodeId, MemberIndex> standing_;
  mutable LazyDue silence_;
};

}  // namespace noex

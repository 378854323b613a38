// Reports: what those who watch this node are told: each change of its table, and why.
//
// For logs, traces, stories and pages; nothing is ever decided by it. Owns how evidence becomes a
// Verdict; never the evidence.
#pragma once

#include <optional>

#include "noex/runtime/core/bound.h"
#include "noex/runtime/core/options.h"
#include "noex/runtime/membership/actions.h"
#include "noex/runtime/membership/member_table.h"
#include "noex/runtime/membership/suspicion.h"
#include "noex/runtime/membership/verdict.h"
#include "noex/transport/base/time.h"
#include "noex/transport/node_id.h"

namespace noex {

class Reports {
 public:
  Reports(const Options& options, const Suspicions& suspicions, MembershipActions& actions)
      : options_(options), suspicions_(suspicions), actions_(actions) {}

  // What is known of the member at this moment, to be completed and told.
  Verdict verdict(VerdictKind kind, const MemberRecord& record, Instant now) const;
  void tell(Verdict verdict) { actions_->emplace_back(TellVerdict{std::move(verdict)}); }
  // `entry` is about to take the place of the record's. `source`: who said so; empty: this node
  // found it out. A suspicion of its own it does not explain: who has it tells more.
  void change(const MemberRecord& record, const TableEntry& entry, const NodeId& source,
              const std::optional<NodeId>& accuser, Instant now);
  void change_of_self(const TableEntry& self) {
    actions_->emplace_back(TellChange{self, NodeId()});
  }
  // There is no room for that node. Said once, of the first.
  void table_full(const NodeId& id);
  // For the digest.
  bool told_full() const { return told_full_; }

 private:
  std::optional<VerdictKind> kind_of(const MemberRecord& record, const TableEntry& entry,
                                     const NodeId& source) const;

  Bound<const Options> options_;
  Bound<const Suspicions> suspicions_;
  Bound<MembershipActions> actions_;
  bool told_full_ = false;
};

}  // namespace noex

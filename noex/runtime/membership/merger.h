// Merger: how an entry of somebody's table changes ours: whose word goes before whose.
//
// First-hand evidence goes before rumour: who is linked is neither suspect nor dead because others
// say so, but is told of it, and answers for itself with a higher version; and so does this node.
// Never looks at links or time itself: FailureDetector does.
#pragma once

#include <optional>
#include <vector>

#include "noex/runtime/core/bound.h"
#include "noex/runtime/core/options.h"
#include "noex/runtime/membership/actions.h"
#include "noex/runtime/membership/dissemination.h"
#include "noex/runtime/membership/lifecycle.h"
#include "noex/runtime/membership/member_table.h"
#include "noex/runtime/membership/reports.h"
#include "noex/runtime/membership/suspicion.h"
#include "noex/transport/base/time.h"
#include "noex/transport/node_id.h"

namespace noex {

class Merger {
 public:
  Merger(const Options& options, MemberTable& table, Suspicions& suspicions, LocalHealth& health,
         MemberLifecycle& lifecycle, Dissemination& dissemination, Reports& reports,
         MembershipActions& actions)
      : options_(options),
        table_(table),
        suspicions_(suspicions),
        health_(health),
        lifecycle_(lifecycle),
        dissemination_(dissemination),
        reports_(reports),
        actions_(actions) {}

  // `source` says so; `accuser`: by whose evidence, of a suspect.
  void learn(const TableEntry& entry, const NodeId& source, const std::optional<NodeId>& accuser,
             Instant now);
  // After all that one message brought: `source` is told where it is wrong, if it is linked.
  void answer(const NodeId& source);
  // A peer knows this boot of our id.
  void on_own_boot_seen(Boot boot);
  // A higher boot of a node is not believed by hearsay: boots begin as readings of a clock.
  void believe_boots_until(Boot most) { boot_believed_max_ = most; }

  bool has_answers() const { return !answers_.empty(); }

 private:
  void learn_of_self(const TableEntry& entry, const NodeId& source, Instant now);
  void learn_of_linked(MemberRecord& record, const TableEntry& entry, const NodeId& source,
                       const std::optional<NodeId>& accuser, Instant now);
  void pass_on(MemberRecord& record, const TableEntry& entry, const NodeId& source,
               const std::optional<NodeId>& accuser, Instant now);
  void refute(std::uint64_t version, const TableEntry& accusation, const NodeId& source,
              Instant now);
  bool is_believable(const MemberRecord* record, const TableEntry& entry) const;
  MemberRecord* find_or_add(const TableEntry& entry);
  bool is_other(const std::optional<NodeId>& accuser) const {
    return accuser && *accuser != table_->self().id;
  }

  Bound<const Options> options_;
  Bound<MemberTable> table_;
  Bound<Suspicions> suspicions_;
  Bound<LocalHealth> health_;
  Bound<MemberLifecycle> lifecycle_;
  Bound<Dissemination> dissemination_;
  Bound<Reports> reports_;
  Bound<MembershipActions> actions_;
  std::vector<Rumour> answers_;  // Invariant: empty between messages
  Boot boot_believed_max_ = boot_max;
};

}  // namespace noex

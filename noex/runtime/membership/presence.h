// Presence: which members are up in the eyes of this node's owner, and which are still waited for.
//
// A node is up while it lives and the owner has its names. Owns the telling of both, and when a
// newcomer has told whom it knows: until then the cluster is not settled. Never decides who lives.
#pragma once

#include "noex/runtime/core/bound.h"
#include "noex/runtime/core/ids.h"
#include "noex/runtime/membership/actions.h"
#include "noex/runtime/membership/member.h"
#include "noex/runtime/membership/member_table.h"

namespace noex {

class Presence {
 public:
  Presence(MemberTable& table, MembershipActions& actions) : table_(table), actions_(actions) {}

  // The owner has the names of that node; over a link or through others.
  void on_registry_known(const Incarnation& peer);
  // Whom that node knows, this one knows too, or waits no more to be told.
  void on_told(MemberRecord& record);
  // Each says so once, if it is so and was not.
  void up(MemberRecord& record);
  void down(MemberRecord& record, DownReason reason);

 private:
  void forget_names_before(const Incarnation& peer);

  Bound<MemberTable> table_;
  Bound<MembershipActions> actions_;
};

}  // namespace noex

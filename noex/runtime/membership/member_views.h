// MemberViews: what others may ask of the table of members. Reads only.
#pragma once

#include <vector>

#include "noex/runtime/core/bound.h"
#include "noex/runtime/core/ids.h"
#include "noex/runtime/membership/control.h"
#include "noex/runtime/membership/member.h"
#include "noex/runtime/membership/member_table.h"
#include "noex/transport/node_id.h"

namespace noex {

// Whether a link to a node would be accepted.
struct Welcome {
  bool left = false;     // that boot said that it leaves
  bool too_low = false;  // a higher boot is known
  bool full = false;     // no room for another node
  bool linked = false;   // a link to the boot that is known stands

  bool ok() const { return !left && !too_low && !full; }
  // As ok(), for one that insists: it knows of the higher boot, and is the one that is there.
  bool ok_if_insists() const { return !left && !full && !(too_low && linked); }
};

class MemberViews {
 public:
  explicit MemberViews(const MemberTable& table) : table_(table) {}

  Welcome welcome(const Incarnation& peer) const;
  Boot known_boot(const NodeId& id) const;  // 0: none
  // The others of this name that are up or linked.
  std::vector<NodeId> living_namesakes(const NodeId& id) const;
  // The table for that node, in parts: but for the word that it left itself, which is hearsay while
  // it is linked.
  std::vector<Table> table_for(const NodeId& peer) const;
  // Those that are known and did not leave, by id, without self.
  std::vector<Member> members() const;
  // It lives as far as we know, and should be linked.
  bool is_wanted(const NodeId& id) const;
  // Alive or suspect, in that boot.
  bool lives(const Incarnation& node) const;

 private:
  Bound<const MemberTable> table_;
};

}  // namespace noex

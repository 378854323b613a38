// MembershipParts: the parts of a Membership, wired as it wires them, for tests of one at a time.
//
// Owns them and what a test does with nearly all: members that are there, actions that came out.
#pragma once

#include <variant>
#include <vector>

#include "tests/runtime/membership_scene.h"

namespace noex {

struct MembershipParts {
  explicit MembershipParts(const Options& set = {}) : options(set) {}

  Options options;
  Random random{1};
  MembershipActions actions;
  MemberTable table{Incarnation{self_id, 100}, options.members_max};
  MemberViews views{table};
  PingNumbers numbers;
  LocalHealth health{options.suspicion_after};
  Suspicions suspicions{options};
  Overlay overlay{self_id, options.mesh_max};
  DialSchedule dials{options, random, table, overlay, actions};
  Presence presence{table, actions};
  Relays relays{options, table, dials, numbers, actions};
  LinkWatch links{options, table, presence, relays, actions};
  Probes probes{random, table, links, overlay, numbers, actions};
  Reports reports{options, suspicions, actions};
  Dissemination dissemination{options, table, links, actions};
  MemberLifecycle lifecycle{table,      presence, links,         dials,
                            suspicions, probes,   dissemination, reports};
  FailureDetector detector{options, table,  links,     dials,  suspicions,
                           health,  probes, lifecycle, reports};
  Merger merger{options, table, suspicions, health, lifecycle, dissemination, reports, actions};
  Instant now{100s};

  // A member that others told of.
  MemberRecord& add(const TableEntry& entry) {
    MemberRecord& record = *table.add(entry.id);
    table.put(record, entry);
    dials.on_entry_changed(record, false, now);
    return record;
  }
  // ... and to which a link stands.
  MemberRecord& link(const TableEntry& entry) {
    MemberRecord& record = add(entry);
    links.begin(record, now);
    dials.review(record);
    return record;
  }
  MembershipActions take() { return std::exchange(actions, {}); }
  // Of one kind only.
  template <class Action>
  std::vector<Action> take() {
    std::vector<Action> found;
    for (const auto& action : take()) {
      if (const auto* one = std::get_if<Action>(&action)) found.push_back(*one);
    }
    return found;
  }
};

}  // namespace noex

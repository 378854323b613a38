// MembershipScene: one Membership without links or time, for its tests.
//
// Owns the core and a clock that only the test moves; plays the Cluster as far as it has to.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "noex/runtime/membership/membership.h"

namespace noex {

inline const NodeId self_id("self", "10.0.0.1", 1);
inline const NodeId ann("ann", "10.0.0.2", 1);
inline const NodeId bob("bob", "10.0.0.3", 1);
inline const std::vector<NodeId> nobody;
inline NodeId numbered(int number) {
  return NodeId("n", "10.0.1.1", static_cast<std::uint16_t>(number));
}

// A membership, a clock, and shorthands for what happens.
struct MembershipScene {
  explicit MembershipScene(std::vector<NodeId> seeds = {ann}, const Options& set = {})
      : options(set), core(Incarnation{self_id, 100}, seeds, options, Random(1)) {
    core.start(now);
  }
  Options options;
  Membership core;
  Instant now{};

  void told(const NodeId& from, const TableEntry& entry) {
    core.on_table(from, Table{{entry}}, now);
  }
  MemberStatus status(const NodeId& id) {
    for (const auto& part : core.table()) {
      for (const auto& entry : part.entries) {
        if (entry.id == id) return entry.status;
      }
    }
    ADD_FAILURE() << "unknown: " << id.text();
    return MemberStatus::left;
  }

  // The actions, without heartbeats and what is only told to those who watch.
  std::vector<MembershipAction> take() {
    core.check_invariants();
    auto actions = core.take_actions();
    std::erase_if(actions, [](const auto& action) {
      return std::holds_alternative<SendHeartbeat>(action) ||
             std::holds_alternative<TellChange>(action) ||
             std::holds_alternative<TellVerdict>(action);
    });
    return actions;
  }
  // Lets time pass as a loop would; who is in `alive` is heard all the time.
  std::vector<MembershipAction> pass(Duration time, const std::vector<NodeId>& alive = {}) {
    const Instant end = now + time;
    std::vector<MembershipAction> all;
    while (core.next_deadline() <= end) {
      now = std::max(now, core.next_deadline());
      for (const auto& id : alive) core.heard(id, now);
      core.on_time(now);
      for (auto& action : take()) all.push_back(action);
    }
    now = end;
    return all;
  }
  void up(const NodeId& id, Boot boot) {
    ASSERT_TRUE(core.on_linked(Incarnation{id, boot}, now));
    core.on_registry_known(Incarnation{id, boot});
    take();
  }
  // The link stood long enough to deserve a redial at once.
  void up_for_long(const NodeId& id, Boot boot) {
    up(id, boot);
    now += options.heartbeat_interval;
    core.heard(id, now);
    core.on_time(now);
    take();
  }
};

inline TableEntry alive(const NodeId& id, Boot boot, std::uint64_t version = 1) {
  return {id, boot, version, MemberStatus::alive, {}};
}
inline TableEntry suspect(const NodeId& id, Boot boot, std::uint64_t version = 1) {
  return {id, boot, version, MemberStatus::suspect, DownReason::heartbeat_timeout};
}
inline TableEntry dead(const NodeId& id, Boot boot, std::uint64_t version = 1) {
  return {id, boot, version, MemberStatus::dead, DownReason::heartbeat_timeout};
}
inline TableEntry left(const NodeId& id, Boot boot, std::uint64_t version = 1) {
  return {id, boot, version, MemberStatus::left, {}};
}

template <class... Actions>
std::vector<MembershipAction> list(Actions... actions) {
  return {MembershipAction(actions)...};
}

}  // namespace noex

// Verdict: what a node comes to think of another, or hears of it, and on what evidence; for people.
//
// Membership hands one out with each suspicion, accusation, confirmation, refutation and end.
// Plain data, with the one text of it: logs, traces, stories and pages all say the same. Nothing is
// ever decided by it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "noex/runtime/core/ids.h"
#include "noex/runtime/membership/member.h"
#include "noex/transport/base/time.h"

namespace noex {

enum class VerdictKind : std::uint8_t {
  joined,     // heard of for the first time, or in a higher boot
  suspected,  // by this node's own evidence
  accused,    // another suspects it, and is believed
  confirmed,  // one more accuses a suspect
  passed_on,  // another accuses it, and its link here stands: it is told, nobody is believed
  heard,      // it does not answer here, and others hear it
  refuted,    // it is alive again, with a higher version
  refutes,    // this node itself was accused
  dead,
  left,
};

struct Verdict {
  VerdictKind kind = VerdictKind::joined;
  Incarnation who;
  std::uint64_t version = 0;
  NodeId by;                         // who told it; empty: nobody, or the node itself
  std::optional<NodeId> accuser;     // by whose evidence, if not by that of `by`
  std::optional<DownReason> reason;  // the first evidence
  std::optional<Duration> silence;   // since the last byte over its last link
  std::int64_t missed = 0;           // heartbeats that should have come since
  std::optional<std::size_t> asked;  // others that were asked whether they hear it
  std::vector<NodeId> accusers{};    // all who suspect it by evidence of their own

  bool operator==(const Verdict&) const = default;
};

std::string_view name_of(VerdictKind kind);  // "suspected"
// One line, without the node that came to it:
// "suspects node2@h:4369 (heartbeat_timeout): last byte 3.0 s ago, 3 heartbeats missed; ..."
std::string describe(const Verdict& verdict);

}  // namespace noex

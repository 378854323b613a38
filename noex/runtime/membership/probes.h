// Probes: whether others still hear a node that this one does not.
//
// Owns the questions under way and their times, and whom to ask. One pong is proof of life,
// whatever the rest say. Never concludes anything: FailureDetector does. What others ask of this
// node is Relays'.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "noex/runtime/core/bound.h"
#include "noex/runtime/core/ids.h"
#include "noex/runtime/membership/actions.h"
#include "noex/runtime/membership/link_watch.h"
#include "noex/runtime/membership/member_table.h"
#include "noex/runtime/membership/overlay.h"
#include "noex/runtime/membership/relays.h"
#include "noex/transport/base/bytes.h"
#include "noex/transport/base/random.h"
#include "noex/transport/base/time.h"
#include "noex/transport/node_id.h"

namespace noex {

// Whom a probe asks, at most.
inline constexpr std::size_t probe_relays_max = 3;

class Probes {
 public:
  struct Ended {
    Incarnation target;
    bool alive = false;
    bool unanswered = false;  // somebody said nothing at all
    std::size_t asked = 0;    // how many were asked; for people
  };

  Probes(Random& random, const MemberTable& table, const LinkWatch& links, const Overlay& overlay,
         PingNumbers& numbers, MembershipActions& actions)
      : random_(random),
        table_(table),
        links_(links),
        overlay_(overlay),
        numbers_(numbers),
        actions_(actions) {}

  // Asks others; replaces a probe of the same target that is under way. False: there is nobody to
  // ask.
  bool start(const MemberRecord& target, Instant deadline);
  bool is_under_way(const NodeId& target) const { return probes_.contains(target); }
  // The target, at its first pong.
  std::optional<Incarnation> on_pong(const NodeId& from, std::uint64_t number);
  void on_nack(const NodeId& from, std::uint64_t number);
  // Ends it at once. Empty: there was none.
  std::optional<Ended> end(const NodeId& target);
  // Ends those whose time is over.
  std::vector<Ended> due(Instant now);
  void forget_all() { probes_.clear(); }
  // Max: none is under way.
  Instant next_deadline() const;
  void digest(Writer& writer, Instant now) const;

 private:
  struct Probe {
    Boot boot = 0;
    std::uint64_t number = 0;
    std::vector<NodeId> silent;  // those asked who have not answered
    bool alive = false;
    Instant deadline;
    std::size_t asked = 0;
  };

  std::vector<NodeId> choose_relays(const MemberRecord& target);

  Bound<Random> random_;
  Bound<const MemberTable> table_;
  Bound<const LinkWatch> links_;
  Bound<const Overlay> overlay_;
  Bound<PingNumbers> numbers_;
  Bound<MembershipActions> actions_;
  std::map<NodeId, Probe> probes_;  // by target
};

}  // namespace noex

// Relays: what others ask of this node: whether it hears somebody whom they do not.
//
// Owns the questions that are not answered yet. Each is answered once, with pong, or with nack when
// its time is over, so that who gets neither knows that its own ways are bad.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "noex/runtime/core/bound.h"
#include "noex/runtime/core/ids.h"
#include "noex/runtime/core/options.h"
#include "noex/runtime/membership/actions.h"
#include "noex/runtime/membership/control.h"
#include "noex/runtime/membership/dial_schedule.h"
#include "noex/runtime/membership/member_table.h"
#include "noex/transport/base/bytes.h"
#include "noex/transport/base/time.h"
#include "noex/transport/node_id.h"

namespace noex {

// Questions of others at the same time; further ones get nack at once.
inline constexpr std::size_t relays_max = 256;

// The numbers of one node's pings and ping requests.
class PingNumbers {
 public:
  std::uint64_t take() { return ++last_; }
  std::uint64_t last() const { return last_; }

 private:
  std::uint64_t last_ = 0;
};

class Relays {
 public:
  Relays(const Options& options, MemberTable& table, DialSchedule& dials, PingNumbers& numbers,
         MembershipActions& actions)
      : options_(options), table_(table), dials_(dials), numbers_(numbers), actions_(actions) {}

  void on_ping_request(const NodeId& from, const PingRequest& request, Instant now);
  // False: it answers no ping of ours.
  bool on_pong(const NodeId& from, std::uint64_t number);
  // A link to `peer` stands: as good as a pong.
  void on_linked(const Incarnation& peer);
  // Who asked is gone.
  void forget(const NodeId& from);
  void on_time(Instant now);
  // Max: nobody waits.
  Instant next_deadline() const;
  void digest(Writer& writer, Instant now) const;

 private:
  struct Relay {
    NodeId from;
    std::uint64_t number = 0;  // the asker's
    Incarnation target;
    std::uint64_t ping = 0;  // ours; 0: the target is not linked yet
    Instant deadline;
  };

  bool add(Relay relay);
  void answer(const Relay& relay, bool alive);

  Bound<const Options> options_;
  Bound<MemberTable> table_;
  Bound<DialSchedule> dials_;
  Bound<PingNumbers> numbers_;
  Bound<MembershipActions> actions_;
  std::vector<Relay> relays_;  // the oldest first, hence by deadline
};

}  // namespace noex

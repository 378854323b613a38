// Delivery: what peers send to processes of this node, from bytes to mailboxes: casts, calls,
// exits.
//
// Malformed bytes end the link they came over, unless they are a client's, for whom the peer only
// passed them on; a receiver that is gone, full or of another build is no fault of the link. Keeps
// nothing.
#pragma once

#include "noex/runtime/process/processes.h"
#include "noex/runtime/remote/links.h"
#include "noex/runtime/remote/refused_casts.h"
#include "noex/transport/loop.h"

namespace noex {

// How many receivers one multicast may name, which is as many copies of its body.
std::size_t multicast_receivers_max(std::size_t body_bytes);
// The work that one to so many receivers is, as Link::charge() counts it.
std::size_t multicast_work(std::size_t receivers, std::size_t body_bytes);

// A peer's idea of a deadline is cut to this, so that sums of times can't overflow.
inline constexpr Duration remaining_max = 24h;

class Delivery {
 public:
  // All of them outlive it. `sender`: of the references that arrive.
  Delivery(Loop& loop, Log& log, Processes& processes, Answers& answers,
           RefusedCasts& refused_casts, Sender& sender)
      : loop_(loop),
        log_(log),
        processes_(processes),
        answers_(answers),
        refused_casts_(refused_casts),
        sender_(sender) {}

  // --- Messages of peers; false: malformed ---
  [[nodiscard]] bool on_cast(Link& link, const wire::Cast& cast, ByteView body);
  [[nodiscard]] bool on_multicast(Link& link, const wire::Multicast& cast, ByteView body);
  [[nodiscard]] bool on_call(Link& link, const wire::Call& call, ByteView body);
  void on_cancel(Link& link, const wire::Cancel& cancel);
  void on_exit(Link& link, wire::Exit& exit);
  void on_exit_by(Link& link, wire::ExitBy& exit);

  // What the process gets of those bytes, for a guest as they are. Errors: noproc,
  // incompatible_type, malformed.
  Result<Envelope> envelope_of(ProcessId to, TypeId type, ByteView body, bool is_call);

 private:
  bool deliver(Link& link, ProcessId to, TypeId type, ByteView body);

  Loop& loop_;
  Log& log_;
  Processes& processes_;
  Answers& answers_;
  RefusedCasts& refused_casts_;
  Sender& sender_;
};

}  // namespace noex

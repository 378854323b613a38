// Router: from a reference to a mailbox of this node, or into the link to its node.
//
// Builds the bytes of what leaves; what arrives is the Inbox's. Keeps nothing: calls that wait are
// in Calls, what waits for room is in Flow.
#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "noex/runtime/core/options.h"
#include "noex/runtime/process/processes.h"
#include "noex/runtime/remote/calls.h"
#include "noex/runtime/remote/flow.h"
#include "noex/runtime/remote/links.h"
#include "noex/runtime/remote/refused_casts.h"
#include "noex/transport/loop.h"

namespace noex {

class Router {
 public:
  // All of them outlive it.
  Router(Incarnation self, const Options& options, Loop& loop, Links& links, Flow& flow,
         Calls& calls, Processes& processes, RefusedCasts& refused_casts)
      : self_(std::move(self)),
        options_(options),
        loop_(loop),
        links_(links),
        flow_(flow),
        calls_(calls),
        processes_(processes),
        refused_casts_(refused_casts) {}

  Result<void> cast(const Ref& to, TypeId type, Outgoing& message);
  Result<void> start_call(const Ref& to, TypeId type, Outgoing& message, Duration timeout,
                          PendingCall& call);
  // False: it is sent. True: it waits for room.
  Result<bool> start_cast(const Ref& to, TypeId type, Outgoing& message, Duration timeout,
                          PendingCast& cast);
  // Gives the targets for whom it was refused.
  std::vector<Ref> multicast(std::span<const Ref> targets, TypeId type, Outgoing& message);
  // `from`: the process that asks for it; Ref(): none.
  void exit(const Ref& process, ExitReason reason, const Ref& from = Ref());
  // A call that nobody waits for any more.
  void cancel(const Calls::Target& call);

 private:
  // A call on its way out: what its header says but for the time that is left.
  struct Leaving {
    ProcessId to = 0;
    TypeId type = 0;
    Instant deadline;
  };

  template <class Encode>
  Result<void> send_cast(Link& link, ProcessId to, TypeId type, Encode&& encode_body);
  template <class Encode>
  Result<void> send_call(Link& link, CallId call, const Leaving& leaving, Encode&& encode_body);
  void send_when_ready(Link& link, const Leaving& leaving, PendingCall& call);
  // `message` boxes itself for a process, and encodes itself for a guest.
  Result<void> deliver_local(ProcessId to, TypeId type, Outgoing& message, const ReplyTo& reply_to,
                             Instant deadline);
  Result<void> multicast_remote(std::span<const Ref> to, Link& link, TypeId type,
                                const Bytes& body);

  const Incarnation self_;
  const Options& options_;
  Loop& loop_;
  Links& links_;
  Flow& flow_;
  Calls& calls_;
  Processes& processes_;
  RefusedCasts& refused_casts_;
};

}  // namespace noex

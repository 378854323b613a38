// Relay: messages of clients, whose types this node need not know, on their way to processes of
// this node or of others, and back.
//
// A client's bytes must cost nobody but that client its connection. What is for a process here is
// decoded here, and malformed bytes are told to who relays. What is for another node is marked as
// relayed, in ways that mean nothing else to a node that knows no clients (docs/WIRE.md,
// "Clients"): then wrong bytes say nothing about this node, and its link stands. Keeps nothing.
#pragma once

#include <span>
#include <utility>

#include "noex/runtime/process/processes.h"
#include "noex/runtime/remote/calls.h"
#include "noex/runtime/remote/delivery.h"
#include "noex/runtime/remote/links.h"
#include "noex/runtime/remote/replies.h"
#include "noex/runtime/remote/router.h"
#include "noex/transport/loop.h"

namespace noex {

class Relay {
 public:
  // All of them outlive it. `sender`: of the references that arrive.
  Relay(Incarnation self, Loop& loop, Log& log, Links& links, Calls& calls, Processes& processes,
        Delivery& delivery, Replies& replies, Router& router, Sender& sender)
      : self_(std::move(self)),
        loop_(loop),
        log_(log),
        links_(links),
        calls_(calls),
        processes_(processes),
        delivery_(delivery),
        replies_(replies),
        router_(router),
        sender_(sender) {}

  // False: malformed. A cast that cannot be sent is lost, as one over a link that ends.
  [[nodiscard]] bool cast(const Incarnation& node, std::span<const ProcessId> to, TypeId type,
                          ByteView body);
  // As Router::start_call(). Errors besides: malformed. `body` is what `call` encodes.
  Result<void> call(const Ref& to, TypeId type, ByteView body, Duration timeout, PendingCall& call);
  // A malformed one is told to its caller as lost.
  void reply(const ReplyTo& to, ByteView body);

 private:
  bool deliver(ProcessId to, TypeId type, ByteView body);

  const Incarnation self_;
  Loop& loop_;
  Log& log_;
  Links& links_;
  Calls& calls_;
  Processes& processes_;
  Delivery& delivery_;
  Replies& replies_;
  Router& router_;
  Sender& sender_;
};

}  // namespace noex

// Router: from a reference to a mailbox, on this node or through a link, and back.
//
// Owns the data messages' bytes: builds those that leave, takes apart those that arrive, and hands
// each to the part of the runtime that it is for. Keeps no state of its own about peers but what
// they were told of casts that nobody takes.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "noex/runtime/cluster/cluster.h"
#include "noex/runtime/names/name_service.h"
#include "noex/runtime/process/behavior.h"
#include "noex/runtime/process/processes.h"
#include "noex/runtime/remote/calls.h"
#include "noex/runtime/remote/flow.h"
#include "noex/runtime/remote/links.h"
#include "noex/runtime/remote/monitors.h"
#include "noex/runtime/remote/process_links.h"
#include "noex/runtime/remote/refused_casts.h"
#include "noex/runtime/remote/spawner.h"

namespace noex {

// The parts between which a router routes; all outlive it.
struct RouterParts {
  Incarnation self;
  const Options& options;
  Loop& loop;
  Log& log;
  Sender& sender;
  const Behaviors& behaviors;
  Cluster& cluster;
  Links& links;
  Flow& flow;
  Calls& calls;
  Processes& processes;
  Monitors& monitors;
  ProcessLinks& process_links;
  NameService& names;
  Spawner& spawner;
};

class Router {
 public:
  explicit Router(RouterParts parts)
      : parts_(std::move(parts)), refused_casts_(parts_.loop, parts_.log, parts_.links) {}

  // --- Messages that leave ---
  Result<void> cast(const Ref& to, TypeId type, Outgoing& message);
  Result<void> start_call(const Ref& to, TypeId type, Outgoing& message, Duration timeout,
                          PendingCall& call);
  // False: it is sent. True: it waits for room.
  Result<bool> start_cast(const Ref& to, TypeId type, Outgoing& message, Duration timeout,
                          PendingCast& cast);
  // Gives the targets for whom it was refused.
  std::vector<Ref> multicast(std::span<const Ref> targets, TypeId type, Outgoing& message,
                             const std::function<std::unique_ptr<Payload>()>& copy);
  // `from`: the process that asks for it; Ref(): none.
  void exit(const Ref& process, ExitReason reason, const Ref& from = Ref());
  // A call that nobody waits for any more.
  void cancel(const Calls::Target& call);
  void reply(const ReplyTo& to, void* result, Outgoing* value, const Error* error);
  void reply_error(const ReplyTo& to, Error error);
  // Over that very link, if it still is.
  void send_registry(LinkSerial link, ByteView message);
  // Opens a link to exactly that process's incarnation, unless one is there; or says why it can't.
  Result<Link*> open_link(const Ref& to);

  // --- Messages that arrive ---
  // False: malformed.
  [[nodiscard]] bool on_message(Link& link, ByteView message);
  void on_link_down(LinkSerial link) { refused_casts_.on_link_down(link); }

 private:
  ErrorCode why_unreachable(const Ref& to) const;
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
  Result<void> deliver_local(ProcessId to, TypeId type, std::unique_ptr<Payload> message,
                             const ReplyTo& reply_to, Instant deadline);
  Result<void> multicast_remote(std::span<const Ref> to, Link& link, TypeId type,
                                const Bytes& body);

  bool on_registry(Link& link, Decoder& bytes);
  bool on_cast(Link& link, Decoder& bytes);
  bool on_multicast(Link& link, Decoder& bytes);
  bool deliver_body(Link& link, ProcessId to, TypeId type, ByteView body);
  bool on_call(Link& link, Decoder& bytes);
  bool on_reply(Link& link, Decoder& bytes);
  bool on_reply_error(Link& link, Decoder& bytes);
  bool on_spawn(Link& link, Decoder& bytes);
  bool on_spawn_reply(Link& link, Decoder& bytes);
  bool on_monitor(Link& link, Decoder& bytes);
  bool on_process_link(Link& link, Decoder& bytes);
  bool on_exit_by(Link& link, Decoder& bytes);
  // Decodes the fields, which must be all there is, and hands them on.
  template <class Fields, class Take>
  bool take(Decoder& bytes, Take&& take_fields);

  RouterParts parts_;
  RefusedCasts refused_casts_;
};

}  // namespace noex

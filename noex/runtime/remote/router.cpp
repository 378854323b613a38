#include "noex/runtime/remote/router.h"

#include <algorithm>
#include <map>
#include <utility>

#include "noex/transport/base/text.h"

namespace noex {

namespace {

// A peer's idea of a deadline is cut to this, so that sums of times can't overflow.
constexpr Duration remaining_max = 24h;

// Each receiver of a multicast gets a copy: what one message brings is bounded (docs/WIRE.md), so
// that a few bytes for each receiver do not cost a megabyte each.
constexpr std::size_t multicast_copies_bytes_max = 1024 * 1024;
constexpr std::size_t copy_overhead_bytes = 64;
constexpr std::size_t bytes_of_work = 1024;

std::size_t receivers_max(std::size_t body_bytes) {
  return std::max<std::size_t>(1, multicast_copies_bytes_max / (body_bytes + copy_overhead_bytes));
}

}  // namespace

Result<Link*> Router::open_link(const Ref& to) {
  if (Link* link = parts_.links.open(to.node(), to.boot())) return link;
  return fail(why_unreachable(to));
}

ErrorCode Router::why_unreachable(const Ref& to) const {
  const Boot up = parts_.cluster.up_boot(to.node());
  const bool other_boot = to.node() == parts_.self.id || (up != 0 && up != to.boot()) ||
                          parts_.cluster.find(to.node()) != nullptr;
  return other_boot ? ErrorCode::stale_process : ErrorCode::unreachable;
}

Result<void> Router::deliver_local(ProcessId to, TypeId type, std::unique_ptr<Payload> message,
                                   const ReplyTo& reply_to, Instant deadline) {
  const Behavior* behavior = parts_.processes.behavior(to);
  if (behavior == nullptr) return fail(ErrorCode::noproc);
  Envelope envelope;
  envelope.handler = behavior->find(type);
  if (envelope.handler == nullptr) return fail(ErrorCode::incompatible_type);
  envelope.payload = std::move(message);
  envelope.reply_to = reply_to;
  envelope.deadline = deadline;
  return parts_.processes.deliver(to, std::move(envelope));
}

template <class Encode>
Result<void> Router::send_cast(Link& link, ProcessId to, TypeId type, Encode&& encode_body) {
  Bytes& bytes = parts_.links.begin(MessageKind::cast);
  Writer writer(bytes);
  encode(writer, wire::Cast{to, type});
  encode_body(writer);
  return link.send(bytes);
}

Result<void> Router::cast(const Ref& to, TypeId type, Outgoing& message) {
  if (to.lives_on(parts_.self)) {
    return deliver_local(to.process(), type, message.box(), ReplyTo{}, Instant::max());
  }
  const Result<Link*> link = open_link(to);
  if (!link) return std::unexpected(link.error());
  refused_casts_.note_sent(type, message);
  return send_cast(**link, to.process(), type,
                   [&message](Writer& writer) { message.encode_to(writer); });
}

Result<bool> Router::start_cast(const Ref& to, TypeId type, Outgoing& message, Duration timeout,
                                PendingCast& cast) {
  const Result<Link*> link = to.lives_on(parts_.self) ? Result<Link*>(nullptr) : open_link(to);
  if (!link) return std::unexpected(link.error());
  if (*link == nullptr || !parts_.flow.must_wait(**link)) {
    if (Result<void> sent = this->cast(to, type, message); !sent) {
      return std::unexpected(std::move(sent.error()));
    }
    return false;
  }
  refused_casts_.note_sent(type, message);
  if (timeout <= Duration::zero()) timeout = parts_.options.call_timeout;
  cast.waiting = parts_.processes.waiting(cast.waiting.handle);
  cast.link = (*link)->serial();
  const auto go = [this, &cast, process = to.process(), type](Result<Link*> room) {
    cast.ticket = 0;
    cast.complete(
        room ? send_cast(**room, process, type, [&cast](Writer& writer) { cast.encode_to(writer); })
             : Result<void>(std::unexpected(room.error())));
    parts_.processes.wake(cast.waiting);
  };
  cast.ticket = parts_.flow.wait(**link, parts_.loop.now() + timeout, go);
  return true;
}

template <class Encode>
Result<void> Router::send_call(Link& link, CallId call, const Leaving& leaving,
                               Encode&& encode_body) {
  Bytes& bytes = parts_.links.begin(MessageKind::call);
  Writer writer(bytes);
  const Duration remaining = leaving.deadline - parts_.loop.now();
  encode(writer, wire::Call{call, leaving.to, leaving.type, remaining});
  encode_body(writer);
  return link.send(bytes);
}

Result<void> Router::start_call(const Ref& to, TypeId type, Outgoing& message, Duration timeout,
                                PendingCall& call) {
  if (timeout <= Duration::zero()) timeout = parts_.options.call_timeout;
  const Leaving leaving{to.process(), type, parts_.loop.now() + timeout};
  if (to.lives_on(parts_.self)) {
    if (parts_.processes.is_handling(to.process())) {
      return fail(ErrorCode::invalid_argument,
                  "a process calls itself while it handles a message, and would wait for ever: "
                  "call the function, cast, or ask from a task (spawn_task)");
    }
    if (Result<void> started = parts_.calls.start(call, to, LinkSerial(), timeout); !started)
      return started;
    Result<void> delivered =
        deliver_local(to.process(), type, message.box(), ReplyTo{call.id, {}}, leaving.deadline);
    if (!delivered) parts_.calls.abandon(call, delivered.error().code);
    return delivered;
  }
  const Result<Link*> link = open_link(to);
  if (!link) return std::unexpected(link.error());
  if (Result<void> started = parts_.calls.start(call, to, (*link)->serial(), timeout); !started) {
    return started;
  }
  if (parts_.flow.must_wait(**link)) {
    send_when_ready(**link, leaving, call);
    return {};
  }
  Result<void> sent = send_call(**link, call.id, leaving,
                                [&message](Writer& writer) { message.encode_to(writer); });
  if (!sent) parts_.calls.abandon(call, sent.error().code);
  return sent;
}

// Its deadline and the end of the link are known to the calls, which take it back from the line.
void Router::send_when_ready(Link& link, const Leaving& leaving, PendingCall& call) {
  const auto go = [this, leaving, &call](Result<Link*> room) {
    if (!room) return;
    parts_.calls.set_waiting(call, 0);
    if (leaving.deadline <= parts_.loop.now()) return;  // its timer is due in this turn
    const Result<void> sent =
        send_call(**room, call.id, leaving, [&call](Writer& writer) { call.encode_to(writer); });
    if (!sent) parts_.calls.on_error(call.id, (*room)->serial(), sent.error());
  };
  parts_.calls.set_waiting(call, parts_.flow.wait(link, Instant::max(), go));
}

std::vector<Ref> Router::multicast(std::span<const Ref> targets, TypeId type, Outgoing& message,
                                   const std::function<std::unique_ptr<Payload>()>& copy) {
  std::vector<Ref> refused;
  std::map<Incarnation, std::vector<Ref>> remote;  // ordered, so that every run sends alike
  for (const Ref& target : targets) {
    if (!target.lives_on(parts_.self)) {
      remote[target.incarnation()].push_back(target);
    } else if (!deliver_local(target.process(), type, copy(), ReplyTo{}, Instant::max())) {
      refused.push_back(target);
    }
  }
  if (remote.empty()) return refused;
  refused_casts_.note_sent(type, message);
  Bytes body;
  Writer writer(body);
  message.encode_to(writer);
  for (auto& [node, refs] : remote) {
    const std::size_t most = receivers_max(body.size());
    Link* link = parts_.links.open(node.id, node.boot);
    for (std::span<const Ref> rest = refs; !rest.empty();) {
      const std::span<const Ref> part = rest.first(std::min(most, rest.size()));
      rest = rest.subspan(part.size());
      if (link != nullptr && multicast_remote(part, *link, type, body)) continue;
      refused.insert(refused.end(), part.begin(), part.end());
    }
  }
  return refused;
}

Result<void> Router::multicast_remote(std::span<const Ref> to, Link& link, TypeId type,
                                      const Bytes& body) {
  wire::Multicast fields{{}, type};
  fields.to.reserve(to.size());
  for (const Ref& ref : to) fields.to.push_back(ref.process());
  Bytes& bytes = parts_.links.begin(MessageKind::multicast);
  Writer writer(bytes);
  encode(writer, fields);
  writer.raw(body);
  return link.send(bytes);
}

void Router::exit(const Ref& process, ExitReason reason, const Ref& from) {
  if (process.lives_on(parts_.self)) {
    parts_.processes.exit_signal(process.process(), Exit{from, std::move(reason)},
                                 ExitCause::request);
    return;
  }
  const Result<Link*> link = open_link(process);
  if (!link) return;
  const LinkSerial serial = (*link)->serial();
  if (from.empty()) {
    parts_.links.signal(serial, wire::Exit{process.process(), std::move(reason)});
  } else {
    parts_.links.signal(serial, wire::ExitBy{from.process(), process.process(), std::move(reason)});
  }
}

void Router::cancel(const Calls::Target& call) {
  if (!call.sent) return;
  if (!call.link) {
    parts_.processes.discard_call(call.process, ReplyTo{call.call, {}});
  } else {
    parts_.links.signal(call.link, wire::Cancel{call.call, call.process});
  }
}

void Router::reply(const ReplyTo& to, void* result, Outgoing* value, const Error* error) {
  if (!to.link) {
    parts_.calls.on_value(to.call, result);
    return;
  }
  if (error != nullptr) {
    reply_error(to, *error);
    return;
  }
  Link* link = parts_.links.find(to.link);
  if (link == nullptr) return;
  Bytes& bytes = parts_.links.begin(MessageKind::reply);
  Writer writer(bytes);
  encode(writer, wire::Reply{to.call});
  value->encode_to(writer);
  if (bytes.size() > parts_.options.message_bytes_max) {
    reply_error(to, Error{ErrorCode::reply_lost, "the answer is too large"});
    return;
  }
  link->send_signal(bytes);
}

void Router::reply_error(const ReplyTo& to, Error error) {
  if (!to.link) {
    parts_.calls.on_error(to.call, LinkSerial(), std::move(error));
  } else {
    parts_.links.signal(
        to.link, wire::ReplyError{to.call, error.code,
                                  shortened(std::move(error.detail), wire::detail_bytes_max)});
  }
}

void Router::send_registry(LinkSerial serial, ByteView message) {
  Link* link = parts_.links.find(serial);
  if (link == nullptr) return;
  Bytes& bytes = parts_.links.begin(MessageKind::registry);
  bytes.append(message);
  link->send_signal(bytes);
}

template <class Fields, class Take>
bool Router::take(Decoder& bytes, Take&& take_fields) {
  Fields fields;
  decode(bytes, fields);
  if (!bytes.complete()) return false;
  take_fields(fields);
  return true;
}

bool Router::on_message(Link& link, ByteView message) {
  Decoder bytes(message, &parts_.sender);
  Monitors& monitors = parts_.monitors;
  Spawner& spawner = parts_.spawner;
  ProcessLinks& links = parts_.process_links;
  switch (static_cast<MessageKind>(bytes.u8())) {
    case MessageKind::registry:
      return on_registry(link, bytes);
    case MessageKind::cast:
      return on_cast(link, bytes);
    case MessageKind::multicast:
      return on_multicast(link, bytes);
    case MessageKind::call:
      return on_call(link, bytes);
    case MessageKind::reply:
      return on_reply(link, bytes);
    case MessageKind::reply_error:
      return on_reply_error(link, bytes);
    case MessageKind::monitor:
      return on_monitor(link, bytes);
    case MessageKind::demonitor:
      return take<wire::Demonitor>(bytes,
                                   [&](auto& fields) { monitors.on_demonitor(link, fields); });
    case MessageKind::down:
      return take<wire::MonitorDown>(bytes, [&](auto& fields) { monitors.on_down(link, fields); });
    case MessageKind::overflow:
      return take<wire::MonitorOverflow>(bytes,
                                         [&](auto& fields) { monitors.on_overflow(link, fields); });
    case MessageKind::exit:
      return take<wire::Exit>(bytes, [&](auto& fields) {
        parts_.processes.exit_signal(fields.process, Exit{Ref(), std::move(fields.reason)},
                                     ExitCause::request);
      });
    case MessageKind::spawn:
      return on_spawn(link, bytes);
    case MessageKind::spawn_reply:
      return on_spawn_reply(link, bytes);
    case MessageKind::spawn_confirm:
      return take<wire::SpawnConfirm>(bytes,
                                      [&](auto& fields) { spawner.on_confirm(link, fields); });
    case MessageKind::spawn_cancel:
      return take<wire::SpawnCancel>(bytes, [&](auto& fields) { spawner.on_cancel(link, fields); });
    case MessageKind::process_link:
      return on_process_link(link, bytes);
    case MessageKind::process_unlink:
      return take<wire::ProcessUnlink>(bytes, [&](auto& fields) { links.on_unlink(link, fields); });
    case MessageKind::process_link_exit:
      return take<wire::ProcessLinkExit>(bytes, [&](auto& fields) { links.on_exit(link, fields); });
    case MessageKind::cancel:
      return take<wire::Cancel>(bytes, [&](auto& fields) {
        parts_.processes.discard_call(fields.to, ReplyTo{fields.call, link.serial()});
      });
    case MessageKind::exit_by:
      return on_exit_by(link, bytes);
  }
  return false;
}

bool Router::on_registry(Link& link, Decoder& bytes) {
  return parts_.names.on_message(link.serial(), bytes.rest());
}

bool Router::on_cast(Link& link, Decoder& bytes) {
  wire::Cast fields;
  decode(bytes, fields);
  return !bytes.failed() && deliver_body(link, fields.to, fields.type, bytes.rest());
}

bool Router::on_multicast(Link& link, Decoder& bytes) {
  wire::Multicast fields;
  decode(bytes, fields);
  const std::size_t body_bytes = bytes.rest().size();
  if (bytes.failed() || fields.to.size() > receivers_max(body_bytes)) return false;
  link.charge(fields.to.size() * (1 + body_bytes / bytes_of_work));
  return std::ranges::all_of(
      fields.to, [&](ProcessId to) { return deliver_body(link, to, fields.type, bytes.rest()); });
}

// A cast's receiver that is gone, full or of another build is no fault of the link.
bool Router::deliver_body(Link& link, ProcessId to, TypeId type, ByteView body) {
  const Behavior* behavior = parts_.processes.behavior(to);
  if (behavior == nullptr) return true;
  Envelope envelope;
  envelope.handler = behavior->find(type);
  if (envelope.handler == nullptr || envelope.handler->is_call) {
    refused_casts_.tell(link, wire::CastRefused{to, type, {}}, *behavior);
    return true;
  }
  Decoder bytes(body, &parts_.sender);
  Decoded decoded = envelope.handler->decode(bytes);
  if (decoded.incompatible) {
    refused_casts_.tell(link, wire::CastRefused{to, type, {}}, *behavior);
    return true;
  }
  if (decoded.payload == nullptr) return false;
  envelope.payload = std::move(decoded.payload);
  envelope.bytes = body.size();
  envelope.source = link.shared_peer();
  (void)parts_.processes.deliver(to, std::move(envelope));  // refused: counted and told there
  return true;
}

bool Router::on_call(Link& link, Decoder& bytes) {
  wire::Call fields;
  decode(bytes, fields);
  if (bytes.failed() || fields.call == 0) return false;
  const ReplyTo reply_to{fields.call, link.serial()};
  const Behavior* behavior = parts_.processes.behavior(fields.to);
  const Handler* handler = behavior != nullptr ? behavior->find(fields.type) : nullptr;
  if (handler == nullptr || !handler->is_call) {
    reply_error(reply_to,
                Error{behavior == nullptr ? ErrorCode::noproc : ErrorCode::incompatible_type, {}});
    return true;
  }
  Decoder body(bytes.rest(), &parts_.sender);
  Envelope envelope;
  envelope.handler = handler;
  Decoded decoded = handler->decode(body);
  if (decoded.incompatible) {
    reply_error(reply_to, Error{ErrorCode::incompatible_type, {}});
    return true;
  }
  if (decoded.payload == nullptr) return false;
  envelope.payload = std::move(decoded.payload);
  envelope.bytes = bytes.rest().size();
  envelope.source = link.shared_peer();
  envelope.reply_to = reply_to;
  envelope.deadline =
      parts_.loop.now() + std::clamp(fields.remaining, Duration::zero(), Duration(remaining_max));
  const Result<void> delivered = parts_.processes.deliver(fields.to, std::move(envelope));
  if (!delivered) reply_error(reply_to, delivered.error());
  return true;
}

bool Router::on_reply(Link& link, Decoder& bytes) {
  wire::Reply fields;
  decode(bytes, fields);
  if (bytes.failed()) return false;
  Decoder body(bytes.rest(), &parts_.sender);
  return parts_.calls.on_reply(fields.call, link.serial(), body);
}

bool Router::on_reply_error(Link& link, Decoder& bytes) {
  wire::ReplyError fields;
  decode(bytes, fields);
  const bool is_error =
      fields.code != ErrorCode::ok && fields.detail.size() <= wire::detail_bytes_max;
  if (!bytes.complete() || !is_error) return false;
  if (fields.call == 0 && fields.code == ErrorCode::incompatible_type) {
    return refused_casts_.on_told(link, fields.detail);
  }
  parts_.calls.on_reply_error(fields.call, link.serial(),
                              Error{fields.code, std::move(fields.detail)});
  return true;
}

bool Router::on_monitor(Link& link, Decoder& bytes) {
  wire::Monitor fields;
  decode(bytes, fields);
  return bytes.complete() && parts_.monitors.on_monitor(link, fields);
}

bool Router::on_process_link(Link& link, Decoder& bytes) {
  wire::ProcessLink fields;
  decode(bytes, fields);
  return bytes.complete() && parts_.process_links.on_link(link, fields);
}

bool Router::on_exit_by(Link& link, Decoder& bytes) {
  const Incarnation& peer = link.peer();
  return take<wire::ExitBy>(bytes, [&](wire::ExitBy& fields) {
    Ref from(peer.id, peer.boot, fields.from, &parts_.sender);
    parts_.processes.exit_signal(fields.to, Exit{std::move(from), std::move(fields.reason)},
                                 ExitCause::request);
  });
}

bool Router::on_spawn(Link& link, Decoder& bytes) {
  wire::Spawn fields;
  decode(bytes, fields);
  if (bytes.failed()) return false;
  Decoder arguments(bytes.rest(), &parts_.sender);
  return parts_.spawner.on_spawn(link, fields, parts_.behaviors.make(fields.behavior, arguments));
}

bool Router::on_spawn_reply(Link& link, Decoder& bytes) {
  wire::SpawnReply fields;
  decode(bytes, fields);
  const bool names_process = (fields.code == ErrorCode::ok) == (fields.process != 0);
  if (!bytes.complete() || !names_process || fields.detail.size() > wire::detail_bytes_max) {
    return false;
  }
  parts_.spawner.on_reply(link, fields);
  return true;
}

}  // namespace noex

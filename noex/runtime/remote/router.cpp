#include "noex/runtime/remote/router.h"

#include <algorithm>
#include <map>
#include <utility>

#include "noex/runtime/process/guests.h"
#include "noex/runtime/remote/delivery.h"

namespace noex {

Result<void> Router::deliver_local(ProcessId to, TypeId type, Outgoing& message,
                                   const ReplyTo& reply_to, Instant deadline) {
  const Behavior* behavior = processes_.behavior(to);
  if (behavior == nullptr) return fail(ErrorCode::noproc);
  Envelope envelope;
  if (behavior->of_guest) {
    Bytes body;
    Writer writer(body);
    message.encode_to(writer);
    envelope.payload = std::make_unique<GuestMessage>(type, body);
  } else {
    envelope.handler = behavior->find(type);
    if (envelope.handler == nullptr) return fail(ErrorCode::incompatible_type);
    envelope.payload = message.box();
  }
  envelope.reply_to = reply_to;
  envelope.deadline = deadline;
  return processes_.deliver(to, std::move(envelope));
}

template <class Encode>
Result<void> Router::send_cast(Link& link, ProcessId to, TypeId type, Encode&& encode_body) {
  Bytes& bytes = links_.begin(MessageKind::cast);
  Writer writer(bytes);
  encode(writer, wire::Cast{to, type});
  encode_body(writer);
  return link.send(bytes);
}

Result<void> Router::cast(const Ref& to, TypeId type, Outgoing& message) {
  if (to.lives_on(self_)) {
    return deliver_local(to.process(), type, message, ReplyTo{}, Instant::max());
  }
  const Result<Link*> link = links_.open_to(to);
  if (!link) return std::unexpected(link.error());
  refused_casts_.note_sent(type, message);
  return send_cast(**link, to.process(), type,
                   [&message](Writer& writer) { message.encode_to(writer); });
}

Result<bool> Router::start_cast(const Ref& to, TypeId type, Outgoing& message, Duration timeout,
                                PendingCast& cast) {
  const Result<Link*> link = to.lives_on(self_) ? Result<Link*>(nullptr) : links_.open_to(to);
  if (!link) return std::unexpected(link.error());
  if (*link == nullptr || !flow_.must_wait(**link)) {
    if (Result<void> sent = this->cast(to, type, message); !sent) {
      return std::unexpected(std::move(sent.error()));
    }
    return false;
  }
  refused_casts_.note_sent(type, message);
  if (timeout <= Duration::zero()) timeout = options_.call_timeout;
  cast.waiting = processes_.waiting(cast.waiting.handle);
  cast.link = (*link)->serial();
  const auto go = [this, &cast, process = to.process(), type](Result<Link*> room) {
    cast.ticket = 0;
    cast.complete(
        room ? send_cast(**room, process, type, [&cast](Writer& writer) { cast.encode_to(writer); })
             : Result<void>(std::unexpected(room.error())));
    processes_.wake(cast.waiting);
  };
  cast.ticket = flow_.wait(**link, loop_.now() + timeout, go);
  return true;
}

template <class Encode>
Result<void> Router::send_call(Link& link, CallId call, const Leaving& leaving,
                               Encode&& encode_body) {
  Bytes& bytes = links_.begin(MessageKind::call);
  Writer writer(bytes);
  const Duration remaining = leaving.deadline - loop_.now();
  encode(writer, wire::Call{call, leaving.to, leaving.type, remaining});
  encode_body(writer);
  return link.send(bytes);
}

Result<void> Router::start_call(const Ref& to, TypeId type, Outgoing& message, Duration timeout,
                                PendingCall& call) {
  if (timeout <= Duration::zero()) timeout = options_.call_timeout;
  const Leaving leaving{to.process(), type, loop_.now() + timeout};
  if (to.lives_on(self_)) {
    if (processes_.is_handling(to.process())) {
      return fail(ErrorCode::invalid_argument,
                  "a process calls itself while it handles a message, and would wait for ever: "
                  "call the function, cast, or ask from a task (spawn_task)");
    }
    if (Result<void> started = calls_.start(call, to, LinkSerial(), timeout); !started)
      return started;
    Result<void> delivered =
        deliver_local(to.process(), type, message, ReplyTo{call.id, {}}, leaving.deadline);
    if (!delivered) calls_.abandon(call, delivered.error().code);
    return delivered;
  }
  const Result<Link*> link = links_.open_to(to);
  if (!link) return std::unexpected(link.error());
  if (Result<void> started = calls_.start(call, to, (*link)->serial(), timeout); !started) {
    return started;
  }
  if (flow_.must_wait(**link)) {
    send_when_ready(**link, leaving, call);
    return {};
  }
  Result<void> sent = send_call(**link, call.id, leaving,
                                [&message](Writer& writer) { message.encode_to(writer); });
  if (!sent) calls_.abandon(call, sent.error().code);
  return sent;
}

// Its deadline and the end of the link are known to the calls, which take it back from the line.
void Router::send_when_ready(Link& link, const Leaving& leaving, PendingCall& call) {
  const auto go = [this, leaving, &call](Result<Link*> room) {
    if (!room) return;
    calls_.set_waiting(call, 0);
    if (leaving.deadline <= loop_.now()) return;  // its timer is due in this turn
    const Result<void> sent =
        send_call(**room, call.id, leaving, [&call](Writer& writer) { call.encode_to(writer); });
    if (!sent) calls_.on_error(call.id, (*room)->serial(), sent.error());
  };
  calls_.set_waiting(call, flow_.wait(link, Instant::max(), go));
}

std::vector<Ref> Router::multicast(std::span<const Ref> targets, TypeId type, Outgoing& message) {
  std::vector<Ref> refused;
  std::map<Incarnation, std::vector<Ref>> remote;  // ordered, so that every run sends alike
  for (const Ref& target : targets) {
    if (!target.lives_on(self_)) {
      remote[target.incarnation()].push_back(target);
    } else if (!deliver_local(target.process(), type, message, ReplyTo{}, Instant::max())) {
      refused.push_back(target);
    }
  }
  if (remote.empty()) return refused;
  refused_casts_.note_sent(type, message);
  Bytes body;
  Writer writer(body);
  message.encode_to(writer);
  for (auto& [node, refs] : remote) {
    const std::size_t most = multicast_receivers_max(body.size());
    Link* link = links_.open(node.id, node.boot);
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
  Bytes& bytes = links_.begin(MessageKind::multicast);
  Writer writer(bytes);
  encode(writer, fields);
  writer.raw(body);
  return link.send(bytes);
}

void Router::exit(const Ref& process, ExitReason reason, const Ref& from) {
  if (process.lives_on(self_)) {
    processes_.exit_signal(process.process(), Exit{from, std::move(reason)}, ExitCause::request);
    return;
  }
  const Result<Link*> link = links_.open_to(process);
  if (!link) return;
  const LinkSerial serial = (*link)->serial();
  if (from.empty()) {
    links_.signal(serial, wire::Exit{process.process(), std::move(reason)});
  } else {
    links_.signal(serial, wire::ExitBy{from.process(), process.process(), std::move(reason)});
  }
}

void Router::cancel(const Calls::Target& call) {
  if (!call.sent) return;
  if (!call.link) {
    processes_.discard_call(call.process, ReplyTo{call.call, {}});
  } else {
    links_.signal(call.link, wire::Cancel{call.call, call.process});
  }
}

}  // namespace noex

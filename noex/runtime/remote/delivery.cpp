#include "noex/runtime/remote/delivery.h"

#include <algorithm>
#include <utility>

namespace noex {

namespace {

// A peer's idea of a deadline is cut to this, so that sums of times can't overflow.
constexpr Duration remaining_max = 24h;

// Each receiver of a multicast gets a copy: what one message brings is bounded (docs/WIRE.md), so
// that a few bytes for each receiver do not cost a megabyte each.
constexpr std::size_t multicast_copies_bytes_max = 1024 * 1024;
constexpr std::size_t copy_overhead_bytes = 64;
constexpr std::size_t bytes_of_work = 1024;

}  // namespace

std::size_t multicast_receivers_max(std::size_t body_bytes) {
  return std::max<std::size_t>(1, multicast_copies_bytes_max / (body_bytes + copy_overhead_bytes));
}

bool Delivery::on_cast(Link& link, const wire::Cast& cast, ByteView body) {
  return deliver(link, cast.to, cast.type, body);
}

bool Delivery::on_multicast(Link& link, const wire::Multicast& cast, ByteView body) {
  if (cast.to.size() > multicast_receivers_max(body.size())) return false;
  link.charge(cast.to.size() * (1 + body.size() / bytes_of_work));
  return std::ranges::all_of(cast.to,
                             [&](ProcessId to) { return deliver(link, to, cast.type, body); });
}

bool Delivery::deliver(Link& link, ProcessId to, TypeId type, ByteView body) {
  const Behavior* behavior = processes_.behavior(to);
  if (behavior == nullptr) return true;
  Envelope envelope;
  envelope.handler = behavior->find(type);
  if (envelope.handler == nullptr || envelope.handler->is_call) {
    refused_casts_.tell(link, wire::CastRefused{to, type, {}}, *behavior);
    return true;
  }
  Decoder bytes(body, &sender_);
  Decoded decoded = envelope.handler->decode(bytes);
  if (decoded.incompatible) {
    refused_casts_.tell(link, wire::CastRefused{to, type, {}}, *behavior);
    return true;
  }
  if (decoded.payload == nullptr) return false;
  envelope.payload = std::move(decoded.payload);
  envelope.bytes = body.size();
  envelope.source = link.shared_peer();
  (void)processes_.deliver(to, std::move(envelope));  // refused: counted and told there
  return true;
}

bool Delivery::on_call(Link& link, const wire::Call& call, ByteView body) {
  if (call.call == 0) return false;
  const ReplyTo reply_to{call.call, link.serial()};
  const Behavior* behavior = processes_.behavior(call.to);
  const Handler* handler = behavior != nullptr ? behavior->find(call.type) : nullptr;
  if (handler == nullptr || !handler->is_call) {
    const bool is_gone = behavior == nullptr;
    answers_.reply_error(reply_to,
                         Error{is_gone ? ErrorCode::noproc : ErrorCode::incompatible_type, {}});
    return true;
  }
  Decoder bytes(body, &sender_);
  Envelope envelope;
  envelope.handler = handler;
  Decoded decoded = handler->decode(bytes);
  if (decoded.incompatible) {
    answers_.reply_error(reply_to, Error{ErrorCode::incompatible_type, {}});
    return true;
  }
  if (decoded.payload == nullptr) return false;
  envelope.payload = std::move(decoded.payload);
  envelope.bytes = body.size();
  envelope.source = link.shared_peer();
  envelope.reply_to = reply_to;
  envelope.deadline =
      loop_.now() + std::clamp(call.remaining, Duration::zero(), Duration(remaining_max));
  const Result<void> delivered = processes_.deliver(call.to, std::move(envelope));
  if (!delivered) answers_.reply_error(reply_to, delivered.error());
  return true;
}

void Delivery::on_cancel(Link& link, const wire::Cancel& cancel) {
  processes_.discard_call(cancel.to, ReplyTo{cancel.call, link.serial()});
}

void Delivery::on_exit(Link&, wire::Exit& exit) {
  processes_.exit_signal(exit.process, Exit{Ref(), std::move(exit.reason)}, ExitCause::request);
}

void Delivery::on_exit_by(Link& link, wire::ExitBy& exit) {
  const Incarnation& peer = link.peer();
  Ref from(peer.id, peer.boot, exit.from, &sender_);
  processes_.exit_signal(exit.to, Exit{std::move(from), std::move(exit.reason)},
                         ExitCause::request);
}

}  // namespace noex

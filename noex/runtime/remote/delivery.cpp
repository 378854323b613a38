#include "noex/runtime/remote/delivery.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "noex/runtime/process/guests.h"

namespace noex {

namespace {

// Each receiver of a multicast gets a copy: what one message brings is bounded (docs/WIRE.md), so
// that a few bytes for each receiver do not cost a megabyte each.
constexpr std::size_t multicast_copies_bytes_max = 1024 * 1024;
constexpr std::size_t copy_overhead_bytes = 64;
constexpr std::size_t bytes_of_work = 1024;

}  // namespace

std::size_t multicast_receivers_max(std::size_t body_bytes) {
  return std::max<std::size_t>(1, multicast_copies_bytes_max / (body_bytes + copy_overhead_bytes));
}

std::size_t multicast_work(std::size_t receivers, std::size_t body_bytes) {
  return receivers * (1 + body_bytes / bytes_of_work);
}

bool Delivery::on_cast(Link& link, const wire::Cast& cast, ByteView body) {
  return deliver(link, cast.to, cast.type, body);
}

bool Delivery::on_multicast(Link& link, const wire::Multicast& cast, ByteView body) {
  if (cast.to.size() > multicast_receivers_max(body.size())) return false;
  link.charge(multicast_work(cast.to.size(), body.size()));
  const bool is_well_formed = std::ranges::all_of(
      cast.to, [&](ProcessId to) { return deliver(link, to, cast.type, body); });
  if (is_well_formed || !wire::is_relayed(cast)) return is_well_formed;
  log_.warning("a malformed cast of a client of {} was dropped", link.peer().id.text());
  return true;
}

bool Delivery::deliver(Link& link, ProcessId to, TypeId type, ByteView body) {
  Result<Envelope> envelope = envelope_of(to, type, body, false);
  if (!envelope) {
    const ErrorCode code = envelope.error().code;
    if (code == ErrorCode::incompatible_type) {
      refused_casts_.tell(link, wire::CastRefused{to, type, {}}, *processes_.behavior(to));
    }
    return code != ErrorCode::malformed;
  }
  envelope->source = link.shared_peer();
  (void)processes_.deliver(to, std::move(*envelope));  // refused: counted and told there
  return true;
}

bool Delivery::on_call(Link& link, const wire::Call& call, ByteView body) {
  if (call.call == 0) return false;
  const ReplyTo reply_to{call.call, link.serial()};
  Result<Envelope> envelope = envelope_of(call.to, call.type, body, true);
  if (!envelope) {
    const ErrorCode code = envelope.error().code;
    if (code == ErrorCode::malformed && !wire::is_relayed(call.call)) return false;
    answers_.reply_error(reply_to, Error{code, {}});
    return true;
  }
  envelope->source = link.shared_peer();
  envelope->reply_to = reply_to;
  envelope->deadline = loop_.now() + std::clamp(call.remaining, Duration::zero(), remaining_max);
  const Result<void> delivered = processes_.deliver(call.to, std::move(*envelope));
  if (!delivered) answers_.reply_error(reply_to, delivered.error());
  return true;
}

Result<Envelope> Delivery::envelope_of(ProcessId to, TypeId type, ByteView body, bool is_call) {
  const Behavior* behavior = processes_.behavior(to);
  if (behavior == nullptr) return fail(ErrorCode::noproc);
  Envelope envelope;
  envelope.bytes = body.size();
  if (behavior->of_guest) {
    envelope.payload = std::make_unique<GuestMessage>(type, body);
    return envelope;
  }
  envelope.handler = behavior->find(type);
  if (envelope.handler == nullptr || envelope.handler->is_call != is_call) {
    return fail(ErrorCode::incompatible_type);
  }
  Decoder bytes(body, &sender_);
  Decoded decoded = envelope.handler->decode(bytes);
  if (decoded.incompatible) return fail(ErrorCode::incompatible_type);
  if (decoded.payload == nullptr) return fail(ErrorCode::malformed);
  envelope.payload = std::move(decoded.payload);
  return envelope;
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

#include "noex/runtime/clients/relay.h"

#include <algorithm>

namespace noex {

namespace {

// A client's message as it came.
class Relayed final : public Outgoing {
 public:
  explicit Relayed(ByteView body) : body_(body) {}
  void encode_to(Writer& writer) const override { writer.raw(body_); }
  std::unique_ptr<Payload> box() override { return nullptr; }   // only for what leaves
  const MessageType* type() const override { return nullptr; }  // nor is it known

 private:
  ByteView body_;
};

}  // namespace

bool Relay::cast(const Incarnation& node, std::span<const ProcessId> to, TypeId type,
                 ByteView body) {
  if (node == self_) {
    return std::ranges::all_of(to, [&](ProcessId one) { return deliver(one, type, body); });
  }
  Link* link = links_.open(node.id, node.boot);
  const std::size_t most = multicast_receivers_max(body.size()) - 1;  // besides the mark
  if (link == nullptr || most == 0) return true;
  for (std::span<const ProcessId> rest = to; !rest.empty();) {
    const auto part = rest.first(std::min(most, rest.size()));
    rest = rest.subspan(part.size());
    wire::Multicast fields{{0}, type};
    fields.to.insert(fields.to.end(), part.begin(), part.end());
    Bytes& bytes = links_.begin(MessageKind::multicast);
    Writer writer(bytes);
    encode(writer, fields);
    writer.raw(body);
    (void)link->send(bytes);  // refused: counted by the link
  }
  return true;
}

bool Relay::deliver(ProcessId to, TypeId type, ByteView body) {
  Result<Envelope> envelope = delivery_.envelope_of(to, type, body, false);
  if (!envelope) {
    const ErrorCode code = envelope.error().code;
    if (code == ErrorCode::incompatible_type) {
      log_.warning(
          "a cast of type {:08x} from a client was dropped by process {}: the builds differ", type,
          to);
    }
    return code != ErrorCode::malformed;
  }
  (void)processes_.deliver(to, std::move(*envelope));  // refused: counted and told there
  return true;
}

Result<void> Relay::call(const Ref& to, TypeId type, ByteView body, Duration timeout,
                         PendingCall& call) {
  Relayed message(body);
  if (!to.lives_on(self_)) return router_.start_call(to, type, message, timeout, call);
  Result<Envelope> envelope = delivery_.envelope_of(to.process(), type, body, true);
  if (!envelope) return std::unexpected(std::move(envelope.error()));
  if (Result<void> started = calls_.start(call, to, LinkSerial(), timeout); !started) {
    return started;
  }
  envelope->reply_to = ReplyTo{call.id, {}};
  envelope->deadline = loop_.now() + timeout;
  Result<void> delivered = processes_.deliver(to.process(), std::move(*envelope));
  if (!delivered) calls_.abandon(call, delivered.error().code);
  return delivered;
}

void Relay::reply(const ReplyTo& to, ByteView body) {
  Relayed value(body);
  if (to.link) return replies_.reply(to, nullptr, &value, nullptr);
  Decoder bytes(body, &sender_);
  (void)calls_.on_reply(to.call, {}, bytes);
}

}  // namespace noex

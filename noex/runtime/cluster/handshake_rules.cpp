#include "noex/runtime/cluster/handshake_rules.h"

namespace noex {

Hello HandshakeRules::hello(const NodeId& to, const ClockReading& clock,
                            const ConnectionProof* proof) const {
  Hello hello;
  hello.from = self_.id;
  hello.boot = self_.boot;
  hello.joined = membership_.joined();
  hello.to = to;
  hello.known = membership_.known_boot(to);
  hello.clock = clock;
  if (proof != nullptr) hello.binding = proof->binding;
  return hello;
}

DialFailure HandshakeRules::failure(const NodeId& id, const HelloAck& ack) const {
  switch (ack.refusal) {
    case Refusal::simultaneous_dial:
      return DialFailure::simultaneous;
    case Refusal::self:
      return Incarnation{ack.id, ack.boot} == self_ ? DialFailure::self : DialFailure::silent;
    case Refusal::wrong_node:
    case Refusal::version:
    case Refusal::restarting:
      return DialFailure::refused;
    case Refusal::leaving:
      return membership_.known_boot(id) == ack.boot ? DialFailure::left : DialFailure::silent;
    case Refusal::full:
    case Refusal::none:
    case Refusal::name_taken:
    case Refusal::boot_too_low:
    case Refusal::left:
      return DialFailure::silent;
  }
  return DialFailure::silent;
}

// It learnt from our Confirm that it has to start again above the boot that we know.
DialFailure HandshakeRules::failure_of_end(const Handshake& handshake) const {
  const bool another_boot =
      handshake.confirmed() && handshake.ack().boot < membership_.known_boot(handshake.hello().to);
  return another_boot ? DialFailure::refused : DialFailure::silent;
}

std::optional<Refusal> HandshakeRules::judge(const Hello& hello) const {
  if (hello.version != protocol_version) return Refusal::version;
  if (hello.from == self_.id) {
    if (hello.boot == self_.boot) return Refusal::self;
    return hello.boot < self_.boot ? Refusal::boot_too_low : Refusal::restarting;
  }
  if (hello.to != self_.id) return Refusal::wrong_node;
  if (life_.quiet()) return life_.halted ? Refusal::restarting : Refusal::leaving;
  const auto welcome = membership_.welcome(Incarnation{hello.from, hello.boot});
  // Else it is told which boot is known, and may insist by Confirm.
  if (welcome.too_low && welcome.linked) return Refusal::boot_too_low;
  if (welcome.left) return Refusal::left;
  if (welcome.full) return Refusal::full;
  if (!hello.joined && hello.from.name() == self_.id.name()) return Refusal::name_taken;
  return std::nullopt;
}

HelloAck HandshakeRules::answer(const Hello& hello, Refusal refusal,
                                const ClockReading& clock) const {
  HelloAck ack;
  ack.refusal = refusal;
  ack.id = self_.id;
  ack.boot = self_.boot;
  ack.known = hello.from == self_.id ? self_.boot : membership_.known_boot(hello.from);
  ack.clock = clock;
  return ack;
}

bool HandshakeRules::is_welcome(const Incarnation& peer, Boot told) const {
  const auto welcome = membership_.welcome(peer);
  return welcome.ok() || (welcome.ok_if_insists() && told >= membership_.known_boot(peer.id));
}

}  // namespace noex

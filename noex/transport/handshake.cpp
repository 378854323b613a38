#include "noex/transport/handshake.h"

#include <limits>
#include <utility>

#include "noex/transport/base/check.h"

namespace noex {

namespace {

constexpr ByteView magic = "NOEX";

void write_clock(Writer& writer, const ClockReading& clock) {
  writer.zigzag(clock.wall);
  writer.varint(clock.counter);
}

ClockReading read_clock(Reader& reader) {
  ClockReading clock;
  clock.wall = reader.zigzag();
  if (clock.wall < 0 || clock.wall > clock_wall_max) reader.fail();
  const std::uint64_t counter = reader.varint();
  if (counter > std::numeric_limits<std::uint32_t>::max()) reader.fail();
  clock.counter = static_cast<std::uint32_t>(counter);
  return clock;
}

Boot read_boot(Reader& reader, Boot least) {
  const Boot boot = reader.varint();
  if (boot < least || boot > boot_max) reader.fail();
  return boot;
}

bool read_flag(Reader& reader) {
  const std::uint8_t byte = reader.u8();
  if (byte > 1) reader.fail();
  return byte == 1;
}

Bytes bare(HandshakeKind kind) {
  return Bytes(1, static_cast<char>(kind));
}

}  // namespace

bool is_known(Refusal refusal) {
  return refusal <= Refusal::full;
}

std::string_view describe(Refusal refusal) {
  switch (refusal) {
    case Refusal::none:
      return "accepted";
    case Refusal::name_taken:
      return "name taken";
    case Refusal::simultaneous_dial:
      return "both dialled at once";
    case Refusal::wrong_node:
      return "another node is there";
    case Refusal::version:
      return "another protocol version";
    case Refusal::self:
      return "that is this node itself";
    case Refusal::boot_too_low:
      return "boot too low";
    case Refusal::restarting:
      return "it starts again";
    case Refusal::leaving:
      return "it leaves";
    case Refusal::left:
      return "this node said that it leaves";
    case Refusal::full:
      return "it knows too many nodes";
  }
  return "unknown reason";
}

Handshake Handshake::dialer(Hello hello) {
  Handshake handshake(true);
  handshake.hello_ = std::move(hello);
  handshake.step_ = Step::wait_ack;
  return handshake;
}

Handshake Handshake::acceptor() {
  return Handshake(false);
}

Handshake::Event Handshake::on_payload(ByteView payload) {
  Reader reader(payload);
  const std::uint8_t kind = reader.u8();
  switch (static_cast<HandshakeKind>(kind)) {
    case HandshakeKind::hello:
      return on_hello(reader);
    case HandshakeKind::ack:
      return on_ack(reader);
    case HandshakeKind::confirm:
      return on_bare(reader, Step::wait_confirm);
    case HandshakeKind::ready:
      return on_bare(reader, Step::wait_ready);
  }
  return fail("not a handshake message");
}

Handshake::Event Handshake::on_hello(Reader& reader) {
  if (step_ != Step::wait_hello) return fail("unexpected hello");
  if (reader.raw(magic.size()) != magic) return fail("not a noex node");
  hello_.version = reader.varint();
  if (reader.failed()) return fail("malformed hello");
  // Another version's hello may look different beyond this point: only the answer is the same.
  if (hello_.version == protocol_version) {
    hello_.from.decode_from(reader);
    hello_.boot = read_boot(reader, 1);
    hello_.joined = read_flag(reader);
    hello_.to.decode_from(reader);
    hello_.known = read_boot(reader, 0);
    hello_.clock = read_clock(reader);
    if (!reader.rest().empty()) hello_.binding = reader.raw(binding_bytes);
    if (!reader.complete()) return fail("malformed hello");
  }
  step_ = Step::wait_answer;
  return Event::hello;
}

Handshake::Event Handshake::on_ack(Reader& reader) {
  if (step_ != Step::wait_ack) return fail("unexpected ack");
  ack_.refusal = static_cast<Refusal>(reader.u8());
  ack_.id.decode_from(reader);
  ack_.boot = read_boot(reader, 1);
  ack_.known = read_boot(reader, 0);
  ack_.clock = read_clock(reader);
  if (read_flag(reader)) ack_.holder.emplace().decode_from(reader);
  const bool wants_holder = ack_.refusal == Refusal::name_taken;
  if (!reader.complete() || !is_known(ack_.refusal) || ack_.holder.has_value() != wants_holder) {
    return fail("malformed ack");
  }
  step_ = ack_.refusal == Refusal::none ? Step::accepted : Step::over;
  return ack_.refusal == Refusal::none ? Event::accepted : Event::refused;
}

Handshake::Event Handshake::on_bare(Reader& reader, Step expected) {
  if (step_ != expected || !reader.complete()) return fail("unexpected handshake message");
  step_ = Step::established;
  return Event::established;
}

Handshake::Event Handshake::fail(std::string_view why) {
  step_ = Step::over;
  error_ = why;
  return Event::malformed;
}

Bytes Handshake::hello_payload() const {
  NOEX_CHECK(step_ == Step::wait_ack);
  Bytes out = bare(HandshakeKind::hello);
  Writer writer(out);
  writer.raw(magic);
  writer.varint(hello_.version);
  hello_.from.encode_to(writer);
  writer.varint(hello_.boot);
  writer.u8(hello_.joined ? 1 : 0);
  hello_.to.encode_to(writer);
  writer.varint(hello_.known);
  write_clock(writer, hello_.clock);
  writer.raw(hello_.binding);
  return out;
}

Bytes Handshake::answer(const HelloAck& ack) {
  NOEX_CHECK(step_ == Step::wait_answer);
  ack_ = ack;
  step_ = ack.refusal == Refusal::none ? Step::wait_confirm : Step::over;
  Bytes out = bare(HandshakeKind::ack);
  Writer writer(out);
  writer.u8(static_cast<std::uint8_t>(ack.refusal));
  ack.id.encode_to(writer);
  writer.varint(ack.boot);
  writer.varint(ack.known);
  write_clock(writer, ack.clock);
  writer.u8(ack.holder.has_value() ? 1 : 0);
  if (ack.holder) ack.holder->encode_to(writer);
  return out;
}

Bytes Handshake::confirm() {
  NOEX_CHECK(step_ == Step::accepted);
  step_ = Step::wait_ready;
  return bare(HandshakeKind::confirm);
}

Bytes Handshake::ready() const {
  NOEX_CHECK(step_ == Step::established && !dialer_);
  return bare(HandshakeKind::ready);
}

}  // namespace noex

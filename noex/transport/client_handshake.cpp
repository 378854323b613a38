#include "noex/transport/client_handshake.h"

namespace noex {

namespace {

constexpr ByteView magic = "NOEX";

bool is_client_refusal(Refusal refusal) {
  return refusal == Refusal::none || refusal == Refusal::version || refusal == Refusal::leaving ||
         refusal == Refusal::full;
}

}  // namespace

Bytes encode_client_hello(const ClientHello& hello) {
  Bytes out(1, client_hello_kind);
  Writer writer(out);
  writer.raw(magic);
  writer.varint(hello.version);
  writer.raw(hello.binding);
  return out;
}

// Another version's may look different behind the version: only the answer is the same.
std::optional<ClientHello> decode_client_hello(ByteView payload) {
  Reader reader(payload);
  ClientHello hello;
  if (reader.u8() != client_hello_kind || reader.raw(magic.size()) != magic) return std::nullopt;
  hello.version = reader.varint();
  if (reader.failed()) return std::nullopt;
  if (hello.version != protocol_version) return hello;
  if (!reader.rest().empty()) hello.binding = reader.raw(binding_bytes);
  return reader.complete() ? std::optional(hello) : std::nullopt;
}

Bytes encode_client_welcome(const ClientWelcome& welcome) {
  Bytes out(1, client_welcome_kind);
  Writer writer(out);
  writer.u8(static_cast<std::uint8_t>(welcome.refusal));
  welcome.id.encode_to(writer);
  writer.varint(welcome.boot);
  writer.varint(welcome.base);
  writer.varint(welcome.desk);
  return out;
}

std::optional<ClientWelcome> decode_client_welcome(ByteView payload) {
  Reader reader(payload);
  if (reader.u8() != client_welcome_kind) return std::nullopt;
  ClientWelcome welcome;
  welcome.refusal = static_cast<Refusal>(reader.u8());
  welcome.id.decode_from(reader);
  welcome.boot = reader.varint();
  welcome.base = reader.varint();
  welcome.desk = reader.varint();
  const bool accepted = welcome.refusal == Refusal::none;
  const bool fits = accepted == (welcome.base != 0) && welcome.boot != 0 &&
                    welcome.boot <= boot_max && is_client_refusal(welcome.refusal);
  return reader.complete() && fits ? std::optional(welcome) : std::nullopt;
}

}  // namespace noex

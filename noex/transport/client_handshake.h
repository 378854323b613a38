// The handshake of a client, a program that uses a cluster without being a member. Sans-IO.
//
//   client: ClientHello -> member: ClientWelcome
//
// One round trip: neither end has anything to take back, for a client is known to its member only,
// and forgotten with its connection. Owns the formats; whom to let in is its owner's to decide.
// docs/WIRE.md, "Clients".
#pragma once

#include <cstdint>
#include <optional>

#include "noex/transport/handshake.h"

namespace noex {

// The first byte of a control payload, where a member says Hello.
inline constexpr char client_hello_kind = 5;
inline constexpr char client_welcome_kind = 6;

struct ClientHello {
  std::uint64_t version = protocol_version;
  Bytes binding = {};  // as in Hello

  bool operator==(const ClientHello&) const = default;
};

struct ClientWelcome {
  Refusal refusal = Refusal::none;  // version, leaving, full
  NodeId id;                        // whom the client has reached
  Boot boot = 0;
  // Of what the client lets others know of its processes, the n-th (from 1) has the id base + n
  // on that node. 0: refused.
  std::uint64_t base = 0;
  std::uint64_t desk = 0;  // the process that answers what clients ask of the node itself

  bool operator==(const ClientWelcome&) const = default;
};

Bytes encode_client_hello(const ClientHello& hello);
Bytes encode_client_welcome(const ClientWelcome& welcome);
// nullopt: malformed.
std::optional<ClientHello> decode_client_hello(ByteView payload);
std::optional<ClientWelcome> decode_client_welcome(ByteView payload);

}  // namespace noex

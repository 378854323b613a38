// What goes over the connection of a client: the data messages of members, behind the node that
// they are for or come from, and what a client says of its own processes.
//
// docs/WIRE.md, "Clients". Numbers never change.
#pragma once

#include <cstdint>

#include "noex/runtime/core/ids.h"
#include "noex/runtime/message/codec.h"
#include "noex/runtime/message/exit_reason.h"

namespace noex {

// The first byte of each data message.
enum class ClientKind : std::uint8_t {
  relay = 64,  // node id, boot, then a data message as between members
  show = 65,   // others may hear of that process of the client from now on
  ended = 66,
};

namespace wire {

// The n-th of a connection (from 1) has the id base + n on the member.
struct ShowProcess {
  static constexpr auto kind = ClientKind::show;
  ProcessId process = 0;  // as the client calls it
};
struct ProcessEnded {
  static constexpr auto kind = ClientKind::ended;
  ProcessId process = 0;
  ExitReason reason;
};

}  // namespace wire

template <class Fields>
Bytes encode_for_client(const Fields& fields) {
  Bytes bytes(1, static_cast<char>(Fields::kind));
  Writer writer(bytes);
  encode(writer, fields);
  return bytes;
}

// Begins a message that is relayed from, or to, that node.
inline Writer begin_relay(Bytes& bytes, const Incarnation& node) {
  bytes.push_back(static_cast<char>(ClientKind::relay));
  Writer writer(bytes);
  node.id.encode_to(writer);
  writer.varint(node.boot);
  return writer;
}

}  // namespace noex

// Guests: processes that have ids of this node and live elsewhere, at its clients.
//
// For everybody else they are processes of this node, so that no other node has to know of clients:
// what is for one is handed on as it came, for this node need not know its type. The uppermost bit
// of an id says so, and no process of this node has that (docs/PROTOCOL.md, "Clients").
#pragma once

#include <cstdint>

#include "noex/runtime/message/message.h"
#include "noex/runtime/process/mailbox.h"
#include "noex/runtime/process/process.h"

namespace noex {

inline constexpr ProcessId guest_bit = ProcessId{1} << 63;
constexpr bool is_guest(ProcessId id) {
  return (id & guest_bit) != 0;
}

// The payload of an envelope for a guest: the message as it travels.
struct GuestMessage final : Payload {
  GuestMessage(TypeId type, ByteView body) : type(type), body(body) {}
  const TypeId type;
  const Bytes body;
};

class Guests {
 public:
  virtual ~Guests() = default;

  virtual bool exists(ProcessId guest) const = 0;
  // A GuestMessage. Errors: noproc, overloaded.
  virtual Result<void> deliver(ProcessId guest, Envelope envelope) = 0;
  // Down and Overflow of what a client monitors.
  virtual void signal(ProcessId guest, Envelope envelope) = 0;
  virtual void exit_signal(ProcessId guest, Exit exit) = 0;
  virtual bool discard_call(ProcessId guest, const ReplyTo& call) = 0;
};

}  // namespace noex

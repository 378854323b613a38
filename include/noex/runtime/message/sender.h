// Sender: what a Ref needs of its node. The node implements it; nothing else does.
#pragma once

#include <cstdint>

#include "noex/runtime/message/future.h"
#include "noex/runtime/message/message.h"
#include "noex/transport/base/error.h"
#include "noex/transport/base/time.h"

namespace noex {

class Ref;

// Slot and generation of a pending call; 0 is none. Never reused within a boot.
using CallId = std::uint64_t;

// A call that waits for its end; lives in the caller's coroutine frame. Ends by exactly one of
// the complete functions, unless the frame is destroyed before.
class PendingCall {
 public:
  virtual ~PendingCall() = default;
  virtual void complete_error(Error error) = 0;
  // False: the bytes are no such reply; nothing was completed.
  virtual bool complete_bytes(Decoder& bytes) = 0;
  // `reply` points to a Result of the reply's type, which is moved from.
  virtual void complete_value(void* reply) = 0;
  // The message, for a call that had to wait for room before it was sent.
  virtual void encode_to(Writer& writer) const = 0;

  CallId id = 0;    // set by the sender while it is pending
  Waiting waiting;  // who is woken, if it has a handle when the call ends
};

// A cast that waits for room on its way; lives in the sender's coroutine frame, like a call.
class PendingCast {
 public:
  virtual ~PendingCast() = default;
  virtual void complete(Result<void> result) = 0;
  virtual void encode_to(Writer& writer) const = 0;

  LinkSerial link;           // for which it waits, and
  std::uint64_t ticket = 0;  // where; 0: it does not wait
  Waiting waiting;
};

class Sender {
 public:
  virtual ~Sender() = default;

  virtual Result<void> cast(const Ref& to, TypeId type, Outgoing& message) = 0;
  // timeout 0: the node's call_timeout. `call` is completed from a later turn of the scheduler,
  // or by the return value: an error means that it was never pending.
  virtual Result<void> start_call(const Ref& to, TypeId type, Outgoing& message, Duration timeout,
                                  PendingCall& call) = 0;
  // The caller's frame goes away: nobody waits any more.
  virtual void abandon_call(PendingCall& call) = 0;

  // Casts at once (false), or (true) once there is room: `cast` is completed from a later turn
  // then. An error means that it was not sent, and never will be.
  virtual Result<bool> start_cast(const Ref& to, TypeId type, Outgoing& message, Duration timeout,
                                  PendingCast& cast) = 0;
  virtual void abandon_cast(PendingCast& cast) = 0;
};

}  // namespace noex

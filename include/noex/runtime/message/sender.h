// Sender: what a reference needs of its node, which implements it; and calls and casts while they
// wait. Not for programs: they use Ref, and await what it gives them.
//
// A reference may outlive its node: it holds the Sender's door, which the end of the Sender closes.
#pragma once

#include <cstdint>
#include <memory>

#include "noex/runtime/message/future.h"
#include "noex/runtime/message/message.h"
#include "noex/transport/base/error.h"
#include "noex/transport/base/time.h"

namespace noex {

class Ref;

// Names a pending call; never reused within a boot. 0: no call.
using CallId = std::uint64_t;

// A call that waits for its end. It lives in the caller's coroutine frame, and ends by exactly one
// of the complete functions, unless the frame is destroyed first.
class PendingCall {
 public:
  virtual ~PendingCall() = default;
  // The call has failed.
  virtual void complete_error(Error error) = 0;
  // The answer of another node. False: the bytes are no such reply, and nothing was completed.
  virtual bool complete_bytes(Decoder& bytes) = 0;
  // The answer of this node: `reply` points to a Result of the reply's type, which is moved from.
  virtual void complete_value(void* reply) = 0;
  // Whether it is made for a client: then its bytes are handed on as they came, both ways.
  virtual bool is_relayed() const { return false; }
  // Encodes the message, if the call had to wait for room before it was sent.
  virtual void encode_to(Writer& writer) const = 0;

  CallId id = 0;    // set by the sender while the call is pending
  Waiting waiting;  // who is woken when the call ends, if it has a handle
};

// A cast that waits for room on its way. It lives in the sender's coroutine frame, like a call.
class PendingCast {
 public:
  virtual ~PendingCast() = default;
  // The message has been sent, or never will be.
  virtual void complete(Result<void> result) = 0;
  // Encodes the message.
  virtual void encode_to(Writer& writer) const = 0;

  LinkSerial link;           // the link on which it waits
  std::uint64_t ticket = 0;  // its place in the queue there; 0: it does not wait
  Waiting waiting;           // who is woken when it ends, if it has a handle
};

// One node, as references see it; on the node's thread.
class Sender {
 public:
  // Leads to the sender as long as it exists, then to nullptr.
  using Door = std::shared_ptr<Sender* const>;

  // Opens the door.
  Sender() : sender_(std::make_shared<Sender*>(this)) {}
  // Closes the door.
  virtual ~Sender() { *sender_ = nullptr; }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  // For a reference to keep. Owners: this sender and all references that go through it.
  Door door() const { return sender_; }

  // Whether others know its processes by other ids than itself: so it is with a client.
  virtual bool renames() const { return false; }
  // Makes a reference of this sender what others call it; if it renames().
  virtual void to_outside(Ref& /*ref*/) {}
  // Makes a reference that others sent what it is called here; if it renames().
  virtual void to_inside(Ref& /*ref*/) {}

  // See Ref::cast().
  virtual Result<void> cast(const Ref& to, TypeId type, Outgoing& message) = 0;
  // Starts a call. `timeout` 0: Options::call_timeout. `call` is completed from a later turn; or
  // this gives an error, and it was never pending.
  virtual Result<void> start_call(const Ref& to, TypeId type, Outgoing& message, Duration timeout,
                                  PendingCall& call) = 0;
  // The caller's frame is being destroyed: nobody waits for the answer any more.
  virtual void abandon_call(PendingCall& call) = 0;

  // Casts at once (false), or waits for room (true): then `cast` is completed from a later turn. An
  // error: it was not sent, and never will be.
  virtual Result<bool> start_cast(const Ref& to, TypeId type, Outgoing& message, Duration timeout,
                                  PendingCast& cast) = 0;
  // The sender's frame is being destroyed: a cast that still waits is never sent.
  virtual void abandon_cast(PendingCast& cast) = 0;

 private:
  std::shared_ptr<Sender*> sender_;
};

}  // namespace noex

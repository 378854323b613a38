// Calls: the calls of this node that wait for an answer. Each ends exactly once.
//
// A call id is a slot and its generation: when a call has ended, its slot gets another generation,
// so that a late or repeated answer matches nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "noex/runtime/core/ids.h"
#include "noex/runtime/core/index.h"
#include "noex/runtime/core/options.h"
#include "noex/runtime/message/future.h"
#include "noex/runtime/message/sender.h"
#include "noex/runtime/observe/observer.h"
#include "noex/runtime/remote/flow.h"
#include "noex/transport/loop.h"

namespace noex {

class Calls {
 public:
  Calls(Loop& loop, const Options& options, Waker& waker, Flow& flow, Observer& observer);
  ~Calls();
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;

  // Begins to wait: `call` gets its id and its deadline. `link`: serial of the link over which
  // the answer will come, 0 for this node. Errors: overloaded (calls_max).
  Result<void> start(PendingCall& call, const Ref& to, LinkSerial link, Duration timeout);
  // Whom a call went to.
  struct Target {
    CallId call = 0;
    ProcessId process = 0;
    LinkSerial link;   // none: this node
    bool sent = true;  // not waiting for room any more
  };
  // It waits for room there, with that ticket; 0: it is sent.
  void set_waiting(const PendingCall& call, Flow::Ticket ticket);
  bool is_waiting(const PendingCall& call);
  // The call was not sent after all, or its caller's frame goes away.
  Target abandon(PendingCall& call, ErrorCode code);

  // A peer's answers: to a call that was sent over that link and still waits; all others, also to
  // one that waits for room, are dropped unread. False: the bytes are no such reply.
  [[nodiscard]] bool on_reply(CallId id, LinkSerial link, Decoder& bytes);
  void on_reply_error(CallId id, LinkSerial link, Error error);
  // What this node itself says: out of time, not sent, or its own process's answer.
  void on_error(CallId id, LinkSerial link, Error error);
  // The answer of a process of this node, as a Result of the reply's type.
  void on_value(CallId id, void* result);
  // Ends all calls over that link with noconnection.
  void on_link_down(LinkSerial link);

  std::size_t pending() const { return pending_; }
  // A call waits for its answer over that link.
  bool uses(LinkSerial link) const { return by_link_.has(link); }
  void check_invariants() const;

 private:
  struct Slot {
    PendingCall* call = nullptr;
    std::uint32_t generation = 1;
    LinkSerial link;
    ProcessId to = 0;
    TimerId timer = 0;
    Flow::Ticket waiting = 0;
  };

  Slot& slot_of(const PendingCall& call);
  Slot* match(CallId id, LinkSerial link);
  Slot* match_answer(CallId id, LinkSerial link);
  PendingCall& take(Slot& slot, CallId answered, ErrorCode code);
  void wake(PendingCall& call);

  Loop& loop_;
  const Options& options_;
  Waker& waker_;
  Flow& flow_;
  Observer& observer_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::size_t pending_ = 0;
  Index<LinkSerial, std::size_t> by_link_;  // Invariant: the slots in use, but for link 0
};

}  // namespace noex

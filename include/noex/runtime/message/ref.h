// Ref: a reference to one process of one boot of one node, and how messages are sent to it.
//
// A Ref is a value: it is copied, compared, and sent in messages. It never reaches a process other
// than the one it was made for, since node, boot and process id all have to match. It sends through
// the node on which it was obtained or received, on that node's thread; once that node is
// destroyed, everything sent through it fails with not_ready.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <utility>

#include "noex/runtime/core/ids.h"
#include "noex/runtime/message/message.h"
#include "noex/runtime/message/sender.h"
#include "noex/transport/node_id.h"

namespace noex {

template <CallMessage M>
class CallOperation;
template <CastMessage M>
class CastOperation;

// A reference to one process. Default-constructed, it refers to none.
class Ref {
 public:
  static constexpr std::string_view wire_shape = "ref";  // docs/WIRE.md, "Values"

  Ref() = default;  // reaches nobody
  // Programs get references from their node: Node::ref(), spawns, look-ups, messages. Without a
  // sender, whatever is sent through it fails with noproc.
  Ref(NodeId node, Boot boot, ProcessId process, Sender* sender)
      : node_(std::move(node)), boot_(boot), process_(process) {
    if (sender != nullptr) door_ = sender->door();
  }

  // The node of the process.
  const NodeId& node() const& { return node_; }
  NodeId node() && { return std::move(node_); }  // of a temporary: a view would dangle
  // Which start of that node.
  Boot boot() const { return boot_; }
  // Which process of that boot; 0: it refers to none.
  ProcessId process() const { return process_; }
  // Whether it refers to no process.
  bool empty() const { return process_ == 0; }
  // That boot of that node; that of Ref() is nobody's.
  Incarnation incarnation() const { return {node_, boot_}; }
  // Whether it refers to a process of that boot of that node.
  bool lives_on(const Incarnation& node) const { return boot_ == node.boot && node_ == node.id; }
  // For people: "node1@127.0.0.1:4369/17".
  std::string text() const;

  // Whether both refer to the same process; through which node they send makes no difference.
  bool operator==(const Ref& other) const { return (*this <=> other) == 0; }
  // By process id, then by boot, then by node.
  std::strong_ordering operator<=>(const Ref& other) const {
    if (auto order = process_ <=> other.process_; order != 0) return order;
    if (auto order = boot_ <=> other.boot_; order != 0) return order;
    return node_ <=> other.node_;
  }

  // Sends M{args...}, at most once, in order with everything else that its sender sends there. An
  // error means that it was certainly not sent: unreachable, stale_process, overloaded, too_large,
  // not_ready, noproc (of a process of this node; a remote process that has ended is silent).
  // Success does not mean that it arrives.
  template <CastMessage M, class... Args>
  Result<void> cast(Args&&... args) const {
    M message{std::forward<Args>(args)...};
    return cast_message(message);
  }
  // The same with a message that is there already, which is moved from.
  template <CastMessage M>
  Result<void> cast_message(M& message) const {
    const Result<Sender*> sender = way();
    if (!sender) return std::unexpected(sender.error());
    OutgoingValue<M> outgoing(message);
    return (*sender)->cast(*this, type_id<M>(), outgoing);
  }

  // To be awaited, once, within a process: casts as soon as there is room on the way to that node,
  // so that a fast sender keeps pace with a slow reader instead of being refused. Gives a
  // Result<void>. Errors: those of cast(); timeout (Options::call_timeout): it was not sent.
  template <CastMessage M, class... Args>
  CastOperation<M> cast_when_ready(Args&&... args) const;
  // The same with a deadline of its own; 0: Options::call_timeout.
  template <CastMessage M, class... Args>
  CastOperation<M> cast_when_ready_within(Duration timeout, Args&&... args) const;

  // To be awaited, once, within a process: sends M{args...} and waits for the answer. Gives a
  // Result<M::reply> by Options::call_timeout, the time that it waits for room included; what an
  // error says of the handler is in "noex/transport/base/error.h".
  template <CallMessage M, class... Args>
  CallOperation<M> call(Args&&... args) const;
  // The same with a deadline of its own; 0: Options::call_timeout.
  template <CallMessage M, class... Args>
  CallOperation<M> call_within(Duration timeout, Args&&... args) const;

  // For CallOperation: starts a call, see Sender::start_call().
  Result<void> start(PendingCall& call, TypeId type, Outgoing& message, Duration timeout) const {
    const Result<Sender*> sender = way();
    if (!sender) return std::unexpected(sender.error());
    return (*sender)->start_call(*this, type, message, timeout, call);
  }
  // For CastOperation: starts a cast that waits for room, see Sender::start_cast().
  Result<bool> start(PendingCast& cast, TypeId type, Outgoing& message, Duration timeout) const {
    const Result<Sender*> sender = way();
    if (!sender) return std::unexpected(sender.error());
    return (*sender)->start_cast(*this, type, message, timeout, cast);
  }
  // For the end of an operation that has been started: nobody waits for it any more.
  void abandon(PendingCall& call) const {
    if (*door_ != nullptr) (*door_)->abandon_call(call);
  }
  // The same of a cast.
  void abandon(PendingCast& cast) const {
    if (*door_ != nullptr) (*door_)->abandon_cast(cast);
  }

  // Its wire form: docs/WIRE.md, "Values".
  void encode_to(Writer& writer) const;
  // Reads the wire form; it will send through the decoder's node.
  void decode_from(Decoder& decoder);

 private:
  Result<Sender*> way() const {
    if (door_ == nullptr) return fail(ErrorCode::noproc);
    if (*door_ == nullptr) return fail(ErrorCode::not_ready, "the node of this reference is gone");
    return *door_;
  }

  NodeId node_;
  Boot boot_ = 0;
  ProcessId process_ = 0;
  Sender::Door door_;  // nullptr: nothing can be sent
};

}  // namespace noex

#include "noex/runtime/message/call.h"
#include "noex/runtime/message/cast.h"

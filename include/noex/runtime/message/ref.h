// Ref: a reference to one process of one boot of one node, and how messages are sent to it.
//
// A Ref is a value: it is copied, compared, sent in messages. It can never reach another process
// than the one it was made for: node, boot and process id all have to match. It sends through the
// node on which it was obtained or received, and must not be used after that node is destroyed.
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

class Ref {
 public:
  static constexpr std::string_view wire_shape = "ref";  // docs/WIRE.md, "Values"

  Ref() = default;  // reaches nobody
  Ref(NodeId node, Boot boot, ProcessId process, Sender* sender)
      : node_(std::move(node)), boot_(boot), process_(process), sender_(sender) {}

  const NodeId& node() const { return node_; }
  Boot boot() const { return boot_; }
  ProcessId process() const { return process_; }
  bool empty() const { return process_ == 0; }
  // Of the node that it is of; empty and 0 for Ref().
  Incarnation incarnation() const { return {node_, boot_}; }
  // Is it a process of that boot of that node? False for Ref(), of every node that is one.
  bool lives_on(const Incarnation& node) const { return boot_ == node.boot && node_ == node.id; }
  // "node1@127.0.0.1:4369/17": for people.
  std::string text() const;

  bool operator==(const Ref& other) const { return (*this <=> other) == 0; }
  std::strong_ordering operator<=>(const Ref& other) const {
    if (auto order = process_ <=> other.process_; order != 0) return order;
    if (auto order = boot_ <=> other.boot_; order != 0) return order;
    return node_ <=> other.node_;
  }

  // Sends M{args...}, at most once, in order with everything else from this process.
  // An error means that it was certainly not sent: unreachable, stale_process, overloaded,
  // too_large, noproc (on this node only: a remote end is silent). Success promises nothing.
  template <CastMessage M, class... Args>
  Result<void> cast(Args&&... args) const {
    M message{std::forward<Args>(args)...};
    return cast_message(message);
  }
  template <CastMessage M>
  Result<void> cast_message(M& message) const {
    if (sender_ == nullptr) return fail(ErrorCode::noproc);
    OutgoingValue<M> outgoing(message);
    return sender_->cast(*this, type_id<M>(), outgoing);
  }

  // co_await it: casts when there is room on the way to that node, so that a fast sender keeps the
  // pace of a slow reader instead of being refused. Result<void>: as of cast(), or timeout: it was
  // not sent. timeout: the node's call_timeout. Within a process only.
  template <CastMessage M, class... Args>
  CastOperation<M> cast_when_ready(Args&&... args) const;
  template <CastMessage M, class... Args>
  CastOperation<M> cast_when_ready_within(Duration timeout, Args&&... args) const;

  // co_await it: Result<M::reply>, by the deadline, exactly once. Within a process only. While too
  // much waits on the way to that node, the call waits for room as well.
  template <CallMessage M, class... Args>
  CallOperation<M> call(Args&&... args) const;
  template <CallMessage M, class... Args>
  CallOperation<M> call_within(Duration timeout, Args&&... args) const;

  // For CallOperation and CastOperation: starts it and says through whom.
  Result<void> start(PendingCall& call, TypeId type, Outgoing& message, Duration timeout,
                     Sender*& through) const {
    through = sender_;
    if (sender_ == nullptr) return fail(ErrorCode::noproc);
    return sender_->start_call(*this, type, message, timeout, call);
  }
  Result<bool> start(PendingCast& cast, TypeId type, Outgoing& message, Duration timeout,
                     Sender*& through) const {
    through = sender_;
    if (sender_ == nullptr) return fail(ErrorCode::noproc);
    return sender_->start_cast(*this, type, message, timeout, cast);
  }

  void encode_to(Writer& writer) const;
  void decode_from(Decoder& decoder);

 private:
  NodeId node_;
  Boot boot_ = 0;
  ProcessId process_ = 0;
  Sender* sender_ = nullptr;
};

}  // namespace noex

#include "noex/runtime/message/call.h"
#include "noex/runtime/message/cast.h"

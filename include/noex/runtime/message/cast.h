// CastOperation: what `ref.cast_when_ready<M>(...)` gives, to be awaited once.
//
// It owns the message until it is sent. It lives in the sender's coroutine frame: when the sender
// ends, its frame is destroyed, and a cast that still waits for room is never sent.
#pragma once

#include <utility>

#include "noex/runtime/message/ref.h"

namespace noex {

// A cast that is sent, or begins to wait for room, when it is awaited; co_await gives a
// Result<void>.
template <CastMessage M>
class [[nodiscard]] CastOperation final : public PendingCast {
 public:
  // For Ref::cast_when_ready() and Ref::cast_when_ready_within().
  CastOperation(Ref to, M message, Duration timeout)
      : to_(std::move(to)), message_(std::move(message)), timeout_(timeout) {}
  // A cast that still waits is never sent.
  ~CastOperation() override {
    if (ticket != 0) to_.abandon(*this);
  }
  CastOperation(const CastOperation&) = delete;
  CastOperation& operator=(const CastOperation&) = delete;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> handle) {
    waiting.handle = handle;
    OutgoingValue<M> outgoing(message_);
    Result<bool> waits = to_.start(*this, type_id<M>(), outgoing, timeout_);
    if (!waits) result_ = std::unexpected(std::move(waits.error()));
    return waits && *waits;
  }
  Result<void> await_resume() { return std::move(result_); }

  void complete(Result<void> result) override { result_ = std::move(result); }
  void encode_to(Writer& writer) const override { encode_body(writer, message_); }

 private:
  Ref to_;
  M message_;
  Duration timeout_;
  Result<void> result_;
};

template <CastMessage M, class... Args>
CastOperation<M> Ref::cast_when_ready(Args&&... args) const {
  return CastOperation<M>(*this, M{std::forward<Args>(args)...}, Duration::zero());
}

template <CastMessage M, class... Args>
CastOperation<M> Ref::cast_when_ready_within(Duration timeout, Args&&... args) const {
  return CastOperation<M>(*this, M{std::forward<Args>(args)...}, timeout);
}

}  // namespace noex

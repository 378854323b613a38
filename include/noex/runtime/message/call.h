// CallOperation: what `ref.call<M>(...)` gives, to be awaited once.
//
// It owns the message until it is sent, and the result until it is taken. It lives in the caller's
// coroutine frame: when the caller ends, its frame is destroyed, and the call ends with it.
#pragma once

#include <optional>
#include <utility>

#include "noex/runtime/message/ref.h"

namespace noex {

// Decodes the answer to a call of type M into `result`. False: the bytes are no such answer, and
// `result` is as it was.
template <CallMessage M>
[[nodiscard]] bool decode_reply(Decoder& bytes, std::optional<Result<typename M::reply>>& result) {
  typename M::reply reply{};
  const Body body = decode_body(bytes, reply);
  if (body == Body::malformed) return false;
  if (body == Body::whole) {
    result.emplace(std::move(reply));
  } else {
    result.emplace(fail(ErrorCode::reply_lost, "the builds differ in the answer's fields"));
  }
  return true;
}

// A call that is sent when it is awaited; co_await gives a Result<M::reply>.
template <CallMessage M>
class [[nodiscard]] CallOperation final : public PendingCall {
 public:
  using Reply = typename M::reply;  // what the handler answers with

  // For Ref::call() and Ref::call_within().
  CallOperation(Ref to, M message, Duration timeout)
      : to_(std::move(to)), message_(std::move(message)), timeout_(timeout) {}
  // Nobody waits for the answer any more; the handler may still run.
  ~CallOperation() override {
    if (id != 0) to_.abandon(*this);
  }
  CallOperation(const CallOperation&) = delete;
  CallOperation& operator=(const CallOperation&) = delete;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> handle) {
    waiting.handle = handle;
    OutgoingValue<M> outgoing(message_);
    Result<void> started = to_.start(*this, type_id<M>(), outgoing, timeout_);
    if (started) return true;
    result_.emplace(std::unexpected(std::move(started.error())));
    return false;
  }
  Result<Reply> await_resume() { return std::move(*result_); }

  void complete_error(Error error) override { result_.emplace(std::unexpected(std::move(error))); }
  bool complete_bytes(Decoder& bytes) override { return decode_reply<M>(bytes, result_); }
  void complete_value(void* reply) override {
    result_.emplace(std::move(*static_cast<Result<Reply>*>(reply)));
  }
  void encode_to(Writer& writer) const override { encode_body(writer, message_); }

 private:
  Ref to_;
  M message_;
  Duration timeout_;
  std::optional<Result<Reply>> result_;
};

template <CallMessage M, class... Args>
CallOperation<M> Ref::call(Args&&... args) const {
  return CallOperation<M>(*this, M{std::forward<Args>(args)...}, Duration::zero());
}

template <CallMessage M, class... Args>
CallOperation<M> Ref::call_within(Duration timeout, Args&&... args) const {
  return CallOperation<M>(*this, M{std::forward<Args>(args)...}, timeout);
}

}  // namespace noex

// Several calls at once: one message to many processes, awaited together.
//
//   const auto answers = co_await when_all<Read>(replicas, key);       // each answer, or error
//   const auto acks = co_await quorum<Write>(2, replicas, key, text);  // once two have agreed
//   const Result<Value> value = co_await first_of<Read>(replicas, key);
//
// The results stand in the order of the references. Each call has its own deadline and its own
// errors (Ref::call). Calls that are not needed any more are cancelled: their result is
// `cancelled`, and their handlers ran 0 or 1 times. An operation is awaited once, within a process;
// it lives in the coroutine's frame and ends with it. The message is built from plain arguments and
// must be copyable: each receiver on this node gets a copy.
#pragma once

#include <coroutine>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "noex/runtime/message/ref.h"

namespace noex {

// How many of the results are answers, not errors.
template <class T>
std::size_t succeeded(const std::vector<Result<T>>& results) {
  std::size_t count = 0;
  for (const Result<T>& result : results) count += result ? 1 : 0;
  return count;
}

// Calls that are sent when the group is awaited; co_await gives Results. Made by when_all() and
// quorum().
template <CallMessage M>
class [[nodiscard]] CallGroup {
 public:
  using Reply = typename M::reply;             // what each handler answers with
  using Results = std::vector<Result<Reply>>;  // one for each reference, in their order

  // It ends once `enough` have answered, or so many have failed that they cannot; without a number,
  // once all have ended. Copies the references. `timeout` 0: Options::call_timeout.
  CallGroup(std::span<const Ref> to, M message, std::optional<std::size_t> enough, Duration timeout)
      : message_(std::move(message)), enough_(enough), timeout_(timeout), members_(to.size()) {
    for (std::size_t i = 0; i < to.size(); ++i) {
      members_[i].group = this;
      members_[i].to = to[i];
    }
  }
  // Nobody waits for the answers any more; the handlers may still run.
  ~CallGroup() { cancel_rest(); }
  CallGroup(const CallGroup&) = delete;
  CallGroup& operator=(const CallGroup&) = delete;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> handle) {
    OutgoingCopy<M> outgoing(message_);
    for (Member& member : members_) {
      if (decided()) break;
      Result<void> started = member.to.start(member, type_id<M>(), outgoing, timeout_);
      if (!started) member.complete_error(std::move(started.error()));
    }
    if (decided()) return false;
    handle_ = handle;
    return true;
  }
  Results await_resume() {
    cancel_rest();
    Results results;
    results.reserve(members_.size());
    for (Member& member : members_) {
      if (!member.result) member.result.emplace(fail(ErrorCode::cancelled));
      results.push_back(std::move(*member.result));
    }
    return results;
  }

 private:
  struct Member final : PendingCall {
    void complete_error(Error error) override {
      result.emplace(std::unexpected(std::move(error)));
      group->on_ended(*this);
    }
    bool complete_bytes(Decoder& bytes) override {
      if (!decode_reply<M>(bytes, result)) return false;
      group->on_ended(*this);
      return true;
    }
    void complete_value(void* reply) override {
      result.emplace(std::move(*static_cast<Result<Reply>*>(reply)));
      group->on_ended(*this);
    }
    void encode_to(Writer& writer) const override { encode_body(writer, group->message_); }

    CallGroup* group = nullptr;
    Ref to;
    std::optional<Result<Reply>> result;
  };

  bool decided() const {
    if (ended_ == members_.size()) return true;
    if (!enough_) return false;
    return good_ >= *enough_ || members_.size() - (ended_ - good_) < *enough_;
  }
  // Whoever decides it wakes the coroutine; nobody else does.
  void on_ended(Member& member) {
    ++ended_;
    if (*member.result) ++good_;
    if (decided()) member.waiting.handle = std::exchange(handle_, {});
  }
  void cancel_rest() {
    for (Member& member : members_) {
      if (member.id != 0) member.to.abandon(member);
    }
  }

  M message_;
  std::optional<std::size_t> enough_;
  Duration timeout_;
  std::vector<Member> members_;
  std::size_t ended_ = 0;
  std::size_t good_ = 0;  // of those: answers
  std::coroutine_handle<> handle_;
};

// A group that ends with its first answer; co_await gives that as a Result<M::reply>. If all fail,
// it gives the error of the first reference; noproc if there are no references.
template <CallMessage M>
class [[nodiscard]] FirstOf : public CallGroup<M> {
 public:
  // For first_of() and first_of_within().
  FirstOf(std::span<const Ref> to, M message, Duration timeout)
      : CallGroup<M>(to, std::move(message), 1, timeout) {}

  Result<typename M::reply> await_resume() {
    auto results = CallGroup<M>::await_resume();
    for (auto& result : results) {
      if (result) return std::move(result);
    }
    if (results.empty()) return fail(ErrorCode::noproc);
    return std::move(results.front());
  }
};

// To be awaited: asks all with M{args...}. Gives a std::vector<Result<M::reply>> once every call
// has ended, by Options::call_timeout.
template <CallMessage M, class... Args>
CallGroup<M> when_all(std::span<const Ref> to, Args&&... args) {
  return CallGroup<M>(to, M{std::forward<Args>(args)...}, std::nullopt, Duration::zero());
}
// The same with a deadline of its own; 0: Options::call_timeout.
template <CallMessage M, class... Args>
CallGroup<M> when_all_within(Duration timeout, std::span<const Ref> to, Args&&... args) {
  return CallGroup<M>(to, M{std::forward<Args>(args)...}, std::nullopt, timeout);
}

// To be awaited: asks all with M{args...}. Gives a std::vector<Result<M::reply>> as soon as
// `enough` have answered, or so many have failed that they cannot: succeeded() tells which.
template <CallMessage M, class... Args>
CallGroup<M> quorum(std::size_t enough, std::span<const Ref> to, Args&&... args) {
  return CallGroup<M>(to, M{std::forward<Args>(args)...}, enough, Duration::zero());
}
// The same with a deadline of its own; 0: Options::call_timeout.
template <CallMessage M, class... Args>
CallGroup<M> quorum_within(Duration timeout, std::size_t enough, std::span<const Ref> to,
                           Args&&... args) {
  return CallGroup<M>(to, M{std::forward<Args>(args)...}, enough, timeout);
}

// To be awaited: asks all with M{args...}. Gives the first answer as a Result<M::reply>; if all
// fail, the error of the first reference.
template <CallMessage M, class... Args>
FirstOf<M> first_of(std::span<const Ref> to, Args&&... args) {
  return FirstOf<M>(to, M{std::forward<Args>(args)...}, Duration::zero());
}
// The same with a deadline of its own; 0: Options::call_timeout.
template <CallMessage M, class... Args>
FirstOf<M> first_of_within(Duration timeout, std::span<const Ref> to, Args&&... args) {
  return FirstOf<M>(to, M{std::forward<Args>(args)...}, timeout);
}

}  // namespace noex

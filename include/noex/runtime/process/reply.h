// Reply: the answer to a call that its handler gives later, as an object.
//
//   void on(const Take&, Reply<Item> reply) {
//     if (items_.empty()) return waiting_.push_back(std::move(reply));
//     std::move(reply).answer(pop());
//   }
//   void on(const Put& put) {
//     if (waiting_.empty()) return items_.push_back(put.item);
//     std::move(waiting_.front()).answer(put.item);
//     waiting_.pop_front();
//   }
//
// A call's handler that takes the Reply as a second parameter returns nothing. The mailbox goes on,
// and whoever holds the Reply answers: another handler, a task, a timer. Answering consumes the
// object, so that nobody answers twice. No caller is forgotten: a Reply that is destroyed answers
// reply_lost, and when a process ends, all callers that it still owes an answer get exited. A Reply
// that is left over then does nothing.
//
// The caller waits until its deadline and no longer; an answer after that reaches nobody. Until it
// is answered or destroyed, a Reply counts as one message in the mailbox of its process
// (Options::mailbox_messages_max). It is used on the node's thread, and may outlive the node.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "noex/runtime/message/message.h"
#include "noex/runtime/message/sender.h"
#include "noex/transport/base/error.h"
#include "noex/transport/base/time.h"

namespace noex {

// Where the answer to a call goes. Not for programs.
struct ReplyTo {
  CallId call = 0;  // 0: nobody waits (a cast)
  LinkSerial link;  // that it came over; none: it is from this node
};

class Replier;

// An answer that a process owes. Not for programs. Owners: its Reply, and the scheduler. Either one
// ends it, and then sets `replier` to nullptr.
struct OwedReply {
  ReplyTo to;                  // the caller
  Instant deadline;            // the caller's, by this node's clock
  std::uint64_t process = 0;   // that owes it
  std::uint64_t number = 0;    // which of those that the process owes
  Replier* replier = nullptr;  // through which it is answered; nullptr: it is over
};

// What a Reply, or a handler's result, is given to: the runtime. Not for programs.
class Replier {
 public:
  virtual ~Replier() = default;
  // Answers a call. `result` points to a Result<R>, which may be moved from; `value` to its R, or
  // is nullptr; `error` to its error, or is nullptr.
  virtual void reply(const ReplyTo& to, void* result, Outgoing* value, const Error* error) = 0;
  // The call that the handler of `process` has just begun with is answered later.
  virtual std::shared_ptr<OwedReply> owe(std::uint64_t process) = 0;
  // It has been answered.
  virtual void on_answered(OwedReply& owed) = 0;
  // It never will be answered.
  virtual void on_dropped(OwedReply& owed) = 0;
  // See Reply::is_awaited().
  virtual bool is_awaited(const OwedReply& owed) const = 0;
};

// A Reply is used that was answered, or moved from: stops the program with a line that says what to
// do.
[[noreturn]] void refuse_second_answer();

// Answers a call with the result of its handler. An error whose code would claim that the handler
// never ran is told as rejected: the handler may have got it from somebody else.
template <class R>
void reply_with(const ReplyTo& to, Replier& replier, Result<R>& result) {
  if (result) {
    OutgoingValue<R> value(*result);
    replier.reply(to, &result, &value, nullptr);
    return;
  }
  if (!may_have_run(result.error().code)) {
    result = fail(ErrorCode::rejected, describe(result.error()));
  }
  replier.reply(to, &result, nullptr, &result.error());
}

// The answer to one call, of type R; it moves, and does not copy.
template <class R>
class [[nodiscard]] Reply {
 public:
  // For the runtime, which gives it to the handler.
  explicit Reply(std::shared_ptr<OwedReply> owed) : owed_(std::move(owed)) {}
  Reply(Reply&&) noexcept = default;
  // What it held before, if anything, is dropped.
  Reply& operator=(Reply&& other) noexcept {
    if (this != &other) {
      drop();
      owed_ = std::move(other.owed_);
    }
    return *this;
  }
  // Answers reply_lost, unless it was answered, or moved from.
  ~Reply() { drop(); }

  // Answers the call, with what a handler would return: a value, or fail(...).
  void answer(Result<R> result) && {
    if (owed_ == nullptr) refuse_second_answer();
    const std::shared_ptr<OwedReply> owed = std::exchange(owed_, nullptr);
    Replier* const replier = std::exchange(owed->replier, nullptr);
    if (replier == nullptr) return;
    reply_with(owed->to, *replier, result);
    replier->on_answered(*owed);
  }

  // False once an answer could reach nobody: the deadline is over, the link to the caller is lost,
  // or the process of this Reply has ended. True is no promise: callers that give up do not say so.
  bool is_awaited() const {
    return owed_ != nullptr && owed_->replier != nullptr && owed_->replier->is_awaited(*owed_);
  }
  // Until when the caller waits, by this node's clock. Of one that was answered or moved from:
  // stops the program.
  Instant deadline() const {
    if (owed_ == nullptr) refuse_second_answer();
    return owed_->deadline;
  }

 private:
  void drop() {
    const std::shared_ptr<OwedReply> owed = std::exchange(owed_, nullptr);
    if (owed == nullptr) return;
    if (Replier* const replier = owed->replier) replier->on_dropped(*owed);
  }

  std::shared_ptr<OwedReply> owed_;
};

}  // namespace noex

// Reply: the answer to a call that its handler gives later, as an object.
//
//   void on(const Take&, Reply<Item> reply) { waiting_.push_back(std::move(reply)); }
//   void on(const Put& put) { std::move(waiting_.front()).answer(put.item); ... }
//
// A call's handler takes it as a second parameter, and then answers nothing itself: the mailbox
// goes on, and whoever holds the Reply answers, from another handler, a task or a timer. Nobody can
// answer twice, since answering takes the object. What is owed is never forgotten: a Reply that is
// destroyed answers reply_lost, and the end of its process answers exited for all that it still
// owes, as for a handler under way; what holds a Reply of it then holds nothing.
//
// The caller waits until its deadline and no longer, and may be gone: answering is harmless then. A
// Reply counts as one message of its process's mailbox (Options::mailbox_messages_max) until it is
// answered or destroyed. It may be moved to anywhere on the node's thread, and outlive the node.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "noex/runtime/message/message.h"
#include "noex/runtime/message/sender.h"
#include "noex/transport/base/error.h"
#include "noex/transport/base/time.h"

namespace noex {

// Where the answer to a call goes.
struct ReplyTo {
  CallId call = 0;  // 0: nobody waits (a cast)
  LinkSerial link;  // that it came over; none: it is from this node
};

class Replier;

// An answer that a process owes. Owners: its Reply, and the scheduler, which is told how it ended
// or ends it with the process; whichever comes first sets `replier` to nullptr.
struct OwedReply {
  ReplyTo to;
  Instant deadline;
  std::uint64_t process = 0;
  std::uint64_t number = 0;  // of those that the process owes
  Replier* replier = nullptr;
};

// What a Reply, or a handler's result, goes through; implemented by the runtime.
class Replier {
 public:
  virtual ~Replier() = default;
  // `result` points to a Result<R>, which may be moved from; `value` to its R, or is nullptr.
  virtual void reply(const ReplyTo& to, void* result, Outgoing* value, const Error* error) = 0;
  // The call that the process's handler has begun with is answered later.
  virtual std::shared_ptr<OwedReply> owe(std::uint64_t process) = 0;
  // It was answered / is never going to be.
  virtual void on_answered(OwedReply& owed) = 0;
  virtual void on_dropped(OwedReply& owed) = 0;
  virtual bool is_awaited(const OwedReply& owed) const = 0;
};

// Stops the program with a word on what to do: the Reply was answered, or moved from.
[[noreturn]] void refuse_second_answer();

// A code tells the caller whether the handler ran. It did: one that says that it never runs would
// be untrue, also if it is what the handler itself was told by somebody else.
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

template <class R>
class [[nodiscard]] Reply {
 public:
  explicit Reply(std::shared_ptr<OwedReply> owed) : owed_(std::move(owed)) {}
  Reply(Reply&&) noexcept = default;
  Reply& operator=(Reply&& other) noexcept {
    if (this != &other) {
      drop();
      owed_ = std::move(other.owed_);
    }
    return *this;
  }
  ~Reply() { drop(); }

  // The result is what the handler would have returned: a value, or fail(...).
  void answer(Result<R> result) && {
    if (owed_ == nullptr) refuse_second_answer();
    const std::shared_ptr<OwedReply> owed = std::exchange(owed_, nullptr);
    Replier* const replier = std::exchange(owed->replier, nullptr);
    if (replier == nullptr) return;
    reply_with(owed->to, *replier, result);
    replier->on_answered(*owed);
  }

  // False once an answer would reach nobody: the deadline is over, the link to the caller lost, the
  // process at its end. True promises nothing: a caller that has given up does not say so.
  bool is_awaited() const {
    return owed_ != nullptr && owed_->replier != nullptr && owed_->replier->is_awaited(*owed_);
  }
  // By this node's clock; until then somebody may wait. Not of one that was answered.
  Instant deadline() const { return owed_->deadline; }

 private:
  void drop() {
    const std::shared_ptr<OwedReply> owed = std::exchange(owed_, nullptr);
    if (owed == nullptr) return;
    if (Replier* const replier = owed->replier) replier->on_dropped(*owed);
  }

  std::shared_ptr<OwedReply> owed_;
};

}  // namespace noex

// Mailbox: what waits for one process, in order of arrival.
//
// Messages of others, and the exits they ask for, count against mailbox_messages_max; signals
// (Down, Overflow, NameConflict, the exits of linked processes) and the process's own timers do
// not, because each of them is bounded by what the process asked for. Never runs anything.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

#include "runtime/behavior.h"
#include "runtime/message.h"
#include "transport/base/time.h"

namespace noex {

struct Envelope {
  enum class What : std::uint8_t {
    message,
    own_message,
    down,
    overflow,
    name_conflict,
    linked_exit,
    asked_exit,
  };

  What what = What::message;
  const Handler* handler = nullptr;   // of a message
  std::unique_ptr<Payload> payload;   // a Box of the message or signal
  ReplyTo reply_to;                   // of a call
  Instant deadline = Instant::max();  // of a call: not executed after it
};

class Mailbox {
 public:
  bool empty() const { return queue_.empty(); }
  std::size_t size() const { return queue_.size(); }
  // Messages of others.
  std::size_t counted() const { return counted_; }

  void push(Envelope envelope) {
    if (counts(envelope)) ++counted_;
    queue_.push_back(std::move(envelope));
  }
  Envelope pop() {
    Envelope envelope = std::move(queue_.front());
    queue_.pop_front();
    if (counts(envelope)) --counted_;
    return envelope;
  }
  // Removes the Down of that monitor, if it waits. True if it did.
  bool discard_down(MonitorId monitor) {
    return discard([monitor](const Envelope& each) {
      return each.what == Envelope::What::down &&
             static_cast<Box<Down>&>(*each.payload).value.monitor == monitor;
    });
  }
  // The same for the Exit of a linked process, and for a call.
  bool discard_exit(const Ref& process) {
    return discard([&process](const Envelope& each) {
      return each.what == Envelope::What::linked_exit &&
             static_cast<Box<Exit>&>(*each.payload).value.process == process;
    });
  }
  bool discard_call(const ReplyTo& call) {
    return discard([&call](const Envelope& each) {
      return each.reply_to.call == call.call && each.reply_to.link == call.link;
    });
  }

 private:
  static bool counts(const Envelope& envelope) {
    return envelope.what == Envelope::What::message || envelope.what == Envelope::What::asked_exit;
  }
  // Removes the first that is `wanted`.
  template <class Wanted>
  bool discard(Wanted wanted) {
    const auto found = std::ranges::find_if(queue_, wanted);
    if (found == queue_.end()) return false;
    if (counts(*found)) --counted_;
    queue_.erase(found);
    return true;
  }

  std::deque<Envelope> queue_;
  std::size_t counted_ = 0;
};

}  // namespace noex

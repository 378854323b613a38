// Mailbox: what waits for one process, in order of arrival.
//
// Messages of others count against mailbox_messages_max; signals (Down, Overflow, NameConflict)
// and the process's own timers do not, because each of them is bounded by what the process asked
// for. Never runs anything.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

#include "runtime/behavior.h"
#include "runtime/message.h"
#include "transport/base/time.h"

namespace noex {

struct Envelope {
  enum class What : std::uint8_t { message, own_message, down, overflow, name_conflict };

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
    if (envelope.what == Envelope::What::message) ++counted_;
    queue_.push_back(std::move(envelope));
  }
  Envelope pop() {
    Envelope envelope = std::move(queue_.front());
    queue_.pop_front();
    if (envelope.what == Envelope::What::message) --counted_;
    return envelope;
  }
  // Removes the Down of that monitor, if it waits. True if it did.
  bool discard_down(MonitorId monitor) {
    for (auto at = queue_.begin(); at != queue_.end(); ++at) {
      if (at->what != Envelope::What::down) continue;
      if (static_cast<Box<Down>&>(*at->payload).value.monitor != monitor) continue;
      queue_.erase(at);
      return true;
    }
    return false;
  }

 private:
  std::deque<Envelope> queue_;
  std::size_t counted_ = 0;
};

}  // namespace noex

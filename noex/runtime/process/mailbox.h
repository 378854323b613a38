// Mailbox: the messages and signals that wait for one process, in the order in which they came.
//
// Messages of others, and requests to exit, count against mailbox_messages_max; signals
// (Down, Overflow, NameConflict, NameUp and NameDown, the exits of linked processes) and the
// process's own timers do not, because each of them is bounded by what the process asked for. The
// exits over links that other nodes made are not: they are counted apart. Never runs anything.
//
// What is taken back (a cancelled call, the Down of a monitor that was removed) leaves a gap, which
// is skipped. Where it is, is looked for from the front; once a mailbox is long and something is
// taken back, an index is kept until it is short again, so that most mailboxes never pay for one.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "noex/runtime/core/ids.h"
#include "noex/runtime/message/message.h"
#include "noex/runtime/process/behavior.h"
#include "noex/transport/base/fifo.h"
#include "noex/transport/base/time.h"
#include "noex/transport/node_id.h"

namespace noex {

struct Envelope {
  enum class What : std::uint8_t {
    message,
    own_message,
    down,
    overflow,
    name_conflict,
    name_up,
    name_down,
    linked_exit,
    asked_exit,
  };

  What what = What::message;
  bool unasked = false;               // a signal that another node alone has brought about
  const Handler* handler = nullptr;   // of a message
  std::unique_ptr<Payload> payload;   // a Box of the message or signal
  ReplyTo reply_to;                   // of a call
  Instant deadline = Instant::max();  // of a call: not executed after it
  std::uint64_t name_monitor = 0;     // of a name's change: whose it is
  std::size_t bytes = 0;              // of another node's message, as it came
  // Of another node's message: that node. Owners: see Link::shared_peer().
  std::shared_ptr<const Incarnation> source;
};

class Mailbox {
 public:
  bool empty() const { return queue_.empty(); }
  std::size_t size() const { return queue_.size() - gaps_; }
  // Messages of others.
  std::size_t counted() const { return counted_; }
  std::size_t counted_bytes() const { return counted_bytes_; }
  std::size_t unasked() const { return unasked_; }
  // An Overflow of the same process waits already.
  bool holds_overflow(const Ref& process);

  void push(Envelope envelope);
  Envelope pop();

  // Removes the Down of that monitor, if it waits. True if it did.
  bool discard_down(MonitorId monitor);
  // The same for the first Exit of a linked process, and for a call.
  bool discard_exit(const Ref& process);
  bool discard_call(const ReplyTo& call);
  // And for the first change told to that monitor of a name.
  bool discard_name_change(std::uint64_t monitor);

 private:
  // What can be taken back, by what it is asked for with.
  struct Key {
    Envelope::What what = Envelope::What::message;
    std::uint64_t number = 0;
    std::uint64_t second = 0;
    NodeId node;

    bool operator==(const Key&) const = default;
    std::strong_ordering operator<=>(const Key&) const = default;
  };
  using Place = std::uint64_t;  // counts what was ever at the front

  static bool counts(const Envelope& envelope);
  static bool is_gap(const Envelope& envelope) { return !envelope.payload; }
  static bool has_key(const Envelope& envelope);
  static Key key_of(const Envelope& envelope);
  static Key key_of(Envelope::What what, const Ref& process);

  void count(const Envelope& envelope);
  void uncount(const Envelope& envelope);
  std::optional<Place> find(const Key& key);
  bool discard(const Key& key);
  void remove(Place place);
  Envelope pop_front();
  void close_gaps();
  void build_index();
  void drop_index();

  Fifo<Envelope> queue_;  // Invariant: the first is no gap
  Place front_ = 0;
  std::size_t gaps_ = 0;
  std::size_t counted_ = 0;
  std::size_t counted_bytes_ = 0;
  std::size_t unasked_ = 0;
  // Invariant: holds every envelope with a key that is no gap, or is not in use.
  std::multimap<Key, Place> index_;
  bool indexed_ = false;
};

}  // namespace noex

// Flow: who waits until there is room on the way to a peer.
//
// Owns one line of waiting operations for each link, served in the order in which they came:
// whoever comes while others wait goes to the end, so that nobody starves. Never sends: it says
// when, and what is then sent is the operation's own. Why casts do not wait: docs/PROTOCOL.md,
// "Links".
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "noex/runtime/cluster/cluster.h"
#include "noex/transport/loop.h"

namespace noex {

class Flow {
 public:
  // A place in a line; 0 is none. Never reused.
  using Ticket = std::uint64_t;
  // Called at most once: with the link, when there is room; or with the error that ended the wait.
  using Go = std::move_only_function<void(Result<Link*>)>;

  Flow(Loop& loop, std::size_t queue_bytes_soft);
  ~Flow();
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;

  // Errors of `go`: timeout at `deadline` (Instant::max(): none), noconnection when the link ends.
  bool must_wait(const Link& link) const;
  Ticket wait(const Link& link, Instant deadline, Go go);
  // Nobody waits there any more; `go` is never called. 0 and what has gone already: nothing.
  void forget(LinkSerial link, Ticket ticket);

  // Serves the line for as long as there is room.
  void on_room(Link& link);
  void on_link_down(LinkSerial link);

  std::size_t waiting() const;

 private:
  struct Waiting {
    Go go;
    TimerId timer = 0;
  };
  using Line = std::map<Ticket, Waiting>;  // the first has waited longest

  bool has_room(const Link& link) const;
  Go take(LinkSerial link, Ticket ticket);

  Loop& loop_;
  const std::size_t queue_bytes_soft_;
  Ticket next_ = 1;
  std::map<LinkSerial, Line> lines_;  // by the link's serial. Invariant: no line is empty
};

}  // namespace noex

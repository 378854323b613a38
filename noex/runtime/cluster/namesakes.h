// Namesakes: who waits to be told whether its name is taken, and by which living member. Sans-IO.
//
// A node that joins may not have the name of a member that is alive. Whether it is alive, it says
// itself: it is pinged, and the joiner's session waits for the answer until a deadline.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "noex/runtime/cluster/session.h"
#include "noex/transport/base/time.h"
#include "noex/transport/node_id.h"

namespace noex {

class Namesakes {
 public:
  // The joiner waits for `holder` to answer the ping of that number.
  void wait(SessionSerial joiner, const NodeId& holder, std::uint64_t number, Instant deadline) {
    waiting_[joiner] = Wait{holder, number, deadline};
  }
  // Whose name is taken, as `holder` has answered; it waits no longer. nullopt: nobody's.
  std::optional<SessionSerial> on_pong(const NodeId& holder, std::uint64_t number) {
    const auto found = std::ranges::find_if(waiting_, [&](const auto& item) {
      return item.second.number == number && item.second.holder == holder;
    });
    if (found == waiting_.end()) return std::nullopt;
    const SessionSerial joiner = found->first;
    waiting_.erase(found);
    return joiner;
  }
  // It waits no longer. False: it did not.
  bool forget(SessionSerial joiner) { return waiting_.erase(joiner) != 0; }
  // Those that wait for that holder, whose link is gone.
  std::vector<SessionSerial> waiting_for(const NodeId& holder) const {
    return select([&](const Wait& wait) { return wait.holder == holder; });
  }
  // Those that have waited long enough.
  std::vector<SessionSerial> late(Instant now) const {
    return select([&](const Wait& wait) { return wait.deadline <= now; });
  }
  // Instant::max(): nobody waits.
  Instant next_deadline() const {
    Instant next = Instant::max();
    for (const auto& [joiner, wait] : waiting_) next = std::min(next, wait.deadline);
    return next;
  }

 private:
  struct Wait {
    NodeId holder;
    std::uint64_t number = 0;
    Instant deadline;
  };
  template <class Matches>
  std::vector<SessionSerial> select(Matches&& matches) const {
    std::vector<SessionSerial> found;
    for (const auto& [joiner, wait] : waiting_) {
      if (matches(wait)) found.push_back(joiner);
    }
    return found;
  }

  std::map<SessionSerial, Wait> waiting_;
};

}  // namespace noex

// LazyDue: the earliest of many moments that keep moving away, without touching them each time.
//
// Owns for each member a moment that is never later than its true one; looks the true one up only
// when it comes first. For deadlines that every received byte postpones.
#pragma once

#include <map>
#include <set>
#include <utility>

#include "noex/runtime/membership/member_table.h"
#include "noex/transport/base/time.h"

namespace noex {

class LazyDue {
 public:
  // Whenever a member's moment may have come nearer.
  void add(MemberIndex member, Instant at) {
    const auto [place, is_new] = moments_.try_emplace(member, at);
    if (!is_new) {
      if (place->second <= at) return;
      order_.erase({place->second, member});
      place->second = at;
    }
    order_.emplace(at, member);
  }

  // `true_due(member)`: Instant::max() if it has none any more. Max: nobody has one.
  template <class TrueDue>
  Instant next(TrueDue&& true_due) {
    while (!order_.empty()) {
      const auto [at, member] = *order_.begin();
      const Instant due = true_due(member);
      if (due <= at) return at;
      auto moved = order_.extract(order_.begin());
      if (due == Instant::max()) {
        moments_.erase(member);
      } else {
        moments_[member] = due;
        moved.value().first = due;
        order_.insert(std::move(moved));
      }
    }
    return Instant::max();
  }

 private:
  std::map<MemberIndex, Instant> moments_;
  std::set<std::pair<Instant, MemberIndex>> order_;
};

}  // namespace noex

// LinkQuota: how many things of one kind one link may keep in this node's memory.
//
// A peer decides how many monitors and process links it asks for; without a bound it could fill
// our memory. Counts only; what happens beyond is said by who asks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "noex/runtime/core/ids.h"
#include "noex/transport/base/check.h"

namespace noex {

class LinkQuota {
 public:
  explicit LinkQuota(std::size_t max) : max_(max) {}

  // False: the link has as many as it may. This node itself has no bound.
  [[nodiscard]] bool take(LinkSerial link) {
    if (!link) return true;
    std::size_t& used = used_[link];
    if (used >= max_) return false;
    ++used;
    return true;
  }
  void give_back(LinkSerial link) {
    if (!link) return;
    const auto found = used_.find(link);
    NOEX_CHECK(found != used_.end() && found->second > 0);
    if (--found->second == 0) used_.erase(found);
  }
  bool uses(LinkSerial link) const { return used_.contains(link); }

 private:
  std::size_t max_;
  std::map<LinkSerial, std::size_t> used_;  // Invariant: nothing at 0, if max_ is not 0
};

}  // namespace noex

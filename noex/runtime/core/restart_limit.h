// RestartLimit: how often a node may start again in place because of what others say of its boot.
//
// Owns the moments of the restarts of one process, over its incarnations. Honest peers make a node
// restart a few times at most, each above a boot that it knows; whoever lies may say ever higher
// ones. So the first restarts are free, and the pause before each further one doubles. What is said
// meanwhile is not lost: who still thinks so will say it again with his next dial.
#pragma once

#include <algorithm>
#include <cstdint>

#include "noex/runtime/core/options.h"
#include "noex/transport/base/time.h"

namespace noex {

class RestartLimit {
 public:
  explicit RestartLimit(const Options& options)
      : at_once_(options.restarts_at_once),
        pause_min_(options.restart_pause_min),
        pause_max_(options.restart_pause_max) {}

  void on_restart(Instant now) {
    if (count_ > 0 && now - last_ >= forgotten_after * pause_max_) count_ = 0;
    last_ = now;
    ++count_;
    if (count_ < at_once_) return;
    const std::uint32_t doublings = std::min(count_ - at_once_, 20U);
    earliest_ = now + std::min(pause_min_ * (1U << doublings), pause_max_);
  }
  // When the next one may be; the minimum: at once.
  Instant earliest() const { return earliest_; }

 private:
  static constexpr int forgotten_after = 6;

  const std::uint32_t at_once_;
  const Duration pause_min_;
  const Duration pause_max_;
  std::uint32_t count_ = 0;
  Instant last_{};
  Instant earliest_ = Instant::min();
};

}  // namespace noex

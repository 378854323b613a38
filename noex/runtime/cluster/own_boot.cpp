#include "noex/runtime/cluster/own_boot.h"

#include <utility>

#include <fmt/format.h>

namespace noex {

Boot OwnBoot::believed_max() const {
  return static_cast<Boot>(latest_believable(loop_.wall_now(), config_.options.clock_ahead_max));
}

bool OwnBoot::hear(Boot boot, const NodeId& teller) {
  if (boot <= self_.boot || !believes(boot, teller)) return false;
  teller_ = teller;
  membership_.on_own_boot_seen(boot);
  return true;
}

bool OwnBoot::may_restart_with(Boot boot) {
  if (!believes(boot - 1, teller_)) return false;
  log_.warning("{} knows of a boot of this node that is not below its own, {}: it starts again",
               teller_.empty() ? "a node" : teller_.text(), boot - 1);
  return true;
}

bool OwnBoot::believes(Boot boot, const NodeId& teller) {
  if (boot > believed_max()) {
    complaints_.warn(teller,
                     fmt::format("{} says that this node's id was used with a boot that is too far "
                                 "ahead of its clock: not believed",
                                 teller.text()));
    return false;
  }
  if (loop_.now() >= config_.restart_from) return true;
  if (!std::exchange(told_waits_, true)) {
    log_.warning("{} knows of a later boot of this node, which has restarted too often, and waits",
                 teller.text());
  }
  return false;
}

}  // namespace noex

// SpawnOptions: how a process is to be started; every field has a default.
#pragma once

#include <string>
#include <utility>

#include "noex/transport/base/time.h"

namespace noex {

// Each setter gives the options back by value, so that an object may be assigned what was made of
// itself: options = std::move(options).link().
class SpawnOptions {
 public:
  SpawnOptions() : timeout_(Duration::zero()) {}

  // Registers it under `name` in the whole cluster, before the spawn succeeds; otherwise the
  // spawn fails with name_taken and the process is gone.
  [[nodiscard]] SpawnOptions global(std::string name) && {
    global_name_ = std::move(name);
    return std::move(*this);
  }
  // How long to wait for init and registration; 0: the node's spawn_timeout.
  [[nodiscard]] SpawnOptions timeout(Duration timeout) && {
    timeout_ = timeout;
    return std::move(*this);
  }

  // Links it to the process that spawns it, in the moment in which the spawn succeeds.
  [[nodiscard]] SpawnOptions link() && {
    linked_ = true;
    return std::move(*this);
  }

  const std::string& global_name() const { return global_name_; }
  Duration timeout() const { return timeout_; }
  bool linked() const { return linked_; }

 private:
  std::string global_name_;
  Duration timeout_;
  bool linked_ = false;
};

}  // namespace noex

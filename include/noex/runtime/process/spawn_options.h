// SpawnOptions: how a process is to be started; each option has a default.
//
//   const SpawnOptions options = SpawnOptions().global("store").timeout(2s);
#pragma once

#include <string>
#include <utility>

#include "noex/transport/base/time.h"

namespace noex {

// A value. Each setter takes a temporary and gives the options back by value, so that nothing
// dangles: options that have a name are changed by options = std::move(options).link().
class SpawnOptions {
 public:
  // No name, no link, Options::spawn_timeout.
  SpawnOptions() : timeout_(Duration::zero()) {}

  // Registers the process under `name` in the whole cluster before the spawn succeeds. If the name
  // is taken, the process ends and the spawn fails with name_taken.
  [[nodiscard]] SpawnOptions global(std::string name) && {
    global_name_ = std::move(name);
    return std::move(*this);
  }
  // How long its init and its registration may take; 0: Options::spawn_timeout.
  [[nodiscard]] SpawnOptions timeout(Duration timeout) && {
    timeout_ = timeout;
    return std::move(*this);
  }

  // Links it to the process that spawns it at the moment at which the spawn succeeds.
  [[nodiscard]] SpawnOptions link() && {
    linked_ = true;
    return std::move(*this);
  }

  // The name that it will be registered under; empty: none.
  const std::string& global_name() const& { return global_name_; }
  std::string global_name() && { return std::move(global_name_); }  // of a temporary
  // See the setter.
  Duration timeout() const { return timeout_; }
  // Whether it will be linked.
  bool linked() const { return linked_; }

 private:
  std::string global_name_;
  Duration timeout_;
  bool linked_ = false;
};

}  // namespace noex

// KeptNames: names that outlive their process, until a supervisor has started it again.
//
// Owns who keeps which name; the entries themselves are the registry's. A name that its holder lost
// to another part of the cluster is never handed on.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "noex/runtime/core/ids.h"
#include "noex/runtime/registry/registry.h"

namespace noex {

class KeptNames {
 public:
  explicit KeptNames(Registry& registry) : registry_(registry) {}

  // `name`, which `holder` holds, outlives it until `keeper` hands it on or drops it, or ends.
  void keep(const std::string& name, ProcessId holder, ProcessId keeper);
  // Moves the name of a holder that has ended to `heir`, in one step. False: it is not there.
  bool hand_on(const std::string& name, ProcessId keeper, ProcessId heir);
  // Withdrawn, if its holder has ended.
  void drop(const std::string& name, ProcessId keeper);
  bool is_lost(const std::string& name, ProcessId keeper) const;

  void on_process_ended(ProcessId process);
  void on_conflict_lost(const std::string& name, ProcessId holder);

  std::size_t size() const { return kept_.size(); }
  void check_invariants() const;

 private:
  using Key = std::pair<ProcessId, std::string>;  // keeper and name
  struct Kept {
    ProcessId holder = 0;
    bool ended = false;
    bool lost = false;
  };

  void erase(std::map<Key, Kept>::iterator at);

  Registry& registry_;
  std::map<Key, Kept> kept_;
  std::map<ProcessId, Key> by_holder_;  // Invariant: one name a process, as in kept_
};

}  // namespace noex

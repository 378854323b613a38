// NameMonitors: the processes of this node that asked to be told who holds a name.
//
// Owns who monitors what and what each was told last, so that everybody is told each change of the
// local winner exactly once, whenever he began to ask. Never decides who holds a name.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "noex/runtime/core/options.h"
#include "noex/runtime/message/ref.h"
#include "noex/runtime/process/processes.h"
#include "noex/runtime/registry/registry.h"

namespace noex {

class NameMonitors {
 public:
  // All of them outlive it.
  NameMonitors(const Options& options, Registry& registry, Processes& processes, Sender& sender)
      : options_(options), registry_(registry), processes_(processes), sender_(sender) {}

  // The present holder, if any, is told at once; once, however often it is asked for. Errors:
  // invalid_argument, overloaded (names_max of a node).
  Result<void> add(ProcessId process, const std::string& name);
  // Nothing more is told of it; what waits in the mailbox is discarded. False: it was not asked
  // for.
  bool remove(ProcessId process, std::string_view name);
  void on_process_ended(ProcessId process);
  void on_winner_changed(const std::string& name, const std::optional<NameHolder>& winner);

  std::size_t size() const { return monitors_.size(); }
  void check_invariants() const;

 private:
  struct Monitor {
    std::uint64_t number = 0;
    std::optional<NameHolder> told;
  };
  using Monitors = std::map<std::pair<std::string, ProcessId>, Monitor>;

  void tell(ProcessId process, Monitor& monitor, const std::string& name,
            const std::optional<NameHolder>& winner);
  void send(ProcessId process, const Monitor& monitor, const std::string& name,
            const NameHolder& holder, bool up);
  void erase(Monitors::iterator monitor);

  const Options& options_;
  Registry& registry_;
  Processes& processes_;
  Sender& sender_;
  Monitors monitors_;
  std::set<std::pair<ProcessId, std::string>> by_process_;  // Invariant: as in monitors_
  std::uint64_t last_number_ = 0;
};

}  // namespace noex

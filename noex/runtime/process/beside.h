// Beside: what a process has beside its mailbox and the handler under way.
//
// Its tasks, and the answers that it owes for calls whose handlers have ended. Owns them; most
// processes have none. Never runs anything: that is the scheduler's (processes.h).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "noex/runtime/message/task.h"
#include "noex/runtime/process/reply.h"

namespace noex {

struct Beside {
  // By strand, which is never 0 and never used again.
  std::map<std::uint64_t, task<void>> tasks;
  // By number: in the order in which the calls began. Each shared with its Reply.
  std::map<std::uint64_t, std::shared_ptr<OwedReply>> owed;
  // Of those, what was dropped while the process was running: answered when it leaves the stack,
  // unless it ends then.
  std::vector<std::uint64_t> dropped;
  std::uint64_t last_strand = 0;
  std::uint64_t last_number = 0;
};

}  // namespace noex

// ProcessObserver: what the scheduler tells of processes, for those who watch; see Observer.
#pragma once

#include "noex/runtime/core/ids.h"
#include "noex/runtime/message/exit_reason.h"
#include "noex/runtime/message/message.h"
#include "noex/runtime/message/ref.h"
#include "noex/transport/base/time.h"

namespace noex {

class ProcessObserver {
 public:
  virtual ~ProcessObserver() = default;

  virtual void on_process_started(ProcessId) {}
  // After all that follows from it.
  virtual void on_process_ended(ProcessId, const ExitReason&) {}
  // The full mailbox of a process refuses a message: a Box of it.
  virtual void on_message_refused(ProcessId, const Payload& /*message*/) {}
  // A call's handler begins here, for the call of that node; not run after `deadline`.
  virtual void on_call_executed(const Incarnation& /*caller*/, CallId, ProcessId,
                                Instant /*deadline*/) {}
  // The handler of a Down begins.
  virtual void on_down(MonitorId, const ExitReason&) {}
  // The handler of the Exit that a process link gave begins. A process that does not trap exits
  // just ends.
  virtual void on_exit_told(ProcessId, const Ref& /*other*/) {}
};

}  // namespace noex

// ProcessContext: what the runtime lets a process do.
//
// Owns nothing but the process's reference: each call goes to the part of the runtime that it
// concerns.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "noex/runtime/process/process.h"

namespace noex {

class Runtime;

class ProcessContext final : public Context {
 public:
  // `runtime` outlives it.
  ProcessContext(Runtime& runtime, Ref self) : Context(std::move(self)), runtime_(runtime) {}

  Runtime& runtime() const { return runtime_; }
  Node& node() const override;
  Loop& loop() const override;
  Log& log() const override;
  Incarnation source() const override;
  Random& random() override;
  void exit(ExitReason reason) override;
  void exit(const Ref& process, ExitReason reason) override;
  MonitorId monitor(const Ref& process) override;
  bool demonitor(MonitorId monitor) override;
  Result<void> monitor_name(const std::string& name) override;
  bool demonitor_name(std::string_view name) override;
  void link(const Ref& process) override;
  void unlink(const Ref& process) override;
  void set_trap_exit(bool trap) override;
  TimerId send_after(Duration delay, TypeId type, std::unique_ptr<Payload> message) override;
  bool cancel_send(TimerId timer) override;
  Result<ProcessTaskId> spawn_task(task<void> body) override;
  bool cancel_task(ProcessTaskId task) override;
  std::vector<Ref> members_of(std::string_view group) const override;
  std::vector<Ref> multicast(std::span<const Ref> targets, TypeId type, Outgoing& message) override;

 private:
  Runtime& runtime_;
  std::optional<Random> random_;  // made when it is first asked for: most processes draw nothing
};

}  // namespace noex

#include "runtime/process.h"

#include "runtime/runtime.h"

namespace noex {

task<Result<void>> Process::init() {
  co_return Result<void>();
}

Instant Process::now() const {
  return node().loop().now();
}
WallTime Process::wall_now() const {
  return node().loop().wall_now();
}
Log& Process::log() const {
  return node().log();
}

void Process::exit(ExitReason reason) {
  context_.runtime().processes.exit(self().process(), std::move(reason));
}

void Process::exit(const Ref& process, ExitReason reason) {
  context_.runtime().router.exit(process, std::move(reason), self());
}

MonitorId Process::monitor(const Ref& process) {
  return context_.runtime().monitor(self().process(), process);
}

void Process::link(const Ref& process) {
  context_.runtime().link(self().process(), process);
}

void Process::unlink(const Ref& process) {
  context_.runtime().process_links.remove(self().process(), process);
}

void Process::set_trap_exit(bool trap) {
  context_.runtime().processes.set_trap_exit(self().process(), trap);
}

bool Process::demonitor(MonitorId monitor) {
  return context_.runtime().demonitor(self().process(), monitor);
}

Result<void> Process::monitor_name(const std::string& name) {
  return context_.runtime().name_monitors.add(self().process(), name);
}

bool Process::demonitor_name(std::string_view name) {
  return context_.runtime().name_monitors.remove(self().process(), name);
}

std::vector<Ref> Process::members_of(std::string_view group) const {
  return context_.runtime().groups.members(group);
}

TimerId Process::send_after_boxed(Duration delay, TypeId type, std::unique_ptr<Payload> message) {
  Processes& processes = context_.runtime().processes;
  const ProcessId id = self().process();
  Envelope envelope;
  envelope.what = Envelope::What::own_message;
  envelope.handler = processes.behavior(id)->find(type);
  NOEX_CHECK(envelope.handler != nullptr, "send_after() of a type that is not in its messages");
  envelope.payload = std::move(message);
  return processes.start_timer(id, now() + delay,
                               [&processes, id, envelope = std::move(envelope)]() mutable {
                                 processes.signal(id, std::move(envelope));
                               });
}

bool Process::cancel_send(TimerId timer) {
  return context_.runtime().processes.cancel_timer(self().process(), timer);
}

std::vector<Ref> Process::multicast_erased(std::span<const Ref> targets, TypeId type,
                                           Outgoing& message,
                                           const std::function<std::unique_ptr<Payload>()>& copy) {
  return context_.runtime().router.multicast(targets, type, message, copy);
}

}  // namespace noex

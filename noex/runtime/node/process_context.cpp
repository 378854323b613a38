#include "noex/runtime/node/process_context.h"

#include "noex/runtime/node/runtime.h"

namespace noex {

Node& ProcessContext::node() const {
  return runtime_.node;
}
Loop& ProcessContext::loop() const {
  return runtime_.loop;
}
Log& ProcessContext::log() const {
  return runtime_.log;
}
Incarnation ProcessContext::source() const {
  return runtime_.processes.source(self().process());
}

Random& ProcessContext::random() {
  if (!random_) random_ = runtime_.random.split("process", self().process());
  return *random_;
}

void ProcessContext::exit(ExitReason reason) {
  runtime_.processes.exit(self().process(), std::move(reason));
}

void ProcessContext::exit(const Ref& process, ExitReason reason) {
  runtime_.router.exit(process, std::move(reason), self());
}

MonitorId ProcessContext::monitor(const Ref& process) {
  return runtime_.monitors.add(self().process(), process);
}

void ProcessContext::link(const Ref& process) {
  runtime_.process_links.add(self().process(), process);
}

void ProcessContext::unlink(const Ref& process) {
  runtime_.process_links.remove(self().process(), process);
}

void ProcessContext::set_trap_exit(bool trap) {
  runtime_.processes.set_trap_exit(self().process(), trap);
}

bool ProcessContext::demonitor(MonitorId monitor) {
  return runtime_.monitors.remove(self().process(), monitor);
}

Result<void> ProcessContext::monitor_name(const std::string& name) {
  if (!runtime_.cluster->shares_registry()) {
    return fail(ErrorCode::invalid_argument, "a client is told of no names: ask with find()");
  }
  return runtime_.name_monitors.add(self().process(), name);
}

bool ProcessContext::demonitor_name(std::string_view name) {
  return runtime_.name_monitors.remove(self().process(), name);
}

std::vector<Ref> ProcessContext::members_of(std::string_view group) const {
  return runtime_.node.groups().members(group);
}

TimerId ProcessContext::send_after(Duration delay, TypeId type, std::unique_ptr<Payload> message) {
  Processes& processes = runtime_.processes;
  const ProcessId id = self().process();
  Envelope envelope;
  envelope.what = Envelope::What::own_message;
  envelope.handler = processes.behavior(id)->find(type);
  NOEX_CHECK(envelope.handler != nullptr, "send_after() of a type that is not in its messages");
  envelope.payload = std::move(message);
  return processes.start_timer(id, runtime_.loop.now() + delay,
                               [&processes, id, envelope = std::move(envelope)]() mutable {
                                 processes.signal(id, std::move(envelope));
                               });
}

bool ProcessContext::cancel_send(TimerId timer) {
  return runtime_.processes.cancel_timer(self().process(), timer);
}

Result<ProcessTaskId> ProcessContext::spawn_task(task<void> body) {
  return runtime_.processes.spawn_task(self().process(), std::move(body));
}

bool ProcessContext::cancel_task(ProcessTaskId task) {
  return runtime_.processes.cancel_task(self().process(), task);
}

std::vector<Ref> ProcessContext::multicast(std::span<const Ref> targets, TypeId type,
                                           Outgoing& message) {
  return runtime_.router.multicast(targets, type, message);
}

}  // namespace noex

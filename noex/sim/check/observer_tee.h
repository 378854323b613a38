// ObserverTee: passes everything on to two observers, one after the other.
//
// So that a run can be recorded while it is checked. What an Observer learns to say is to be added
// here, or a recorded run would be checked less: a test compares the counts.
#pragma once

#include "noex/runtime/observe/observer.h"

namespace noex::sim {

class ObserverTee final : public Observer {
 public:
  // Both outlive it.
  ObserverTee(Observer& first, Observer& second) : first_(first), second_(&second) {}

  // The second one hears nothing more.
  void end_second() { second_ = nullptr; }

  void on_link_up(const Incarnation& peer) override { both(&Observer::on_link_up, peer); }
  void on_link_down(const Incarnation& peer) override { both(&Observer::on_link_down, peer); }
  void on_node_up(const Incarnation& peer) override { both(&Observer::on_node_up, peer); }
  void on_node_down(const Incarnation& peer, DownReason why) override {
    both(&Observer::on_node_down, peer, why);
  }
  void on_member_changed(const TableEntry& entry, const NodeId& source) override {
    both(&Observer::on_member_changed, entry, source);
  }
  void on_peer_blamed(const Blame& blame) override { both(&Observer::on_peer_blamed, blame); }
  void on_verdict(const Verdict& verdict) override { both(&Observer::on_verdict, verdict); }
  void on_call_started(CallId call, const Ref& to, Instant deadline) override {
    both(&Observer::on_call_started, call, to, deadline);
  }
  void on_call_ended(CallId call, ErrorCode code) override {
    both(&Observer::on_call_ended, call, code);
  }
  void on_late_reply(CallId call) override { both(&Observer::on_late_reply, call); }
  void on_reply_delivered(CallId answered, CallId pending) override {
    both(&Observer::on_reply_delivered, answered, pending);
  }
  void on_call_executed(const Incarnation& caller, CallId call, ProcessId process,
                        Instant deadline) override {
    both(&Observer::on_call_executed, caller, call, process, deadline);
  }
  void on_process_started(ProcessId process) override {
    both(&Observer::on_process_started, process);
  }
  void on_process_ended(ProcessId process, const ExitReason& reason) override {
    both(&Observer::on_process_ended, process, reason);
  }
  void on_message_refused(ProcessId process, const Payload& message) override {
    both(&Observer::on_message_refused, process, message);
  }
  void on_monitor_made(ProcessId watcher, MonitorId monitor, const Ref& target) override {
    both(&Observer::on_monitor_made, watcher, monitor, target);
  }
  void on_monitor_removed(MonitorId monitor) override {
    both(&Observer::on_monitor_removed, monitor);
  }
  void on_down(MonitorId monitor, const ExitReason& reason) override {
    both(&Observer::on_down, monitor, reason);
  }
  void on_process_linked(ProcessId process, const Ref& other) override {
    both(&Observer::on_process_linked, process, other);
  }
  void on_process_unlinked(ProcessId process, const Ref& other) override {
    both(&Observer::on_process_unlinked, process, other);
  }
  void on_exit_told(ProcessId process, const Ref& other) override {
    both(&Observer::on_exit_told, process, other);
  }
  void on_spawn_taken_back(ProcessId process) override {
    both(&Observer::on_spawn_taken_back, process);
  }
  void on_spawned_for_other(ProcessId process) override {
    both(&Observer::on_spawned_for_other, process);
  }
  void on_spawn_told(const Ref& process) override { both(&Observer::on_spawn_told, process); }
  void on_spawn_confirmed(ProcessId process) override {
    both(&Observer::on_spawn_confirmed, process);
  }
  void on_find_ended(Instant deadline) override { both(&Observer::on_find_ended, deadline); }
  void on_claim_started(std::uint64_t request, std::string_view name, ProcessId process) override {
    both(&Observer::on_claim_started, request, name, process);
  }
  void on_name_published(std::string_view name, const RegistryEntry& entry) override {
    both(&Observer::on_name_published, name, entry);
  }
  void on_claim_ended(std::uint64_t request, const Result<void>& result,
                      const std::optional<NameHolder>& holder) override {
    both(&Observer::on_claim_ended, request, result, holder);
  }
  void on_conflict_lost(const RegistryConflictLost& lost) override {
    both(&Observer::on_conflict_lost, lost);
  }

 private:
  template <class Function, class... Args>
  void both(Function function, const Args&... args) {
    (first_.*function)(args...);
    if (second_ != nullptr) (second_->*function)(args...);
  }

  Observer& first_;
  Observer* second_;
};

}  // namespace noex::sim

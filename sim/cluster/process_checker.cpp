#include "sim/cluster/process_checker.h"

#include <fmt/format.h>

namespace noex::sim {

namespace {

constexpr Duration grace = 100ms;  // what a message waits for besides the way

}  // namespace

void ProcessChecker::on_node_ended(std::size_t index) {
  monitors_[index].clear();
  provisional_[index].clear();
}

// --- Monitors ---

void ProcessChecker::on_monitor_made(std::size_t index, ProcessId watcher, MonitorId monitor,
                                     const Ref& target) {
  monitors_[index].emplace(monitor, Monitor{watcher, target});
}

void ProcessChecker::on_monitor_removed(std::size_t index, MonitorId monitor) {
  monitors_[index].erase(monitor);
}

void ProcessChecker::on_down(std::size_t index, MonitorId monitor) {
  const bool due = monitors_[index].erase(monitor) == 1;
  tally_.expect(Property::d2, truth_.now(), due, [&] {
    return fmt::format("monitor {} of {} gives a Down, though it has given one or was taken back",
                       monitor, truth_.id(index).text());
  });
}

bool ProcessChecker::is_alive(const Ref& process) const {
  for (std::size_t index = 0; index < truth_.nodes(); ++index) {
    const Node* node = truth_.node(index);
    if (node == nullptr || node->id() != process.node()) continue;
    return node->boot() == process.boot() && node->is_alive(process.process());
  }
  return false;
}

void ProcessChecker::check_monitors(std::size_t index) {
  for (const auto& [monitor, made] : monitors_[index]) {
    if (!truth_.node(index)->is_alive(made.watcher)) continue;
    tally_.expect(Property::d2, truth_.now(), is_alive(made.target), [&, number = monitor] {
      return fmt::format("monitor {} of {} gave no Down of {}, which has ended", number,
                         truth_.id(index).text(), made.target.text());
    });
  }
}

// --- Spawns ---

void ProcessChecker::on_spawned_for_other(std::size_t index, ProcessId process) {
  provisional_[index].insert(process);
}

// The spawner confirms as soon as he is told; he may have been told at the last moment.
void ProcessChecker::on_spawn_taken_back(std::size_t index, ProcessId process) {
  const Node& node = *truth_.node(index);
  const auto told = told_.find(Ref(node.id(), node.boot(), process, nullptr));
  if (told == told_.end()) return;
  const auto& [spawner, at] = told->second;
  const bool late = truth_.now() - at <= truth_.latency_max() + grace;
  const bool excused = truth_.undisturbed_since(index, spawner) >= at;
  tally_.expect(Property::p5, truth_.now(), late || excused, [&] {
    return fmt::format("process {} of {} is taken back {} ms after its spawner was told of it",
                       process, node.id().text(), to_milliseconds(truth_.now() - told->second.at));
  });
}

void ProcessChecker::check_orphans(std::size_t index) {
  const Node& node = *truth_.node(index);
  for (const ProcessId process : provisional_[index]) {
    const bool told = told_.contains(Ref(node.id(), node.boot(), process, nullptr));
    tally_.expect(Property::p5, truth_.now(), told || !node.is_alive(process), [&] {
      return fmt::format("process {} of {} lives, and who wanted it was never told", process,
                         node.id().text());
    });
  }
}

void ProcessChecker::at_end() {
  for (std::size_t index = 0; index < truth_.nodes(); ++index) {
    if (truth_.node(index) == nullptr) continue;
    check_monitors(index);
    check_orphans(index);
  }
}

}  // namespace noex::sim

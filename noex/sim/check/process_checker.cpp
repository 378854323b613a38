#include "noex/sim/check/process_checker.h"

#include <fmt/format.h>

#include "noex/sim/check/runtime_properties.h"

namespace noex::sim {

namespace {

constexpr Duration grace = 100ms;  // what a message waits for besides the way

}  // namespace

void ProcessChecker::on_node_ended(std::size_t index) {
  started_[index].clear();
  confirmed_[index].clear();
}

void ProcessChecker::on_spawned_for_other(std::size_t index, ProcessId process) {
  started_[index].insert(process);
}

// Only who was told can want it.
void ProcessChecker::on_spawn_confirmed(std::size_t index, ProcessId process) {
  const Node& node = *truth_.node(index);
  confirmed_[index].insert(process);
  const bool told = told_.contains(Ref(node.id(), node.boot(), process, nullptr));
  tally_.expect(property::p5, truth_.now(), told, [&] {
    return fmt::format("process {} of {} is confirmed, and who wanted it was never told", process,
                       node.id().text());
  });
}

// The spawner confirms as soon as he is told; he may have been told at the last moment, or his word
// waits behind what was lost in a cut.
void ProcessChecker::on_spawn_taken_back(std::size_t index, ProcessId process) {
  const Node& node = *truth_.node(index);
  const auto told = told_.find(Ref(node.id(), node.boot(), process, nullptr));
  if (told == told_.end()) return;
  const auto& [spawner, at] = told->second;
  const bool late = truth_.now() - at <= truth_.latency_max() + grace;
  const bool excused = truth_.undisturbed_since(index, spawner) + retransmit_max >= at;
  tally_.expect(property::p5, truth_.now(), late || excused, [&] {
    return fmt::format("process {} of {} is taken back {} ms after its spawner was told of it",
                       process, node.id().text(), to_milliseconds(truth_.now() - told->second.at));
  });
}

void ProcessChecker::check_orphans(std::size_t index) {
  const Node& node = *truth_.node(index);
  for (const ProcessId process : started_[index]) {
    const bool wanted = confirmed_[index].contains(process);
    tally_.expect(property::p5, truth_.now(), wanted || !node.is_alive(process), [&] {
      return fmt::format("process {} of {} lives, and who wanted it has never confirmed it",
                         process, node.id().text());
    });
  }
}

void ProcessChecker::at_end() {
  for (std::size_t index = 0; index < truth_.nodes(); ++index) {
    if (truth_.node(index) != nullptr) check_orphans(index);
  }
}

}  // namespace noex::sim

#include "noex/sim/check/monitor_checker.h"

#include <algorithm>

#include <fmt/format.h>

#include "noex/sim/check/runtime_properties.h"

namespace noex::sim {

MonitorChecker::MonitorChecker(const Truth& truth, Tally& tally)
    : truth_(truth), tally_(tally), monitors_(truth.nodes()) {
  for (std::size_t index = 0; index < truth.nodes(); ++index) machines_[truth.id(index)] = index;
}

bool MonitorChecker::is_alive(const Ref& process) const {
  return runs(process) && truth_.node(machines_.at(process.node()))->is_alive(process.process());
}

// Its node does, in that boot.
bool MonitorChecker::runs(const Ref& process) const {
  const auto machine = machines_.find(process.node());
  const Node* node = machine != machines_.end() ? truth_.node(machine->second) : nullptr;
  return node != nullptr && node->boot() == process.boot();
}

void MonitorChecker::on_process_ended(std::size_t index, ProcessId process,
                                      const ExitReason& reason) {
  ended_.insert_or_assign(Ref(truth_.id(index), truth_.node(index)->boot(), process, nullptr),
                          reason);
}

void MonitorChecker::owe(std::size_t index, MonitorId monitor, Monitor& made) {
  if (!made.owed) made.owed = truth_.now();
  owing_.emplace(index, monitor);
}

void MonitorChecker::on_monitor_made(std::size_t index, ProcessId watcher, MonitorId monitor,
                                     const Ref& target) {
  const Node& node = *truth_.node(index);
  const Incarnation there = target.incarnation();
  const bool had_way = there == node.incarnation() || node.is_up(there);
  monitors_[index].emplace(monitor, Monitor{watcher, target, had_way, false, std::nullopt});
}

// Its Down may wait in the mailbox, where it has to be discarded.
void MonitorChecker::on_monitor_removed(std::size_t index, MonitorId monitor) {
  const auto made = monitors_[index].extract(monitor);
  owing_.erase({index, monitor});
  if (made.empty()) return;
  if (made.mapped().lost || !is_alive(made.mapped().target)) tally_.checked(property::d2);
}

std::optional<Ref> MonitorChecker::target(std::size_t index, MonitorId monitor) const {
  const auto made = monitors_[index].find(monitor);
  if (made == monitors_[index].end()) return std::nullopt;
  return made->second.target;
}

void MonitorChecker::on_down(std::size_t index, MonitorId monitor, const ExitReason& reason) {
  const auto made = monitors_[index].extract(monitor);
  owing_.erase({index, monitor});
  tally_.expect(property::d2, truth_.now(), !made.empty(), [&] {
    return fmt::format("monitor {} of {} gives a Down, though it has given one or was taken back",
                       monitor, truth_.id(index).text());
  });
  if (made.empty()) return;
  if (made.mapped().lost) tally_.checked(property::d3);
  check_reason(index, monitor, made.mapped(), reason);
}

// Nobody is told of an end, or of a loss, that did not happen.
void MonitorChecker::check_reason(std::size_t index, MonitorId monitor, const Monitor& made,
                                  const ExitReason& reason) {
  tally_.expect(property::d2, truth_.now(), is_true(made, reason), [&] {
    const auto ended = ended_.find(made.target);
    const std::string how = ended != ended_.end() ? ended->second.describe() : "nothing it said";
    return fmt::format("monitor {} of {} gives Down({}) of {}, which {}", monitor,
                       truth_.id(index).text(), reason.describe(), made.target.text(),
                       is_alive(made.target) ? "lives, and no link was lost" : "ended with " + how);
  });
}

// A process may itself have ended because it lost a connection. Whoever came to watch it too late
// is told noproc; whoever is told after its node ended may be told of the loss.
bool MonitorChecker::is_true(const Monitor& made, const ExitReason& reason) const {
  const bool for_loss = reason.kind() == ExitKind::noconnection;
  if (for_loss && (made.lost || !made.had_way || !runs(made.target))) return true;
  if (is_alive(made.target)) return false;
  if (reason.kind() == ExitKind::noproc) return true;
  const auto ended = ended_.find(made.target);
  if (ended == ended_.end()) return false;
  return ended->second.kind() == reason.kind() && ended->second.text() == reason.text();
}

void MonitorChecker::on_link_down(std::size_t index, const Incarnation& peer) {
  for (auto& [monitor, made] : monitors_[index]) {
    if (!made.target.lives_on(peer)) continue;
    made.lost = true;
    owe(index, monitor, made);
  }
}

void MonitorChecker::on_node_ended(std::size_t ended, const Incarnation& node) {
  monitors_[ended].clear();
  owing_.erase(owing_.lower_bound({ended, 0}), owing_.lower_bound({ended + 1, 0}));
  for (std::size_t index = 0; index < monitors_.size(); ++index) {
    for (auto& [monitor, made] : monitors_[index]) {
      if (made.target.lives_on(node)) owe(index, monitor, made);
    }
  }
}

void MonitorChecker::on_message(std::size_t index, ProcessId process, const Incarnation& peer) {
  const auto end = owing_.lower_bound({index + 1, 0});
  for (auto at = owing_.lower_bound({index, 0}); at != end; ++at) {
    const Monitor& made = monitors_[index].at(at->second);
    const bool meant = made.lost && made.watcher == process && made.target.node() == peer.id;
    if (!meant) continue;
    tally_.violated(
        property::d3, truth_.now(),
        fmt::format("process {} of {} handles a message of {} before the Down of {}, "
                    "to which the link was lost",
                    process, truth_.id(index).text(), peer.id.text(), made.target.text()));
  }
}

void MonitorChecker::look() {
  std::erase_if(owing_, [this](const Place& place) {
    const Monitor& made = monitors_[place.first].at(place.second);
    return !truth_.node(place.first)->is_alive(made.watcher);
  });
  for (const auto& [index, monitor] : owing_) {
    const Monitor& made = monitors_[index].at(monitor);
    const Options& options = truth_.node(index)->options();
    const Duration detected = detection_bound(options);
    const Duration bound = detected + truth_.latency_max() + truth_.clock_slack(detected);
    const std::size_t peer = machines_.at(made.target.node());
    const Instant since = std::max(*made.owed, truth_.undisturbed_since(index, peer));
    tally_.expect(property::d3, truth_.now(), truth_.now() - since <= bound, [&, number = monitor] {
      return fmt::format("monitor {} of {} has given no Down of {}, which was lost {} ms ago",
                         number, truth_.id(index).text(), made.target.text(),
                         to_milliseconds(truth_.now() - since));
    });
  }
}

// Those whose watcher lives, at both ends: none outlives who made it.
void MonitorChecker::check_none_left() {
  std::vector<std::size_t> known(truth_.nodes());
  for (std::size_t index = 0; index < truth_.nodes(); ++index) {
    const Node* node = truth_.node(index);
    for (const auto& [_, made] : monitors_[index]) {
      if (node == nullptr || !node->is_alive(made.watcher)) continue;
      ++known[index];
      const auto there = machines_.find(made.target.node());
      if (there != machines_.end() && there->second != index) ++known[there->second];
    }
  }
  for (std::size_t index = 0; index < truth_.nodes(); ++index) {
    const Node* node = truth_.node(index);
    if (node == nullptr) continue;
    tally_.expect(property::x3, truth_.now(), node->monitor_count() <= known[index], [&] {
      return fmt::format("{} holds {} ends of monitors, and {} of their watchers live",
                         truth_.id(index).text(), node->monitor_count(), known[index]);
    });
  }
}

void MonitorChecker::at_end() {
  check_none_left();
  for (std::size_t index = 0; index < truth_.nodes(); ++index) {
    const Node* node = truth_.node(index);
    if (node == nullptr) continue;
    for (const auto& [monitor, made] : monitors_[index]) {
      if (!node->is_alive(made.watcher)) continue;
      const bool watches = is_alive(made.target) && !made.lost;
      tally_.expect(property::d2, truth_.now(), watches, [&, number = monitor] {
        return fmt::format("monitor {} of {} gave no Down of {}, which has ended or was lost",
                           number, truth_.id(index).text(), made.target.text());
      });
    }
  }
}

}  // namespace noex::sim

// The part of Simulation::Impl that carries the steps of a scenario out.
//
// It knows what each kind does to machines, nodes and users, and tells StepEffects what changed;
// what lasts is Disturbances'. Never looks at properties.
#include <algorithm>
#include <utility>

#include "noex/sim/run/simulation_impl.h"
#include "noex/transport/base/check.h"

namespace noex::sim {

void Simulation::Impl::carry_out(const Step& step) {
  if (watcher_ != nullptr) watcher_->on_step(world_.now(), step);
  if (is_fault(step.kind) || step.kind == StepKind::leave) calm_ = false;
  effects_.begin(step);
  switch (step.kind) {
    case StepKind::start:
      return start(step);
    case StepKind::leave:
      if (leave(step.node)) effects_.changed(step);
      return;
    case StepKind::open:
      return open(step);
    case StepKind::command:
    case StepKind::paste:
      return operate(step);
    case StepKind::crash:
    case StepKind::power_loss:
      if (end(step.node, step.kind)) effects_.changed(step);
      return;
    case StepKind::crash_before:
    case StepKind::crash_after:
      return crash_points_.arm(step);
    default:
      NOEX_CHECK(row_of(step.kind).role == StepRole::disturbance, "{}", describe(step.kind));
      if (disturbances_.apply(step)) effects_.changed(step);
      return;
  }
}

void Simulation::Impl::start(const Step& step) {
  Machine& machine = fabric_.machine(step.node);
  if (machine.host() != nullptr) return;
  const auto identity = std::ranges::find(identities_, started_as(step), &Identity::id);
  present_[step.node] = static_cast<std::size_t>(identity - identities_.begin());
  disturbances_.before_start(step.node);
  effects_.on_start(step.node);
  effects_.changed(step);
  Host& host = machine.start();
  disturbances_.touch(step.node);
  host.loop().give(EventKind::task, [this, index = step.node] { make_node(index); });
}

void Simulation::Impl::make_node(std::uint32_t machine) {
  const std::size_t index = present_[machine];
  SimNodeConfig config;
  config.machine = machine;
  config.index = index;
  config.node.id = id(index);
  config.node.seeds = seeds_[machine];
  config.node.options = scenario_.options;
  config.node.observer = &node_observer(index);
  config.notebook = &notebooks_[machine];
  config.book = &book_;
  config.post = &checkers_->post_observer(index);
  config.probe = application_.probe();
  config.processes_may_end = scenario_.has_trouble();
  config.company = scenario_.company;
  config.active = scenario_.quiet_from - world_.now();
  Host& host = *fabric_.machine(machine).host();
  nodes_[index] = std::make_unique<SimNode>(std::move(config), host, *this, *run_);
  SimNode& node = *nodes_[index];
  node_runs(index);
  tell(machine, "starts");
  const Result<void> started = node.start();
  NOEX_CHECK(started.has_value(), "{}", describe(started.error()));
}

void Simulation::Impl::node_runs(std::size_t index) {
  const Node& node = nodes_[index]->node();
  boots_[index] = node.boot();
  checkers_->on_node_started(index, node);
  run_->on_node_started(index);
}

void Simulation::Impl::node_is_over(std::size_t index) {
  checkers_->on_node_ended(index);
  run_->on_node_ended(index, Incarnation{id(index), boots_[index]});
}

// The checkers' first, then the application's, then whoever watches.
Observer& Simulation::Impl::node_observer(std::size_t index) {
  Observer& checking = checkers_->node_observer(index);
  const auto lane = static_cast<std::uint32_t>(machine(index));
  Observer* watching = watcher_ != nullptr ? watcher_->node_observer(lane) : nullptr;
  Observer& checked = joined(checking, run_->node_observer(index), application_tees_[index]);
  return joined(checked, watching, watcher_tees_[index]);
}

Observer& Simulation::Impl::joined(Observer& first, Observer* second,
                                   std::unique_ptr<ObserverTee>& tee) {
  if (second == nullptr) return first;
  tee = std::make_unique<ObserverTee>(first, *second);
  return *tee;
}

// The process ends when it has said good-bye to everybody.
bool Simulation::Impl::leave(std::uint32_t machine) {
  Host* host = fabric_.machine(machine).host();
  if (host == nullptr) return false;
  host->loop().give(EventKind::task, [this, machine, run = host->run()] {
    const bool leaves = node_on(machine).leave([this, machine, run] {
      world_.schedule(world_.now(), EventKind::task, machine, [this, machine, run] {
        Host* now = fabric_.machine(machine).host();
        if (now != nullptr && now->run() == run) end(machine, StepKind::leave);
      });
    });
    if (!leaves) return;
    checkers_->on_node_leaving(present_[machine]);
    tell(machine, "leaves");
  });
  return true;
}

// False: there was nothing to end.
bool Simulation::Impl::end(std::uint32_t machine, StepKind how) {
  Machine& computer = fabric_.machine(machine);
  const std::size_t index = present_[machine];
  const bool there =
      computer.host() != nullptr || (how == StepKind::power_loss && computer.powered());
  if (how == StepKind::leave && nodes_[index]) check_left(index);
  if (how == StepKind::power_loss) {
    computer.power_off();
  } else if (how == StepKind::crash) {
    computer.crash();
  } else {
    computer.exit();
  }
  disturbances_.touch(machine);
  if (!nodes_[index]) return there;
  if (how != StepKind::leave) note_outage(machine);
  node_is_over(index);
  tell(machine, "ends", describe(how));
  nodes_[index].reset();
  return there;
}

void Simulation::Impl::note_outage(std::uint32_t machine) {
  const Instant now = world_.now();
  for (std::uint32_t other = 0; other < ended_.size(); ++other) {
    const bool together = other != machine && ended_[other] && now - *ended_[other] <= outage_span;
    if (together && scenario_.is_on(FaultKind::outage)) world_.hit(FaultKind::outage);
  }
  ended_[machine] = now;
}

// In a turn of that machine's process.
void Simulation::Impl::kill(const Step& point) {
  effects_.changed(point);
  world_.schedule(world_.now(), EventKind::fault, point.node,
                  [this, machine = point.node] { end(machine, StepKind::crash); });
}

void Simulation::Impl::open(const Step& step) {
  Host* host = fabric_.machine(step.node).host();
  if (host == nullptr) return;
  host->loop().give(EventKind::task, [this, &step] {
    if (node_on(step.node).program().open(step.user)) effects_.changed(step);
  });
}

void Simulation::Impl::operate(const Step& step) {
  const std::vector<std::string> lines = typed_lines(step);
  Host* host = fabric_.machine(step.node).host();
  if (host == nullptr) {
    counts_.commands_lost += lines.size();
    return;
  }
  for (const std::string& line : lines) world_.mix(line);
  host->loop().give(EventKind::task, [this, &step, lines] {
    Program& program = node_on(step.node).program();
    const bool is_here = program.is_here(step.user);
    (is_here ? counts_.commands : counts_.commands_lost) += lines.size();
    if (!is_here) return;
    effects_.changed(step);
    for (const std::string& line : lines) program.operate(step.user, line);
  });
}

}  // namespace noex::sim

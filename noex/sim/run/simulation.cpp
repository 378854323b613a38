#include "noex/sim/run/simulation.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "noex/sim/check/runtime_properties.h"
#include "noex/sim/run/simulation_impl.h"

namespace noex::sim {

namespace {

constexpr Duration look_interval = 250ms;

}  // namespace

Simulation::Impl::Impl(const Application& application, const Scenario& scenario,
                       RunWatcher* watcher, GoesOn goes_on)
    : application_(application),
      scenario_(scenario),
      watcher_(watcher),
      goes_on_(std::move(goes_on)),
      world_(scenario.seed),
      fabric_(world_),
      table_(properties_of(application)),
      tally_(table_),
      checkers_((build_machines(), application.checks_runtime() ? Checkers::create(*this, tally_)
                                                                : Checkers::none())),
      run_(application.begin(scenario, *this, tally_)),
      disturbances_(fabric_),
      crash_points_(fabric_, [this](const Step& point) { kill(point); }),
      effects_(world_),
      ended_(scenario.nodes) {}

void Simulation::Impl::build_machines() {
  identities_ = identities_of(scenario_);
  for (std::uint32_t machine = 0; machine < scenario_.nodes; ++machine) {
    fabric_.add_machine();
    present_.push_back(machine);
  }
  for (const std::vector<std::uint32_t>& seeds : scenario_.seeds) {
    std::vector<NodeId>& list = seeds_.emplace_back();
    for (const std::uint32_t seed : seeds) list.push_back(identities_[seed].id);
  }
  fabric_.set_profile(scenario_.links);
}

// As at a crash: the process is dead before its objects go.
Simulation::Impl::~Impl() {
  for (std::uint32_t machine = 0; machine < present_.size(); ++machine) {
    const std::size_t index = present_[machine];
    fabric_.machine(machine).exit();
    if (index >= nodes_.size() || !nodes_[index]) continue;
    node_is_over(index);
    nodes_[index].reset();
  }
}

std::vector<Truth::Cut> Simulation::Impl::one_way_cuts() const {
  std::vector<Cut> cuts = disturbances_.one_way_cuts();
  for (Cut& cut : cuts) {
    cut.from = present_[cut.from];
    cut.to = present_[cut.to];
  }
  return cuts;
}

RunSummary Simulation::Impl::run() {
  nodes_.resize(identities_.size());
  boots_.resize(identities_.size());
  application_tees_.resize(identities_.size());
  watcher_tees_.resize(identities_.size());
  notebooks_.resize(scenario_.nodes);
  watch_world();
  schedule_steps();
  const Instant end{scenario_.duration};
  while (!world_.stopped() && world_.now() < end) {
    counts_.interrupted = goes_on_ && !goes_on_();
    if (counts_.interrupted) break;
    world_.run_until(std::min(world_.now() + 1s, end));
    audit_next();
    if (watcher_ != nullptr) watcher_->on_second(world_.now());
  }
  if (!world_.stopped() && !counts_.interrupted) {
    checkers_->at_end();
    run_->at_end();
  }
  RunSummary result = summary();
  RunWatcher* const watcher = dismiss_watcher();
  const bool goes_on = result.violations.empty() && !counts_.interrupted;
  if (goes_on && application_.checks_runtime()) shut_down();
  add_verdict(result);
  if (watcher != nullptr) watcher->on_over(result);
  return result;
}

// What comes after the scenario is nobody's business but the checkers'.
RunWatcher* Simulation::Impl::dismiss_watcher() {
  if (watcher_ == nullptr) return nullptr;
  for (const auto& tee : watcher_tees_) {
    if (tee) tee->end_second();
  }
  fabric_.set_tap(nullptr);
  world_.set_trace({});
  return std::exchange(watcher_, nullptr);
}

// Everybody leaves at one moment, to see what is left of them.
void Simulation::Impl::shut_down() {
  calm_ = false;
  const Instant began = world_.now();
  for (std::uint32_t machine = 0; machine < present_.size(); ++machine) leave(machine);
  world_.run_until(began + 2 * scenario_.options.leave_timeout + latency_max());
  for (std::size_t index = 0; index < nodes_.size() && !world_.stopped(); ++index) {
    tally_.expect(property::x3, world_.now(), nodes_[index] == nullptr, [this, index] {
      return fmt::format("{} has not ended though it left", id(index).text());
    });
  }
}

// When it has said good-bye, before its process ends. What a slow or stopped process has not come
// to look at waits like a timer.
void Simulation::Impl::check_left(std::size_t index) {
  if (!application_.checks_runtime()) return;
  const NodeAudit audit = nodes_[index]->node().audit();
  const HostLoop& loop = nodes_[index]->host().loop();
  const std::uint64_t pending = loop.held() ? 0 : loop.pending();
  const bool nothing = audit.empty() && audit.links == 0 && pending == 0;
  tally_.expect(property::x3, world_.now(), nothing, [&] {
    return fmt::format("{} has left and still holds {}; timers and posts of any kind: {}",
                       id(index).text(), audit.text(), pending);
  });
}

// --- The world ---

void Simulation::Impl::schedule_steps() {
  for (const Step& step : scenario_.steps) {
    const EventKind kind = is_fault(step.kind) ? EventKind::fault : EventKind::task;
    world_.schedule(step.at, kind, step.node, [this, &step] { carry_out(step); });
  }
  world_.schedule(scenario_.quiet_from, EventKind::fault, no_host, [this] { quiet(); });
  world_.schedule(Instant{look_interval}, EventKind::check, no_host, [this] { look(); });
}

void Simulation::Impl::watch_world() {
  world_.set_after_event([this] {
    const std::uint32_t host = world_.event_host();
    if (host >= present_.size()) return;
    if (watcher_ != nullptr) watcher_->on_turn(host);
    after_turn(present_[host]);
    stop_if_violated();
  });
  if (watcher_ == nullptr) return;
  watcher_->on_begin(*this);
  fabric_.set_tap(watcher_->stream_tap());
  if (!watcher_->wants_events()) return;
  world_.set_trace([this](const TraceEvent& event) {
    watcher_->on_event(event.time, event.host, describe(event.kind), event.text);
  });
}

void Simulation::Impl::after_turn(std::size_t index) {
  if (nodes_[index] && nodes_[index]->node().boot() != boots_[index]) {  // it restarted in place
    node_is_over(index);
    node_runs(index);
  }
  checkers_->after_event(index);
  run_->after_event(index);
}

void Simulation::Impl::look() {
  checkers_->look();
  run_->look();
  stop_if_violated();
  world_.schedule(world_.now() + look_interval, EventKind::check, no_host, [this] { look(); });
}

// Every index of a node says what its table says, or that stops us. One node a second, for it goes
// through all of them.
void Simulation::Impl::audit_next() {
  audited_ = (audited_ + 1) % static_cast<std::uint32_t>(present_.size());
  const std::size_t index = present_[audited_];
  if (nodes_[index]) (void)nodes_[index]->node().audit();
}

void Simulation::Impl::stop_if_violated() {
  if (!tally_.violations().empty()) world_.stop();
}

void Simulation::Impl::quiet() {
  disturbances_.end_all();
  crash_points_.end_all();
  fabric_.set_profile(scenario_.calm);
}

// --- What nodes say ---

void Simulation::Impl::on_shown(std::uint32_t node, std::uint32_t user, std::string_view line) {
  ++counts_.lines_shown;
  if (application_.kind_of(line) == LineKind::message) ++counts_.messages_shown;
  world_.mix(node * users_per_node + user);
  world_.mix(line);
  if (watcher_ != nullptr) watcher_->on_shown(world_.now(), node, user, line);
}

void Simulation::Impl::on_cluster_event(std::uint32_t node, std::string_view what,
                                        const NodeId& who, std::string_view why) {
  if (watcher_ == nullptr) return;
  const auto known = std::ranges::find(identities_, who, &Identity::id);
  const std::string label = known == identities_.end() ? who.text() : node_label(*known);
  watcher_->on_cluster_event(world_.now(), node, what, label, why);
}

void Simulation::Impl::tell(std::uint32_t machine, std::string_view what, std::string_view why) {
  on_cluster_event(machine, what, id(present_[machine]), why);
}

void Simulation::Impl::on_own_deed(std::uint32_t node, std::string_view deed) {
  if (watcher_ != nullptr) watcher_->on_own_deed(world_.now(), node, deed);
}

// A log that counts its lines tells the last of them as its node is destroyed.
void Simulation::Impl::on_log(std::uint32_t node, std::string_view text) {
  if (watcher_ != nullptr) watcher_->on_event(world_.now(), node, "log", text);
}

RunSummary Simulation::Impl::summary() const {
  RunSummary summary = counts_;
  summary.seed = scenario_.seed;
  summary.nodes = scenario_.nodes;
  summary.simulated = world_.now().time_since_epoch();
  summary.events = world_.events();
  summary.fingerprint = world_.fingerprint();
  summary.faults = world_.hits();
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    if (scenario_.is_on(static_cast<FaultKind>(i))) summary.faults_on |= std::uint32_t{1} << i;
  }
  summary.idle_steps = effects_.idle();
  add_verdict(summary);
  return summary;
}

void Simulation::Impl::add_verdict(RunSummary& summary) const {
  summary.checks = tally_.counts();
  summary.violations = tally_.violations();
}

Simulation::Simulation(const Application& application, const Scenario& scenario,
                       RunWatcher* watcher, GoesOn goes_on)
    : impl_(std::make_unique<Impl>(application, scenario, watcher, std::move(goes_on))) {}
Simulation::~Simulation() = default;

RunSummary Simulation::run() {
  return impl_->run();
}

}  // namespace noex::sim

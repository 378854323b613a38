#include "sim/cluster/simulation.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "sim/cluster/crash_points.h"
#include "sim/cluster/disturbances.h"
#include "sim/cluster/observer_tee.h"
#include "sim/cluster/sim_node.h"
#include "sim/cluster/truth.h"
#include "sim/fabric.h"
#include "sim/world.h"
#include "transport/base/check.h"

namespace noex::sim {

namespace {

constexpr Duration look_interval = 250ms;
constexpr std::uint16_t port = 4369;

// "[10:30:15] [general] Alice: hello", but not "[10:30:15] [general] * Bob joined".
bool is_message(std::string_view line) {
  if (line.size() < 12 || line.front() != '[' || line.substr(9, 3) != "] [") return false;
  const std::size_t end = line.find("] ", 12);
  return end != std::string_view::npos && !line.substr(end + 2).starts_with("* ");
}

}  // namespace

class Simulation::Impl final : public Truth, public SimNodeOwner {
 public:
  Impl(const Scenario& scenario, RunWatcher* watcher);
  ~Impl() override;

  RunSummary run();

  // --- Truth ---
  std::size_t nodes() const override { return ids_.size(); }
  Instant now() const override { return world_.now(); }
  const Node* node(std::size_t index) const override {
    return nodes_[index] ? &nodes_[index]->node() : nullptr;
  }
  const NodeId& id(std::size_t index) const override { return ids_[index]; }
  const std::vector<NodeId>& seeds(std::size_t index) const override { return seeds_[index]; }
  Instant undisturbed_since(std::size_t a, std::size_t b) const override {
    return disturbances_.undisturbed_since(a, b);
  }
  Instant heard_since(std::size_t observer, std::size_t peer) const override {
    return disturbances_.heard_since(observer, peer);
  }
  bool calm_so_far() const override { return calm_; }
  std::vector<Cut> one_way_cuts() const override { return disturbances_.one_way_cuts(); }
  Duration latency_max() const override {
    const LinkProfile& links = scenario_.links;
    return links.latency + links.jitter + links.tail;
  }
  Duration clock_slack(Duration bound) const override {
    return scenario_.is_on(FaultKind::clock_skew) ? skew_slack(bound) : Duration{0};
  }

 private:
  // --- SimNodeOwner ---
  void on_shown(std::uint32_t node, std::uint32_t user, std::string_view line) override;
  void on_cluster_event(std::uint32_t node, std::string_view what, const NodeId& who,
                        std::string_view why) override;
  void on_told(std::uint32_t node, const NodeId& who, bool up) override {
    checkers_->on_told(node, who, up);
  }
  bool wants_log() const override { return watcher_ != nullptr && watcher_->wants_log(); }
  void on_log(std::uint32_t node, std::string_view text) override;

  void build_machines();
  void schedule_steps();
  void watch_world();
  void look();
  void stop_if_violated();
  void quiet();

  void carry_out(const Step& step);
  void start(std::uint32_t index);
  void make_node(std::uint32_t index);
  Observer& node_observer(std::uint32_t index);
  chat::ChatObserver& chat_observer(std::uint32_t index);
  void leave(std::uint32_t index);
  void end(std::uint32_t index, StepKind how);
  void note_outage(std::uint32_t index);
  void kill(std::uint32_t index);
  void open(const Step& step);
  void type(const Step& step);
  void tell(std::uint32_t node, std::string_view what);
  RunWatcher* dismiss_watcher();
  void shut_down();
  void check_left(std::uint32_t index);
  RunSummary summary() const;
  void add_verdict(RunSummary& summary) const;

  const Scenario& scenario_;
  RunWatcher* watcher_;
  World world_;
  Fabric fabric_;
  std::vector<NodeId> ids_;
  std::vector<std::vector<NodeId>> seeds_;
  Tally tally_;
  std::unique_ptr<Checkers> checkers_;
  std::vector<Notebook> notebooks_;                 // by machine
  std::vector<std::unique_ptr<ObserverTee>> tees_;  // by machine; empty: nobody hears, too
  std::vector<std::unique_ptr<ChatObserverTee>> chat_tees_;
  AddressBook book_;
  std::vector<std::unique_ptr<SimNode>> nodes_;
  Disturbances disturbances_;
  CrashPoints crash_points_;
  std::vector<std::optional<Instant>> ended_;  // by a fault, when last
  bool calm_ = true;                           // see Truth::calm_so_far
  std::uint64_t sessions_ = 0;                 // so far; numbers them
  RunSummary counts_;
};

Simulation::Impl::Impl(const Scenario& scenario, RunWatcher* watcher)
    : scenario_(scenario),
      watcher_(watcher),
      world_(scenario.seed),
      fabric_(world_),
      checkers_((build_machines(), Checkers::create(*this, tally_))),
      disturbances_(fabric_),
      crash_points_(fabric_, [this](std::uint32_t index) { kill(index); }),
      ended_(scenario.nodes) {}

void Simulation::Impl::build_machines() {
  for (std::uint32_t i = 0; i < scenario_.nodes; ++i) {
    const Machine& machine = fabric_.add_machine();
    ids_.emplace_back(machine.name(), machine.address(), port);
  }
  for (const std::vector<std::uint32_t>& seeds : scenario_.seeds) {
    std::vector<NodeId>& list = seeds_.emplace_back();
    for (const std::uint32_t seed : seeds) list.push_back(ids_[seed]);
  }
  fabric_.set_profile(scenario_.links);
}

// As at a crash: the process is dead before its objects go.
Simulation::Impl::~Impl() {
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    fabric_.machine(i).exit();
    if (nodes_[i]) checkers_->on_node_ended(i);
    nodes_[i].reset();
  }
}

RunSummary Simulation::Impl::run() {
  nodes_.resize(scenario_.nodes);
  tees_.resize(scenario_.nodes);
  chat_tees_.resize(scenario_.nodes);
  notebooks_.resize(scenario_.nodes);
  watch_world();
  schedule_steps();
  const Instant end{scenario_.duration};
  while (!world_.stopped() && world_.now() < end) {
    world_.run_until(std::min(world_.now() + 1s, end));
    if (watcher_ != nullptr) watcher_->on_second(world_.now());
  }
  if (!world_.stopped()) checkers_->at_end();
  RunSummary result = summary();
  RunWatcher* const watcher = dismiss_watcher();
  if (result.violations.empty()) shut_down();
  add_verdict(result);
  if (watcher != nullptr) watcher->on_over(result);
  return result;
}

// What comes after the scenario is nobody's business but the checkers'.
RunWatcher* Simulation::Impl::dismiss_watcher() {
  if (watcher_ == nullptr) return nullptr;
  for (const auto& tee : tees_) {
    if (tee) tee->end_second();
  }
  for (const auto& tee : chat_tees_) {
    if (tee) tee->end_second();
  }
  fabric_.streams().set_tap(nullptr);
  world_.set_trace({});
  return std::exchange(watcher_, nullptr);
}

// Everybody leaves at one moment.
void Simulation::Impl::shut_down() {
  calm_ = false;
  const Instant began = world_.now();
  for (std::uint32_t index = 0; index < nodes_.size(); ++index) leave(index);
  world_.run_until(began + 2 * scenario_.options.leave_timeout + latency_max());
  for (std::uint32_t index = 0; index < nodes_.size() && !world_.stopped(); ++index) {
    tally_.expect(Property::x3, world_.now(), nodes_[index] == nullptr, [this, index] {
      return fmt::format("{} has not ended though it left", ids_[index].text());
    });
  }
}

// When it has said good-bye, before its process ends. What a slow or stopped process has not come
// to look at waits like a timer.
void Simulation::Impl::check_left(std::uint32_t index) {
  const NodeAudit audit = nodes_[index]->node().audit();
  const HostLoop& loop = nodes_[index]->host().loop();
  const std::uint64_t pending = loop.held() ? 0 : loop.pending();
  const bool nothing = audit.empty() && audit.links == 0 && pending == 0;
  tally_.expect(Property::x3, world_.now(), nothing, [&] {
    return fmt::format("{} has left and still holds {}; timers and posts of any kind: {}",
                       ids_[index].text(), audit.text(), pending);
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
    if (host >= nodes_.size()) return;
    if (watcher_ != nullptr) watcher_->on_turn(host);
    checkers_->after_event(host);
    stop_if_violated();
  });
  if (watcher_ == nullptr) return;
  watcher_->on_begin(*this);
  fabric_.streams().set_tap(watcher_->stream_tap());
  if (!watcher_->wants_events()) return;
  world_.set_trace([this](const TraceEvent& event) {
    watcher_->on_event(event.time, event.host, describe(event.kind), event.text);
  });
}

void Simulation::Impl::look() {
  checkers_->look();
  stop_if_violated();
  world_.schedule(world_.now() + look_interval, EventKind::check, no_host, [this] { look(); });
}

void Simulation::Impl::stop_if_violated() {
  if (!tally_.violations().empty()) world_.stop();
}

void Simulation::Impl::quiet() {
  disturbances_.end_all();
  crash_points_.end_all();
  fabric_.set_profile(scenario_.calm);
}

// --- Steps ---

void Simulation::Impl::carry_out(const Step& step) {
  if (watcher_ != nullptr) watcher_->on_step(world_.now(), step);
  if (is_fault(step.kind) || step.kind == StepKind::leave) calm_ = false;
  switch (step.kind) {
    case StepKind::start:
      return start(step.node);
    case StepKind::leave:
      return leave(step.node);
    case StepKind::open:
      return open(step);
    case StepKind::command:
    case StepKind::paste:
      return type(step);
    case StepKind::crash:
    case StepKind::power_loss:
      return end(step.node, step.kind);
    case StepKind::crash_before:
    case StepKind::crash_after:
      return crash_points_.arm(step);
    case StepKind::pause:
    case StepKind::reset:
    case StepKind::partition:
    case StepKind::one_way:
    case StepKind::slow_link:
    case StepKind::half_open:
    case StepKind::slow_node:
    case StepKind::clock_skew:
    case StepKind::clock_jump:
    case StepKind::backlog_full:
    case StepKind::bridge:
      return disturbances_.apply(step);
  }
}

void Simulation::Impl::start(std::uint32_t index) {
  Machine& machine = fabric_.machine(index);
  if (machine.host() != nullptr) return;
  disturbances_.before_start(index);
  Host& host = machine.start();
  disturbances_.touch(index);
  host.loop().give(EventKind::task, [this, index] { make_node(index); });
}

void Simulation::Impl::make_node(std::uint32_t index) {
  SimNodeConfig config;
  config.index = index;
  config.node.id = ids_[index];
  config.node.seeds = seeds_[index];
  config.node.options = scenario_.options;
  config.node.observer = &node_observer(index);
  config.notebook = &notebooks_[index];
  config.book = &book_;
  config.post = &checkers_->post_observer(index);
  config.rooms_may_end = scenario_.has_trouble();
  config.active = scenario_.quiet_from - world_.now();
  Host& host = *fabric_.machine(index).host();
  nodes_[index] = std::make_unique<SimNode>(std::move(config), host, *this, chat_observer(index));
  SimNode& node = *nodes_[index];
  checkers_->on_node_started(index, node.node());
  tell(index, "starts");
  const Result<void> started = node.start();
  NOEX_CHECK(started.has_value(), "{}", describe(started.error()));
  for (std::uint32_t user = 0; user < users_per_node; ++user) node.open(user, ++sessions_);
}

Observer& Simulation::Impl::node_observer(std::uint32_t index) {
  Observer& checking = checkers_->node_observer(index);
  Observer* watching = watcher_ != nullptr ? watcher_->node_observer(index) : nullptr;
  if (watching == nullptr) return checking;
  tees_[index] = std::make_unique<ObserverTee>(checking, *watching);
  return *tees_[index];
}

chat::ChatObserver& Simulation::Impl::chat_observer(std::uint32_t index) {
  chat::ChatObserver& checking = checkers_->chat_observer(index);
  chat::ChatObserver* watching = watcher_ != nullptr ? watcher_->chat_observer(index) : nullptr;
  if (watching == nullptr) return checking;
  chat_tees_[index] = std::make_unique<ChatObserverTee>(checking, *watching);
  return *chat_tees_[index];
}

// The process ends when it has said good-bye to everybody.
void Simulation::Impl::leave(std::uint32_t index) {
  Host* host = fabric_.machine(index).host();
  if (host == nullptr) return;
  host->loop().give(EventKind::task, [this, index, run = host->run()] {
    const bool leaves = nodes_[index]->leave([this, index, run] {
      world_.schedule(world_.now(), EventKind::task, index, [this, index, run] {
        Host* now = fabric_.machine(index).host();
        if (now != nullptr && now->run() == run) end(index, StepKind::leave);
      });
    });
    if (!leaves) return;
    checkers_->on_node_leaving(index);
    tell(index, "leaves");
  });
}

void Simulation::Impl::end(std::uint32_t index, StepKind how) {
  Machine& machine = fabric_.machine(index);
  if (how == StepKind::leave && nodes_[index]) check_left(index);
  if (how == StepKind::power_loss) {
    machine.power_off();
  } else if (how == StepKind::crash) {
    machine.crash();
  } else {
    machine.exit();
  }
  disturbances_.touch(index);
  if (!nodes_[index]) return;
  if (how != StepKind::leave) note_outage(index);
  checkers_->on_node_ended(index);
  on_cluster_event(index, "ends", ids_[index], describe(how));
  nodes_[index].reset();
}

void Simulation::Impl::note_outage(std::uint32_t index) {
  const Instant now = world_.now();
  for (std::uint32_t other = 0; other < ended_.size(); ++other) {
    const bool together = other != index && ended_[other] && now - *ended_[other] <= outage_span;
    if (together && scenario_.is_on(FaultKind::outage)) world_.hit(FaultKind::outage);
  }
  ended_[index] = now;
}

// In a turn of that machine's process.
void Simulation::Impl::kill(std::uint32_t index) {
  world_.schedule(world_.now(), EventKind::fault, index,
                  [this, index] { end(index, StepKind::crash); });
}

void Simulation::Impl::open(const Step& step) {
  Host* host = fabric_.machine(step.node).host();
  if (host == nullptr) return;
  host->loop().give(EventKind::task,
                    [this, &step] { nodes_[step.node]->open(step.user, ++sessions_); });
}

void Simulation::Impl::type(const Step& step) {
  const std::vector<std::string> lines = typed_lines(step);
  Host* host = fabric_.machine(step.node).host();
  if (host == nullptr) {
    counts_.commands_lost += lines.size();
    return;
  }
  for (const std::string& line : lines) world_.mix(line);
  host->loop().give(EventKind::task, [this, &step, lines] {
    const auto session = nodes_[step.node]->session(step.user);
    (session ? counts_.commands : counts_.commands_lost) += lines.size();
    if (!session) return;
    for (const std::string& line : lines) {
      checkers_->on_typed(*session, line);
      nodes_[step.node]->command(step.user, line);
    }
  });
}

// --- What nodes say ---

void Simulation::Impl::on_shown(std::uint32_t node, std::uint32_t user, std::string_view line) {
  ++counts_.lines_shown;
  if (is_message(line)) ++counts_.messages_shown;
  world_.mix(node * users_per_node + user);
  world_.mix(line);
  if (watcher_ != nullptr) watcher_->on_shown(world_.now(), node, user, line);
}

void Simulation::Impl::on_cluster_event(std::uint32_t node, std::string_view what,
                                        const NodeId& who, std::string_view why) {
  if (watcher_ != nullptr) {
    watcher_->on_cluster_event(world_.now(), node, what, who.name(), why);
  }
}

void Simulation::Impl::tell(std::uint32_t node, std::string_view what) {
  on_cluster_event(node, what, ids_[node], {});
}

void Simulation::Impl::on_log(std::uint32_t node, std::string_view text) {
  watcher_->on_event(world_.now(), node, "log", text);
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
  add_verdict(summary);
  return summary;
}

void Simulation::Impl::add_verdict(RunSummary& summary) const {
  for (std::size_t i = 0; i < property_count; ++i) {
    summary.checks[i] = tally_.count(static_cast<Property>(i));
  }
  summary.violations = tally_.violations();
}

Simulation::Simulation(const Scenario& scenario, RunWatcher* watcher)
    : impl_(std::make_unique<Impl>(scenario, watcher)) {}
Simulation::~Simulation() = default;

RunSummary Simulation::run() {
  return impl_->run();
}

}  // namespace noex::sim

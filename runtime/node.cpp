#include "runtime/node.h"

#include <algorithm>
#include <utility>

#include "runtime/runtime.h"
#include "transport/base/check.h"
#include "transport/handshake.h"

namespace noex {

namespace {

constexpr std::uint64_t boot_random_range = 1024;  // below the grain of any wall clock
constexpr std::uint64_t later_boot_range = 1'000'000'000;

std::vector<NodeId> without(std::vector<NodeId> seeds, const NodeId& self) {
  std::erase(seeds, self);
  return seeds;
}

}  // namespace

Node::Node(NodeConfig config, Loop& loop, Network& network, Random random, Log& log)
    : config_(std::move(config)),
      loop_(loop),
      network_(network),
      random_(random),
      program_log_(log),
      log_(log, loop),
      clock_(config_.id, config_.options.clock_ahead_max),
      restarts_(config_.options),
      alive_(std::make_shared<bool>(true)) {
  config_.seeds = without(std::move(config_.seeds), config_.id);
  runtime_ = std::make_unique<Runtime>(*this, fresh_boot(), random_.split("cluster"));
}

Node::~Node() {
  *alive_ = false;
  runtime_->destroy_processes();
}

// Whatever the clock says, there is a boot, and room above it.
Boot Node::fresh_boot() {
  const std::int64_t now = loop_.wall_now().time_since_epoch().count();
  const auto wall = static_cast<std::uint64_t>(
      std::clamp<std::int64_t>(now, boot_random_range, trusted_wall_max));
  return wall - wall % boot_random_range + random_.below(boot_random_range);
}

Result<void> Node::start() {
  return runtime_->cluster->start();
}

void Node::leave(Task done) {
  runtime_->processes.exit_all(ExitReason::shutdown());
  runtime_->cluster->leave(std::move(done));
}

// An earlier process may have come back like this, and only some may know of it: the next boot
// number itself may have been its, one that is drawn is nobody's.
void Node::restart_in_place(Boot lowest) {
  const Boot boot = lowest + std::min(random_.below(later_boot_range), boot_max - lowest);
  log_.warning("this node's id was used with a later boot; it starts again in place");
  restarts_.on_restart(loop_.now());
  runtime_->processes.exit_all(ExitReason::killed());
  runtime_->destroy_processes();
  runtime_ = std::make_unique<Runtime>(*this, boot, random_.split("cluster", boot));
  if (Result<void> started = start(); !started) {
    log_.error("could not listen again: {}", describe(started.error()));
  }
  for (const auto& callback : restarted_callbacks_) callback();
}

void Node::on_name_refused(std::function<void(const NodeId&)> callback) {
  name_refused_ = std::move(callback);
}
void Node::on_restarted(std::function<void()> callback) {
  restarted_callbacks_.push_back(std::move(callback));
}
void Node::on_node_up(std::function<void(const NodeId&)> callback) {
  up_callbacks_.push_back(std::move(callback));
}
void Node::on_node_down(std::function<void(const NodeId&, DownReason)> callback) {
  down_callbacks_.push_back(std::move(callback));
}

void Node::on_seed_unreachable(std::function<void(const NodeId&, ErrorCode)> callback) {
  seed_callbacks_.push_back(std::move(callback));
}

const NodeId& Node::id() const {
  return config_.id;
}
Boot Node::boot() const {
  return runtime_->self.boot;
}
const Incarnation& Node::incarnation() const {
  return runtime_->self;
}
const Options& Node::options() const {
  return config_.options;
}
Loop& Node::loop() const {
  return loop_;
}
Log& Node::log() const {
  return program_log_;
}
std::vector<Member> Node::members() const {
  return runtime_->cluster->members();
}
bool Node::settled() const {
  return runtime_->cluster->settled();
}
Names& Node::registry() {
  return runtime_->names;
}
const Names& Node::registry() const {
  return runtime_->names;
}
Groups& Node::groups() {
  return runtime_->groups;
}
Behaviors& Node::behaviors() {
  return behaviors_;
}
std::size_t Node::process_count() const {
  return runtime_->processes.count();
}
bool Node::is_alive(ProcessId process) const {
  return runtime_->processes.exists(process);
}

bool Node::is_up(const Incarnation& node) const {
  return runtime_->cluster->is_up(node);
}
std::size_t Node::pending_calls() const {
  return runtime_->calls.pending();
}
std::size_t Node::monitor_count() const {
  return runtime_->monitors.count();
}

NodeAudit Node::audit() const {
  const Registry& names = runtime_->names.core();
  NodeAudit audit;
  audit.links = runtime_->links.size();
  audit.processes = runtime_->processes.count();
  audit.timers = runtime_->processes.timer_count();
  audit.calls = runtime_->calls.pending();
  audit.waiting = runtime_->flow.waiting();
  audit.spawns = runtime_->spawner.pending();
  audit.monitors = runtime_->monitors.count();
  audit.process_links = runtime_->process_links.count();
  for (const auto& [name, holder] : names.names()) {
    if (holder.owner == runtime_->self) ++audit.names;
  }
  audit.kept_names = runtime_->names.kept().size();
  audit.name_monitors = runtime_->name_monitors.size();
  for (const std::string& group : names.groups()) {
    audit.memberships += runtime_->groups.local_members(group).size();
  }
  audit.claims = names.pending_requests();
  audit.finds = names.pending_finds();
  audit.promises = names.promises();
  audit.pulls = names.pulls();
  return audit;
}

Result<Ref> Node::spawn_blueprint(Blueprint blueprint) {
  const Result<ProcessId> id = runtime_->make_process(std::move(blueprint), {});
  if (!id) return std::unexpected(id.error());
  return runtime_->local_ref(*id);
}

Future<Result<Ref>> Node::spawn_here(const SpawnOptions& options, Blueprint blueprint) {
  const Duration timeout =
      options.timeout() > Duration::zero() ? options.timeout() : config_.options.spawn_timeout;
  LocalSpawn spawn{options.global_name(), timeout, 0};
  if (options.linked()) spawn.linked_to = runtime_->processes.current_process();
  return runtime_->spawner.here(std::move(blueprint), std::move(spawn));
}

Future<Result<Ref>> Node::spawn_there(const NodeId& where, const SpawnOptions& options,
                                      std::string behavior, Bytes arguments) {
  NOEX_CHECK(!behavior.empty(), "the class was not added to this node's behaviors");
  wire::Spawn request;
  request.behavior = std::move(behavior);
  request.global_name = options.global_name();
  request.remaining =
      options.timeout() > Duration::zero() ? options.timeout() : config_.options.spawn_timeout;
  const ProcessId linked_to = options.linked() ? runtime_->processes.current_process() : 0;
  return runtime_->spawner.there(runtime_->links.open(where), std::move(request), arguments,
                                 linked_to);
}

Result<Ref> Node::run(task<void> body) {
  const Result<ProcessId> id = runtime_->processes.reserve();
  if (!id) return std::unexpected(id.error());
  if (config_.observer != nullptr) config_.observer->on_process_started(*id);
  runtime_->processes.start_task(*id, std::move(body));
  return runtime_->local_ref(*id);
}

void Node::exit(const Ref& process, ExitReason reason) {
  runtime_->router.exit(process, std::move(reason));
}

Future<Done> Node::sleep(Duration duration) {
  Processes& processes = runtime_->processes;
  Completer<Done> completer(processes);
  Future<Done> future = completer.future();
  processes.start_timer(
      processes.current_process(), loop_.now() + duration,
      [completer = std::move(completer)]() mutable { completer.complete(Done{}); });
  return future;
}

Result<void> Node::cast(const Ref& to, TypeId type, Outgoing& message) {
  return runtime_->router.cast(to, type, message);
}

Result<void> Node::start_call(const Ref& to, TypeId type, Outgoing& message, Duration timeout,
                              PendingCall& call) {
  return runtime_->router.start_call(to, type, message, timeout, call);
}

void Node::abandon_call(PendingCall& call) {
  const Calls::Target target = runtime_->calls.abandon(call, ErrorCode::cancelled);
  if (*alive_) runtime_->router.cancel(target);  // one that crashes says nothing
}

Result<bool> Node::start_cast(const Ref& to, TypeId type, Outgoing& message, Duration timeout,
                              PendingCast& cast) {
  return runtime_->router.start_cast(to, type, message, timeout, cast);
}

void Node::abandon_cast(PendingCast& cast) {
  runtime_->flow.forget(cast.link, cast.ticket);
}

}  // namespace noex

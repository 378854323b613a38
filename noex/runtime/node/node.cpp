#include "noex/runtime/node/node.h"

#include <utility>

#include "noex/runtime/node/node_core.h"
#include "noex/transport/base/check.h"

namespace noex {

Node::Node(NodeConfig config, Loop& loop, Network& network, Random random, Log& log)
    : core_(std::make_unique<NodeCore>(*this, std::move(config), loop, network, random, log)) {}

Node::Node(NodeConfig config, Loop& loop, Network& network, Random random, Log& log,
           ClientSide& client)
    : core_(std::make_unique<NodeCore>(*this, std::move(config), loop, network, random, log,
                                       &client)) {}

Node::~Node() {
  core_->crash();
}

Result<void> Node::start() {
  return core_->start();
}

void Node::leave(Task done) {
  loop().check_thread();
  core_->runtime().processes.exit_all(ExitReason::shutdown());
  core_->runtime().leave_clients();
  core_->runtime().cluster->leave(std::move(done));
}

void Node::on_name_refused(std::function<void(const NodeId&)> callback) {
  core_->name_refused.push_back(std::move(callback));
}
void Node::on_restarted(std::function<void()> callback) {
  core_->restarted.push_back(std::move(callback));
}
void Node::on_node_up(std::function<void(const NodeId&)> callback) {
  core_->up.push_back(std::move(callback));
}
void Node::on_node_down(std::function<void(const NodeId&, DownReason)> callback) {
  core_->down.push_back(std::move(callback));
}

void Node::on_seed_unreachable(std::function<void(const NodeId&, ErrorCode)> callback) {
  core_->seed_unreachable.push_back(std::move(callback));
}

const NodeId& Node::id() const {
  return core_->config().id;
}
Boot Node::boot() const {
  return core_->runtime().self.boot;
}
Incarnation Node::incarnation() const {
  return core_->runtime().self;
}
const Options& Node::options() const {
  return core_->config().options;
}
Loop& Node::loop() const {
  return core_->loop();
}
Log& Node::log() const {
  return core_->log();
}
std::vector<Member> Node::members() const {
  return core_->runtime().cluster->members();
}
bool Node::settled() const {
  return core_->runtime().cluster->settled();
}
Names& Node::registry() {
  return core_->names();
}
const Names& Node::registry() const {
  return core_->names();
}
Groups& Node::groups() {
  return core_->groups();
}
Behaviors& Node::behaviors() {
  return core_->behaviors();
}
std::size_t Node::process_count() const {
  return core_->runtime().processes.count();
}
bool Node::is_alive(ProcessId process) const {
  return core_->runtime().processes.exists(process);
}

Ref Node::ref(const Incarnation& node, ProcessId process) {
  return Ref(node.id, node.boot, process, core_.get());
}

bool Node::is_up(const Incarnation& node) const {
  return core_->runtime().cluster->is_up(node);
}
std::size_t Node::client_count() const {
  return core_->runtime().client_count();
}
std::size_t Node::pending_calls() const {
  return core_->runtime().calls.pending();
}
std::size_t Node::monitor_count() const {
  return core_->runtime().monitors.count();
}

// An index that does not say what its table says is a bug of ours, and stops the program here.
NodeAudit Node::audit() const {
  core_->runtime().check_invariants();
  const Registry& names = core_->runtime().names.core();
  NodeAudit audit;
  audit.links = core_->runtime().links.size();
  audit.processes = core_->runtime().processes.count();
  audit.timers = core_->runtime().processes.timer_count();
  audit.tasks = core_->runtime().processes.task_count();
  audit.replies = core_->runtime().processes.owed_count();
  audit.calls = core_->runtime().calls.pending();
  audit.waiting = core_->runtime().flow.waiting();
  audit.spawns = core_->runtime().spawner.pending();
  audit.monitors = core_->runtime().monitors.count();
  audit.process_links = core_->runtime().process_links.count();
  audit.names = names.own_names();
  audit.kept_names = core_->runtime().names.kept().size();
  audit.name_monitors = core_->runtime().name_monitors.size();
  audit.memberships = names.own_memberships();
  audit.claims = names.pending_requests();
  audit.finds = names.pending_finds();
  audit.promises = names.promises();
  audit.pulls = names.pulls();
  return audit;
}

Result<Ref> Node::spawn_blueprint(Blueprint blueprint) {
  loop().check_thread();
  const Result<ProcessId> id = core_->runtime().processes.spawn(std::move(blueprint), {});
  if (!id) return std::unexpected(id.error());
  return core_->runtime().local_ref(*id);
}

Future<Result<Ref>> Node::spawn_here(const SpawnOptions& options, Blueprint blueprint) {
  if (!options.global_name().empty() && !core_->runtime().cluster->shares_registry()) {
    Completer<Result<Ref>> completer(core_->runtime().processes);
    completer.complete(
        fail(ErrorCode::invalid_argument, "a client has no names: spawn on a member"));
    return completer.future();
  }
  const Duration timeout = options.timeout() > Duration::zero()
                               ? options.timeout()
                               : core_->config().options.spawn_timeout;
  LocalSpawn spawn{options.global_name(), timeout, 0};
  if (options.linked()) spawn.linked_to = core_->runtime().processes.current_process();
  return core_->runtime().spawner.here(std::move(blueprint), std::move(spawn));
}

Future<Result<Ref>> Node::spawn_there(const NodeId& where, const SpawnOptions& options,
                                      std::string behavior, Bytes arguments) {
  NOEX_CHECK(!behavior.empty(), "the class was not added to this node's behaviors");
  wire::Spawn request;
  request.behavior = std::move(behavior);
  request.global_name = options.global_name();
  request.remaining = options.timeout() > Duration::zero() ? options.timeout()
                                                           : core_->config().options.spawn_timeout;
  const ProcessId linked_to = options.linked() ? core_->runtime().processes.current_process() : 0;
  return core_->runtime().spawner.there(core_->runtime().links.open(where), std::move(request),
                                        arguments, linked_to);
}

Result<Ref> Node::run(task<void> body) {
  loop().check_thread();
  const Result<ProcessId> id = core_->runtime().processes.run(std::move(body));
  if (!id) return std::unexpected(id.error());
  return core_->runtime().local_ref(*id);
}

void Node::exit(const Ref& process, ExitReason reason) {
  loop().check_thread();
  core_->runtime().router.exit(process, std::move(reason));
}

Future<Done> Node::sleep(Duration duration) {
  Processes& processes = core_->runtime().processes;
  NOEX_CHECK(processes.current_process() != 0,
             "sleep() outside of a process: give the coroutine to node.run()");
  Completer<Done> completer(processes);
  Future<Done> future = completer.future();
  processes.start_timer(
      processes.current_process(), loop().now() + duration,
      [completer = std::move(completer)]() mutable { completer.complete(Done{}); });
  return future;
}

}  // namespace noex

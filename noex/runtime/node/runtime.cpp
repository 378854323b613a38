#include "noex/runtime/node/runtime.h"

#include <utility>

#include "noex/runtime/node/process_context.h"

namespace noex {

namespace {

ClusterConfig cluster_config(const Incarnation& self, const NodeConfig& config,
                             Instant restart_from) {
  return ClusterConfig{self.id, self.boot, config.seeds, config.options, restart_from};
}

}  // namespace

Runtime::Runtime(const RuntimeWorld& world, Boot boot, Random cluster_random, Random process_random,
                 Instant restart_from)
    : self{world.config.id, boot},
      node(world.node),
      loop(world.loop),
      log(world.log),
      observer(world.config.observer),
      random(process_random),
      flow(loop, world.config.options.queue_bytes_soft),
      calls(loop, world.config.options, processes, flow, observer),
      processes(loop, world.config.options, *this, *this),
      monitors(self, world.config.options, processes, links),
      process_links(self, world.config.options, processes, links, world.sender, observer),
      names(self, world.config.options, loop, world.clock, processes, world.sender, *this,
            observer),
      name_monitors(world.config.options, names.core(), processes, world.sender),
      groups(self, names, processes, world.sender),
      spawner(loop, world.config.options, processes, names, links, flow, process_links,
              world.sender, *this),
      cluster(Cluster::create(cluster_config(self, world.config, restart_from), loop, world.network,
                              cluster_random, world.clock, log, *this)),
      router(RouterParts{self, world.config.options, loop, log, world.sender, world.behaviors,
                         *cluster, links, flow, calls, processes, monitors, process_links, names,
                         spawner}),
      sender_(world.sender),
      events_(world.events) {
  links.set_cluster(*cluster);
  names.core().set_settled(cluster->settled());
  names.core().set_route([this](const NodeId& peer) { return cluster->is_wanted(peer); });
}

Runtime::~Runtime() = default;

MonitorId Runtime::monitor(ProcessId watcher, const Ref& target) {
  const MonitorId made = monitors.add(watcher, target, links.open(target.node(), target.boot()));
  if (observer != nullptr) observer->on_monitor_made(watcher, made, target);
  return made;
}

bool Runtime::demonitor(ProcessId watcher, MonitorId monitor) {
  if (observer != nullptr) observer->on_monitor_removed(monitor);
  return monitors.remove(watcher, monitor);
}

void Runtime::link(ProcessId process, const Ref& other) {
  process_links.add(process, other, links.open(other.node(), other.boot()));
}

void Runtime::check_invariants() const {
  calls.check_invariants();
  monitors.check_invariants();
  process_links.check_invariants();
  names.check_invariants();
  name_monitors.check_invariants();
  spawner.check_invariants();
}

void Runtime::on_link_up(Link& link) {
  if (observer != nullptr) observer->on_link_up(link.peer());
  links.add(link);
  introduce(link);
}

// The peer knows nothing of what went over its earlier link; nothing of ours hung on it.
void Runtime::on_link_reopened(Link& link) {
  names.core().on_link_down(link.serial());
  introduce(link);
}

void Runtime::introduce(Link& link) {
  Bytes& bytes = links.begin(MessageKind::registry);
  bytes.append(names.core().snapshot());
  link.send_first(bytes);
  names.core().on_link_up(link.peer(), link.serial());
  names.settle();
}

bool Runtime::link_in_use(const Link& link) const {
  const LinkSerial serial = link.serial();
  return calls.uses(serial) || monitors.uses(serial) || process_links.uses(serial) ||
         spawner.uses(serial) || names.core().uses_link(serial);
}

void Runtime::on_link_down(Link& link) {
  if (observer != nullptr) observer->on_link_down(link.peer());
  links.remove(link);
  calls.on_link_down(link.serial());
  monitors.on_link_down(link.serial());
  process_links.on_link_down(link.serial());
  spawner.on_link_down(link.serial());
  flow.on_link_down(link.serial());
  router.on_link_down(link.serial());
  names.core().on_link_down(link.serial());
  names.settle();
}

bool Runtime::on_message(Link& link, ByteView message) {
  return router.on_message(link, message);
}

void Runtime::on_writable(Link& link) {
  flow.on_room(link);
}

void Runtime::on_node_up(const Incarnation& peer) {
  names.settle();  // what succeeded before is told before the peer's names may take it back
  names.core().on_node_up(peer);
  names.settle();
  if (observer != nullptr) observer->on_node_up(peer);
  events_.on_node_up(peer.id);
}

void Runtime::on_node_down(const Incarnation& peer, DownReason reason) {
  names.settle();  // what happened before is told before, when the peer still counted
  if (observer != nullptr) observer->on_node_down(peer, reason);  // before what follows from it
  names.core().on_node_down(peer);
  if (reason == DownReason::graceful_shutdown) names.core().on_node_left(peer);
  names.settle();
  events_.on_node_down(peer.id, reason);
}

void Runtime::on_member_changed(const TableEntry& entry, const NodeId& source) {
  if (observer != nullptr) observer->on_member_changed(entry, source);
}

void Runtime::on_verdict(const Verdict& verdict) {
  if (observer != nullptr) observer->on_verdict(verdict);
}

void Runtime::on_peer_blamed(const Blame& blame) {
  if (observer != nullptr) observer->on_peer_blamed(blame);
}

void Runtime::on_settled(bool settled) {
  names.core().set_settled(settled);
  names.settle();
}

void Runtime::on_seed_unreachable(const NodeId& seed, ErrorCode why) {
  events_.on_seed_unreachable(seed, why);
}

void Runtime::on_boot_too_low(Boot boot) {
  events_.on_boot_too_low(boot);
}

void Runtime::on_name_refused(const NodeId& holder) {
  log.error("the name \"{}\" is taken in this cluster by {}", self.id.name(), holder.text());
  events_.on_name_refused(holder);
}

void Runtime::on_process_ended(ProcessId process, const ExitReason& reason) {
  name_monitors.on_process_ended(process);
  names.kept().on_process_ended(process);
  names.on_process_ended(process);
  spawner.on_process_ended(process);
  monitors.on_process_ended(process, reason);
  process_links.on_process_ended(process, reason);
  if (observer != nullptr) observer->on_process_ended(process, reason);
  if (reason.kind() == ExitKind::error) {
    log.warning("process {} ended: {}", process, reason.describe());
  }
}

void Runtime::on_call_dropped(const ReplyTo& to, ErrorCode code) {
  const bool dropped = code == ErrorCode::reply_lost;
  router.reply_error(to, Error{code, dropped ? "dropped without an answer" : ""});
}

bool Runtime::is_awaited(const OwedReply& owed) const {
  return owed.deadline > loop.now() && (!owed.to.link || is_link_alive(owed.to.link));
}

void Runtime::on_message_refused(ProcessId process, const Payload& message) {
  if (observer != nullptr) observer->on_message_refused(process, message);
}

void Runtime::on_overflow(ProcessId process) {
  log.warning("the mailbox of process {} is full; messages to it are refused", process);
  monitors.on_process_overflow(process);
}

bool Runtime::is_link_alive(LinkSerial link) const {
  return links.find(link) != nullptr;
}

void Runtime::on_call_executed(const ReplyTo& to, ProcessId process, Instant deadline) {
  if (observer == nullptr) return;
  const Link* link = links.find(to.link);
  observer->on_call_executed(link != nullptr ? link->peer() : self, to.call, process, deadline);
}

void Runtime::on_down_handled(const Down& down) {
  if (observer != nullptr) observer->on_down(down.monitor, down.reason);
}

void Runtime::on_exit_handled(ProcessId process, const Ref& other) {
  if (observer != nullptr) observer->on_exit_told(process, other);
}

void Runtime::on_spawned_for_other(ProcessId process) {
  if (observer != nullptr) observer->on_spawned_for_other(process);
}

void Runtime::on_spawn_told(const Ref& process) {
  if (observer != nullptr) observer->on_spawn_told(process);
}

void Runtime::on_spawn_confirmed(ProcessId process) {
  if (observer != nullptr) observer->on_spawn_confirmed(process);
}

void Runtime::on_spawn_taken_back(ProcessId process) {
  if (observer != nullptr) observer->on_spawn_taken_back(process);
}

void Runtime::on_conflict_lost(const RegistryConflictLost& lost) {
  const NameHolder& winner = lost.winner;
  Ref ref(winner.owner.id, winner.owner.boot, winner.entry.process, &sender_);
  const Behavior* behavior = processes.behavior(lost.process);
  if (behavior == nullptr) return;
  log.warning("the name \"{}\" is lost to {}: two parts of the cluster met", lost.name,
              winner.owner.id.text());
  if (behavior->on_name_conflict == nullptr) {
    processes.exit(lost.process, ExitReason::name_conflict(lost.name, std::move(ref)));
    return;
  }
  Envelope envelope;
  envelope.what = Envelope::What::name_conflict;
  envelope.payload = std::make_unique<Box<NameConflict>>(NameConflict{lost.name, std::move(ref)});
  processes.signal(lost.process, std::move(envelope));
}

bool Runtime::handles_name_conflict(ProcessId process) const {
  const Behavior* behavior = processes.behavior(process);
  return behavior != nullptr && behavior->on_name_conflict != nullptr;
}

void Runtime::send_registry(const RegistrySend& send) {
  router.send_registry(send.link, send.message);
}

Result<ProcessId> Runtime::make_process(Blueprint blueprint, Processes::InitDone done) {
  const Result<ProcessId> id = processes.reserve();
  if (!id) return id;
  if (observer != nullptr) observer->on_process_started(*id);
  auto context = std::make_unique<ProcessContext>(*this, local_ref(*id));
  processes.start(*id, std::move(context), std::move(blueprint), std::move(done));
  return id;
}

Ref Runtime::local_ref(ProcessId process) {
  return Ref(self.id, self.boot, process, &sender_);
}

void Runtime::reply(const ReplyTo& to, void* result, Outgoing* value, const Error* error) {
  router.reply(to, result, value, error);
}

}  // namespace noex

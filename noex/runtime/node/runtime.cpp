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
      observer(world.observer),
      random(process_random),
      links(self.id),
      refused_casts(loop, log, links),
      flow(loop, world.config.options.queue_bytes_soft),
      calls(loop, world.config.options, processes, flow, observer),
      replies(world.config.options, links, calls, refused_casts, world.sender),
      processes(self, loop, world.config.options, log, replies, *this, observer),
      monitors(self, world.config.options, processes, links, observer),
      process_links(self, world.config.options, processes, links, world.sender, observer),
      names(self, world.config.options, loop, world.clock, processes, world.sender, links, *this,
            observer),
      name_monitors(world.config.options, names.core(), processes, world.sender),
      groups(self, names, processes, world.sender),
      spawner(self, world.config.options, loop, world.behaviors, processes, names, links, flow,
              process_links, world.sender, observer),
      cluster(world.client != nullptr
                  ? world.client->make_cluster(self, *this)
                  : Cluster::create(cluster_config(self, world.config, restart_from), loop,
                                    world.network, cluster_random, world.clock, log, *this)),
      router(self, world.config.options, loop, links, flow, calls, processes, refused_casts),
      options_(world.config.options),
      behaviors_(world.behaviors),
      sender_(world.sender),
      events_(world.events),
      delivery_(loop, log, processes, replies, refused_casts, world.sender),
      inbox_{
          sender_,
          Receiver<wire::Registry>{[this](Link& link, Decoder& bytes) {
            return names.on_message(link.serial(), bytes.rest());
          }},
          receiver(delivery_, &Delivery::on_cast),
          receiver(delivery_, &Delivery::on_multicast),
          receiver(delivery_, &Delivery::on_call),
          receiver(delivery_, &Delivery::on_cancel),
          receiver(delivery_, &Delivery::on_exit),
          receiver(delivery_, &Delivery::on_exit_by),
          receiver(replies, &Replies::on_reply),
          receiver(replies, &Replies::on_reply_error),
          receiver(monitors, &Monitors::on_monitor),
          receiver(monitors, &Monitors::on_demonitor),
          receiver(monitors, &Monitors::on_down),
          receiver(monitors, &Monitors::on_overflow),
          receiver(spawner, &Spawner::on_spawn),
          receiver(spawner, &Spawner::on_reply),
          receiver(spawner, &Spawner::on_confirm),
          receiver(spawner, &Spawner::on_cancel),
          receiver(process_links, &ProcessLinks::on_link),
          receiver(process_links, &ProcessLinks::on_unlink),
          receiver(process_links, &ProcessLinks::on_exit),
      },
      relay_(self, loop, log, links, calls, processes, delivery_, replies, router, sender_),
      desk_parts_{self, names, groups, *cluster} {
  links.set_cluster(*cluster);
  names.core().set_settled(cluster->settled());
  names.core().set_route([this](const NodeId& peer) { return cluster->is_wanted(peer); });
}

Runtime::~Runtime() = default;

Ref Runtime::local_ref(ProcessId process) {
  return Ref(self.id, self.boot, process, &sender_);
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
  observer.on_link_up(link.peer());
  links.add(link);
  if (cluster->shares_registry()) names.on_link_up(link.peer(), link.serial());
}

// The peer knows nothing of what went over its earlier link; nothing of ours hung on it.
void Runtime::on_link_reopened(Link& link) {
  names.on_link_reopened(link.peer(), link.serial());
}

bool Runtime::link_in_use(const Link& link) const {
  const LinkSerial serial = link.serial();
  return calls.uses(serial) || monitors.uses(serial) || process_links.uses(serial) ||
         spawner.uses(serial) || names.core().uses_link(serial);
}

void Runtime::on_link_down(Link& link) {
  observer.on_link_down(link.peer());
  links.remove(link);
  calls.on_link_down(link.serial());
  monitors.on_link_down(link.serial());
  process_links.on_link_down(link.serial());
  spawner.on_link_down(link.serial());
  flow.on_link_down(link.serial());
  refused_casts.on_link_down(link.serial());
  names.on_link_down(link.serial());
}

void Runtime::on_node_up(const Incarnation& peer) {
  names.on_node_up(peer);
  observer.on_node_up(peer);
  events_.on_node_up(peer.id);
}

void Runtime::on_node_down(const Incarnation& peer, DownReason reason) {
  names.settle();  // what happened before is told before, when the peer still counted
  observer.on_node_down(peer, reason);  // before what follows from it
  names.on_node_down(peer, reason == DownReason::graceful_shutdown);
  events_.on_node_down(peer.id, reason);
}

Clients& Runtime::clients() {
  if (clients_ != nullptr) return *clients_;
  clients_ = std::make_unique<Clients>(ClientsParts{
      self, options_, loop, log, sender_, behaviors_, links, calls, processes, monitors, spawner,
      router, relay_, replies, [this](task<void> body) { return node.run(std::move(body)); },
      [this] { return node.spawn_local<Desk>(&desk_parts_); }});
  return *clients_;
}

void Runtime::leave_clients() {
  if (clients_ != nullptr) clients_->close();
}

void Runtime::on_name_refused(const NodeId& holder) {
  log.error("the name \"{}\" is taken in this cluster by {}", self.id.name(), holder.text());
  events_.on_name_refused(holder);
}

std::unique_ptr<Context> Runtime::make_context(ProcessId process) {
  return std::make_unique<ProcessContext>(*this, local_ref(process));
}

void Runtime::on_process_ended(ProcessId process, const ExitReason& reason) {
  name_monitors.on_process_ended(process);
  names.kept().on_process_ended(process);
  names.on_process_ended(process);
  spawner.on_process_ended(process);
  monitors.on_process_ended(process, reason);
  process_links.on_process_ended(process, reason);
  cluster->on_process_ended(process, reason);
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

}  // namespace noex

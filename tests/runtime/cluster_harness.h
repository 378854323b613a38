// A few Clusters over the simulated network, for tests: starts, stops and watches them.
//
// Owns the world, the machines, and for each machine the running Cluster with a handler that
// writes down what it is told. A registry is applied as soon as the peer's hello message came, as
// a Node would do.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "noex/runtime/cluster/cluster.h"
#include "noex/runtime/cluster/session.h"
#include "noex/runtime/membership/control.h"
#include "noex/sim/world/fabric.h"
#include "noex/sim/world/host.h"
#include "noex/sim/world/machine.h"
#include "noex/sim/world/world.h"
#include "tests/runtime/recording_log.h"

namespace noex {

// One node: what a Node would be, reduced to what Cluster's contract asks.
class ClusterProbe final : public ClusterHandler {
 public:
  ClusterProbe(sim::Host& host, NodeId self, Boot boot, std::vector<NodeId> seeds,
               const Options& options)
      : clock_(self) {
    ClusterConfig config{self, boot, std::move(seeds), options};
    cluster_ = Cluster::create(std::move(config), host.loop(), host.network(),
                               host.random("cluster"), clock_, log, *this);
  }

  void on_link_up(Link& link) override {
    note("link_up", link.peer());
    links_.emplace(link.serial(), link.peer());
    link.send_first("registry");
  }
  void on_link_down(Link& link) override {
    note("link_down", link.peer());
    EXPECT_EQ(links_.erase(link.serial()), 1U);
  }
  bool on_message(Link& link, ByteView message) override {
    EXPECT_TRUE(links_.contains(link.serial()));
    if (message == "registry") cluster_->registry_known(link.peer());
    if (message == "poison") return false;
    if (message != "registry") messages.emplace_back(message);
    return true;
  }
  void on_writable(Link& link) override { note("writable", link.peer()); }
  void on_link_reopened(Link& link) override {
    note("reopened", link.peer());
    link.send_first("registry");
  }
  bool link_in_use(const Link&) const override { return in_use; }
  void on_member_changed(const TableEntry& entry, const NodeId&) override {
    if (!names_travel || entry.status != MemberStatus::alive) return;
    cluster_->registry_known({entry.id, entry.boot});
  }
  void on_node_up(const Incarnation& node) override {
    note("up", node);
    EXPECT_TRUE(cluster_->is_up(node));
    EXPECT_TRUE(up_.emplace(node.id, node.boot).second) << node.id.text() << " is up already";
  }
  void on_node_down(const Incarnation& node, DownReason reason) override {
    note(fmt::format("down({})", describe(reason)), node);
    EXPECT_FALSE(cluster_->is_up(node));
    EXPECT_EQ(up_[node.id], node.boot);
    up_.erase(node.id);
  }
  void on_client(std::unique_ptr<Session> /*session*/, const ClientHello&) override {}
  void on_boot_too_low(Boot boot) override { boot_too_low = boot; }
  void on_name_refused(const NodeId& holder) override { refused_by.push_back(holder); }

  Cluster& cluster() { return *cluster_; }
  void destroy() { cluster_.reset(); }
  // Everybody who is up, as names.
  std::string view() const {
    std::string names;
    for (const auto& [id, boot] : up_) names += (names.empty() ? "" : " ") + id.name();
    return names;
  }
  // What an owner does in its callbacks: it sends to all, and asks.
  void use_links() {
    for (const auto& [serial, peer] : links_) {
      Link* link = cluster_->open(peer.id, peer.boot);
      if (link != nullptr && link->serial() == serial) link->send_signal("hello again");
    }
    (void)cluster_->members();
    (void)cluster_->settled();
  }
  std::vector<std::string> take_events() { return std::exchange(events, {}); }

  RecordingLog log;
  std::vector<std::string> events;    // "up node2"
  std::vector<std::string> messages;  // data, but the registry
  bool in_use = false;                // each of its links
  bool names_travel = false;          // it knows everybody's names, without links
  Boot boot_too_low = 0;
  bool leaving = false;
  std::function<void(const std::string&)> hook;  // called inside every callback, with the event
  std::vector<NodeId> refused_by;

 private:
  void note(std::string_view what, const Incarnation& node) {
    events.push_back(fmt::format("{} {}", what, node.id.name()));
    if (hook) hook(std::string(events.back()));
  }

  HybridClock clock_;
  std::map<NodeId, Boot> up_;
  std::map<LinkSerial, Incarnation> links_;
  std::unique_ptr<Cluster> cluster_;
};

class ClusterWorld {
 public:
  explicit ClusterWorld(int machines, std::uint64_t seed = 1) : world(seed), fabric(world) {
    for (int i = 0; i < machines; ++i) {
      fabric.add_machine();
      ids_.push_back(default_id(i));
    }
    nodes_.resize(static_cast<std::size_t>(machines));
  }

  const NodeId& id(int i) const { return ids_[static_cast<std::size_t>(i)]; }
  ClusterProbe& operator[](int i) { return *nodes_[static_cast<std::size_t>(i)]; }
  sim::Machine& machine(int i) { return fabric.machine(static_cast<std::uint32_t>(i)); }
  std::string_view view(int i) { return view_ = (*this)[i].view(); }

  // Starts machine i's node, with these machines as seeds.
  void start(int i, const std::vector<int>& seeds = {}, Boot boot = 0) {
    std::vector<NodeId> ids;
    for (const int seed : seeds) ids.push_back(id(seed));
    start_as(i, id(i), std::move(ids), boot);
  }
  void start_as(int i, NodeId self, std::vector<NodeId> seeds, Boot boot = 0) {
    if (boot == 0) boot = ++last_boot_;
    ids_[static_cast<std::size_t>(i)] = self;
    auto& host = machine(i).start();
    auto node =
        std::make_unique<ClusterProbe>(host, std::move(self), boot, std::move(seeds), options);
    auto& probe = *node;
    probe.names_travel = names_travel;
    nodes_[static_cast<std::size_t>(i)] = std::move(node);
    turn(i, [&probe] { ASSERT_TRUE(probe.cluster().start().has_value()); });
  }
  // All of them, node1 being everybody's seed; ends when the mesh stands.
  void start_all() {
    for (int i = 0; i < static_cast<int>(nodes_.size()); ++i) {
      start(i, i == 0 ? std::vector<int>{} : std::vector<int>{0});
    }
    run(2s);
    for (const auto& node : nodes_) {
      EXPECT_EQ(node->take_events().size(), 2 * (nodes_.size() - 1));
    }
  }
  // Nodes below `first` and the others no longer reach each other.
  void cut_halves(std::uint32_t first) {
    for (std::uint32_t a = 0; a < first; ++a) {
      for (std::uint32_t b = first; b < fabric.size(); ++b) fabric.cut_both(a, b);
    }
  }
  // From inside a turn: `task` becomes an event of the world.
  void turn_later(int i, Task task) {
    world.schedule(world.now(), sim::EventKind::fault, static_cast<std::uint32_t>(i),
                   std::move(task));
  }
  // Runs `task` as a turn of node i.
  void turn(int i, Task task) {
    machine(i).host()->loop().give(sim::EventKind::task, std::move(task));
  }
  void crash(int i) {
    machine(i).crash();
    (*this)[i].destroy();
  }
  void run(Duration time) { world.run_until(world.now() + time); }

  sim::World world;
  sim::Fabric fabric;
  Options options;
  bool names_travel = false;  // from the next start on

 private:
  NodeId default_id(int i) {
    const auto& machine = fabric.machine(static_cast<std::uint32_t>(i));
    return NodeId(machine.name(), machine.address(), 4369);
  }

  std::vector<NodeId> ids_;
  std::vector<std::unique_ptr<ClusterProbe>> nodes_;
  Boot last_boot_ = 100;
  std::string view_;
};

}  // namespace noex

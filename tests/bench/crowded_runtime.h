// CrowdedRuntime: one boot of a node, without a network, whose tables hold so many entries each.
//
// Eleven peers are up and linked, and everything hangs on their links and on one process. One more
// peer, the bystander, has nothing to do with any of it: no name is chosen that it would decide.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "noex/runtime/core/stamp.h"
#include "noex/runtime/node/runtime.h"
#include "noex/sim/world/fabric.h"

namespace noex::bench {

// A link to nowhere.
class NullLink final : public Link {
 public:
  NullLink(Incarnation peer, LinkSerial serial)
      : peer_(std::make_shared<const Incarnation>(std::move(peer))), serial_(serial) {}

  const Incarnation& peer() const override { return *peer_; }
  const std::shared_ptr<const Incarnation>& shared_peer() const override { return peer_; }
  LinkSerial serial() const override { return serial_; }
  Result<void> send(ByteView) override { return {}; }
  void send_signal(ByteView) override {}
  void send_first(ByteView) override {}
  void charge(std::size_t) override {}
  std::size_t queued_bytes() const override { return 0; }

 private:
  std::shared_ptr<const Incarnation> peer_;
  LinkSerial serial_;
};

// Has those links, and opens no others.
class NullCluster final : public Cluster {
 public:
  void add(Link& link) { links_[link.peer().id] = &link; }

  Result<void> start() override { return {}; }
  void leave(Task) override {}
  Link* find(const NodeId& id, Boot) const override {
    const auto found = links_.find(id);
    return found != links_.end() ? found->second : nullptr;
  }
  Link* open(const NodeId& id, Boot boot) override { return find(id, boot); }
  void registry_known(const Incarnation&) override {}
  std::vector<Member> members() const override { return {}; }
  bool is_wanted(const NodeId&) const override { return true; }
  bool is_up(const Incarnation&) const override { return true; }
  Boot up_boot(const NodeId&) const override { return 1; }
  bool settled() const override { return true; }
  std::uint64_t overload_refusals() const override { return 0; }

 private:
  std::map<NodeId, Link*> links_;
};

class CrowdedRuntime final : private Sender, private NodeEvents {
 public:
  explicit CrowdedRuntime(std::size_t entries);
  ~CrowdedRuntime() override;

  // --- Events that concern none of it ---
  // The bystander's; the next one comes up.
  void lose_link();
  void end_process();
  // The bystander comes up, and is down again.
  void meet_bystander();
  bool ask_link_in_use();
  // Of a process of a peer that has many, and taken back.
  void make_monitor();
  std::size_t list_rare_names();

 private:
  struct Call;

  Result<void> cast(const Ref&, TypeId, Outgoing&) override { return {}; }
  Result<void> start_call(const Ref&, TypeId, Outgoing&, Duration, PendingCall&) override {
    return {};
  }
  void abandon_call(PendingCall&) override {}
  Result<bool> start_cast(const Ref&, TypeId, Outgoing&, Duration, PendingCast&) override {
    return false;
  }
  void abandon_cast(PendingCast&) override {}
  void on_node_up(const NodeId&) override {}
  void on_node_down(const NodeId&, DownReason) override {}
  void on_seed_unreachable(const NodeId&, ErrorCode) override {}
  void on_name_refused(const NodeId&) override {}
  void on_boot_too_low(Boot) override {}

  static Options options();
  static Incarnation peer(std::size_t number);
  void register_names();
  void meet_peers();
  void link_bystander();
  void fill();
  task<void> start_calls();
  std::string free_name(std::string_view kind, std::size_t& number) const;
  Ref remote(std::size_t number);
  NullLink& link(std::size_t number) { return *links_[number % links_.size()]; }
  void run_for(Duration time) { world_.run_until(world_.now() + time); }

  const std::size_t entries_;
  sim::World world_{1};
  sim::Fabric fabric_{world_};
  NullLog log_;
  NodeConfig config_;
  Behaviors behaviors_;
  std::unique_ptr<Node> node_;
  HybridClock clock_;
  Observer observer_;
  NullCluster cluster_;
  std::vector<std::unique_ptr<NullLink>> links_;
  std::unique_ptr<NullLink> idle_link_;  // the bystander's
  LinkSerial last_link_;
  std::vector<std::unique_ptr<PendingCall>> calls_;
  std::unique_ptr<Runtime> runtime_;
};

}  // namespace noex::bench

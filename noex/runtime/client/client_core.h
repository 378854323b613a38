// ClientCore: what a Client consists of: the node that its processes live on, and the connection
// that this node has in place of a cluster.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "noex/runtime/client/client.h"
#include "noex/runtime/client/client_cluster.h"
#include "noex/runtime/client/client_names.h"
#include "noex/runtime/node/client_side.h"
#include "noex/runtime/node/node_core.h"

namespace noex {

class ClientCore final : private ClientSide, private ClientEvents {
 public:
  ClientCore(ClientConfig config, Loop& loop, Network& network, Random random, Log& log);

  Result<void> start() { return node_.start(); }
  void leave(Task done);
  Node& node() { return node_; }
  const Incarnation* member() const { return cluster_->member(); }

  Future<Result<Ref>> find(std::string name, Duration timeout);
  task<Result<std::map<std::string, Ref>>> names(std::string prefix);
  task<Result<std::vector<Ref>>> group(std::string name);
  task<Result<std::vector<Member>>> members();

  // What the program wants to be told. Deques, since a callback may register another.
  std::deque<std::function<void(const NodeId&)>> connected;
  std::deque<std::function<void(const NodeId&, std::string_view)>> disconnected;
  std::deque<std::function<void(const Address&, ErrorCode)>> unreachable;

 private:
  // --- ClientSide ---
  std::unique_ptr<Cluster> make_cluster(const Incarnation& self, ClusterHandler& handler) override;
  Names& names() override { return names_; }
  Groups& groups() override { return groups_; }
  void to_outside(Ref& ref) override { cluster_->to_outside(ref); }
  void to_inside(Ref& ref) override { cluster_->to_inside(ref); }

  // --- ClientEvents ---
  void on_connected(const Incarnation& member) override;
  void on_disconnected(const Incarnation& member, std::string_view why) override;
  void on_unreachable(const Address& member, ErrorCode why) override;
  bool is_alive(ProcessId process) const override { return node_.is_alive(process); }

  Ref desk();
  task<void> look_up(std::string name, Instant deadline, Completer<Result<Ref>> completer);

  const ClientConfig config_;
  Loop& loop_;
  Network& network_;
  Random random_;
  Log& log_;
  ClientNames names_;
  ClientGroups groups_;
  ClientCluster* cluster_ = nullptr;  // the node's
  Node node_;
};

}  // namespace noex

// SimNode: what runs on a simulated machine in one incarnation: a real Node and its users.
//
// Exactly what a chatnode process holds, with other surroundings: the host's loop and network, the
// scenario's lines instead of a terminal, the checkers' observers. Its destruction is a crash;
// the host is dead by then, so that nobody hears of it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/observer.h"
#include "chat/session.h"
#include "noex/runtime/node/node.h"
#include "noex/sim/scenario/scenario.h"
#include "noex/sim/workload/courier.h"
#include "noex/sim/workload/prober.h"
#include "noex/sim/world/host.h"
#include "noex/transport/base/log.h"

namespace noex::sim {

// What a simulated node tells the simulation, from its turns.
class SimNodeOwner {
 public:
  virtual ~SimNodeOwner() = default;

  virtual void on_shown(std::uint32_t node, std::uint32_t user, std::string_view line) = 0;
  // What the node sees of the cluster: "sees node2 up".
  virtual void on_cluster_event(std::uint32_t node, std::string_view what, const NodeId& who,
                                std::string_view why) = 0;
  // A callback of node_up or node_down runs.
  virtual void on_told(std::uint32_t node, const NodeId& who, bool up) = 0;
  // What the simulator does on it beside the scenario's steps, and others may notice.
  virtual void on_own_deed(std::uint32_t node, std::string_view deed) = 0;
  virtual bool wants_log() const = 0;
  virtual void on_log(std::uint32_t node, std::string_view text) = 0;
};

struct SimNodeConfig {
  std::uint32_t index = 0;
  NodeConfig node;
  Notebook* notebook = nullptr;  // of its machine
  AddressBook* book = nullptr;   // of all
  PostObserver* post = nullptr;
  bool rooms_may_end = false;  // by the prober
  Company company;
  Duration active{0};  // until the quiet phase
};

class SimNode {
 public:
  // host, owner and observer outlive it. In a turn of the host.
  SimNode(SimNodeConfig config, Host& host, SimNodeOwner& owner, chat::ChatObserver& observer);
  ~SimNode();
  SimNode(const SimNode&) = delete;
  SimNode& operator=(const SimNode&) = delete;

  Result<void> start();
  // A new session for that user; the one before, if any, is gone. label: see ChatSessionConfig.
  // False: the user is here, or the node leaves.
  bool open(std::uint32_t user, std::uint64_t label);
  // The label of the user's session; nothing: the user has quit.
  std::optional<std::uint64_t> session(std::uint32_t user) const;
  void command(std::uint32_t user, const std::string& line);
  // False: it leaves already.
  bool leave(Task done);

  const Node& node() const { return node_; }
  Host& host() { return host_; }

 private:
  class NodeLog final : public Log {
   public:
    NodeLog(SimNodeOwner& owner, std::uint32_t node) : owner_(owner), node_(node) {}
    bool enabled(LogLevel) const override { return owner_.wants_log(); }
    void write(LogLevel level, std::string_view text) override;

   private:
    SimNodeOwner& owner_;
    const std::uint32_t node_;
  };

  struct User final : chat::ChatOutput {
    void show(std::string_view line) override { owner->on_shown(node, number, line); }
    void quit() override;

    SimNodeOwner* owner = nullptr;
    std::uint32_t node = 0;
    std::uint32_t number = 0;
    bool here = false;
    std::unique_ptr<chat::ChatSession> session;
  };

  void watch();

  const std::uint32_t index_;
  Host& host_;
  SimNodeOwner& owner_;
  chat::ChatObserver& observer_;
  NodeLog log_;
  Node node_;
  Prober prober_;
  Couriers couriers_;
  std::array<User, users_per_node> users_;  // before the node's end: sessions go first
  bool leaving_ = false;
};

}  // namespace noex::sim

// NodeCore: what a Node consists of, from one boot to the next.
//
// Owns the Runtime of the present boot and replaces it when the node starts again in place; what
// its program has registered (callbacks, behaviors) stays. References stay usable over that, so it
// is what they send through.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <type_traits>

#include "noex/runtime/core/restart_limit.h"
#include "noex/runtime/message/sender.h"
#include "noex/runtime/node/node.h"
#include "noex/runtime/node/runtime.h"
#include "noex/runtime/node/standing_names.h"
#include "noex/transport/base/lifeline.h"
#include "noex/transport/limited_log.h"

namespace noex {

class NodeCore final : public Sender, public NodeEvents {
 public:
  // node, loop, network and log outlive it.
  // client: what is around it if it is no member; nullptr: it is one.
  NodeCore(Node& node, NodeConfig config, Loop& loop, Network& network, Random random, Log& log,
           ClientSide* client = nullptr);
  // Ends all processes without a word, while everything still stands; the last call.
  void crash();

  // Errors: invalid_argument (twice, or a bad id), unauthorised, and those of listening.
  Result<void> start();
  Runtime& runtime() { return *runtime_; }
  const NodeConfig& config() const { return config_; }
  Loop& loop() { return loop_; }
  Log& log() { return program_log_; }
  Behaviors& behaviors() { return behaviors_; }
  Names& names() { return names_; }
  Groups& groups() { return groups_; }

  // --- Sender ---
  bool renames() const override { return client_ != nullptr; }
  void to_outside(Ref& ref) override { client_->to_outside(ref); }
  void to_inside(Ref& ref) override { client_->to_inside(ref); }
  Result<void> cast(const Ref& to, TypeId type, Outgoing& message) override;
  Result<void> start_call(const Ref& to, TypeId type, Outgoing& message, Duration timeout,
                          PendingCall& call) override;
  void abandon_call(PendingCall& call) override;
  Result<bool> start_cast(const Ref& to, TypeId type, Outgoing& message, Duration timeout,
                          PendingCast& cast) override;
  void abandon_cast(PendingCast& cast) override;

  // --- NodeEvents ---
  void on_node_up(const NodeId& node) override;
  void on_node_down(const NodeId& node, DownReason reason) override;
  void on_seed_unreachable(const NodeId& seed, ErrorCode why) override;
  void on_name_refused(const NodeId& holder) override;
  void on_boot_too_low(Boot lowest) override;

  // What the program wants to be told. Deques, since a callback may register another.
  std::deque<std::function<void(const NodeId&)>> up;
  std::deque<std::function<void(const NodeId&, DownReason)>> down;
  std::deque<std::function<void(const NodeId&, ErrorCode)>> seed_unreachable;
  std::deque<std::function<void()>> restarted;
  std::deque<std::function<void(const NodeId&)>> name_refused;
  // Calls all that were registered before, none of which may destroy the node.
  template <class... Args>
  void tell(const std::deque<std::function<void(Args...)>>& callbacks,
            const std::type_identity_t<Args>&... args) {
    ++telling_;
    const std::size_t count = callbacks.size();
    for (std::size_t i = 0; i < count; ++i) callbacks[i](args...);
    --telling_;
  }

 private:
  Boot fresh_boot();
  // The last boot's is destroyed.
  void make_runtime(Boot boot, Random cluster_random);
  void restart_in_place(Boot lowest);

  Node& node_;
  ClientSide* const client_;
  NodeConfig config_;
  Loop& loop_;
  Network& network_;
  Random random_;
  Log& program_log_;
  LimitedLog log_;  // of the runtime, whose events others can cause
  HybridClock clock_;
  RestartLimit restarts_;
  Behaviors behaviors_;
  Observer nobody_;  // hears and does nothing, unless the config names one
  bool started_ = false;
  bool crashing_ = false;  // it is being destroyed: nothing is said any more
  int telling_ = 0;        // what runs the program's code and then goes on here
  std::unique_ptr<Runtime> runtime_;
  StandingNames names_;
  StandingGroups groups_;
  Lifeline lifeline_;
};

}  // namespace noex

// Node: one member of a cluster, with its processes. What programs make and hold.
//
//   Node node(config, loop, network, random, log);       // nothing happens yet
//   node.behaviors().add<Room>("chat:room");              // what others may spawn here
//   Result<void> started = node.start();                  // listens, dials the seeds
//   node.run(main_task(node));                            // a coroutine; may await everything
//
// One node = one loop = one thread. The world is passed in: over AsioLoop and AsioNetwork it is a
// real node, over the simulator's it is the same node under faults. Destroying a Node without
// leave() is a crash: nothing is said to anyone, no terminate() runs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "noex/runtime/core/options.h"
#include "noex/runtime/membership/member.h"
#include "noex/runtime/message/future.h"
#include "noex/runtime/message/ref.h"
#include "noex/runtime/names/groups.h"
#include "noex/runtime/names/names.h"
#include "noex/runtime/observe/audit.h"
#include "noex/runtime/process/behavior.h"
#include "noex/runtime/process/process.h"
#include "noex/runtime/process/spawn_options.h"
#include "noex/transport/base/log.h"
#include "noex/transport/base/random.h"
#include "noex/transport/loop.h"
#include "noex/transport/network.h"

namespace noex {

class NodeCore;
class Observer;

struct NodeConfig {
  NodeId id;
  std::vector<NodeId> seeds;
  Options options;
  // Listens where other machines can reach it although its network is not private: whoever reaches
  // it is a member, and whoever is on the way reads and forges what members say.
  bool insecure = false;
  Observer* observer = nullptr;  // outlives the node
};

class Node {
 public:
  // loop, network and log outlive it.
  Node(NodeConfig config, Loop& loop, Network& network, Random random, Log& log);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // --- Life ---
  // Once; again only after an error. Errors: address_in_use, invalid_argument (an id that
  // parse_node_id() would refuse; started before), system; unauthorised (other machines can reach
  // its address, over a network that is not private, and its config does not say insecure).
  [[nodiscard]] Result<void> start();
  // Ends all processes (shutdown), tells the peers, calls `done`; bounded by leave_timeout.
  void leave(Task done);
  // The cluster refuses this node: a living member at `holder` has its name. Called once.
  void on_name_refused(std::function<void(const NodeId& holder)> callback);
  // The node had to start again in place, with a higher boot: all its processes were killed.
  void on_restarted(std::function<void()> callback);

  const NodeId& id() const;
  Boot boot() const;
  const Incarnation& incarnation() const;
  const Options& options() const;
  Loop& loop() const;
  Log& log() const;

  // --- The cluster ---
  // Everyone heard of and not left, by id, without this node.
  std::vector<Member> members() const;
  void on_node_up(std::function<void(const NodeId&)> callback);
  void on_node_down(std::function<void(const NodeId&, DownReason)> callback);
  // A dial to a seed that was never linked yet has failed (connection_refused, timeout, not_found:
  // another node is there; unauthorised: one of the two does not accept the other's secret or
  // certificate); each time, and it is tried on.
  void on_seed_unreachable(std::function<void(const NodeId&, ErrorCode)> callback);
  // True once every seed and every member known so far has been linked or has failed once.
  bool settled() const;
  Names& registry();
  const Names& registry() const;
  Groups& groups();

  // --- Processes ---
  Behaviors& behaviors();
  // Starts P here; its init runs in a later turn. Errors: overloaded.
  template <class P, class... Args>
  Result<Ref> spawn_local(Args&&... args) {
    return spawn_blueprint(blueprint<P>(std::forward<Args>(args)...));
  }
  // Starts P on that node (this one included), awaits its init and registration. P must have been
  // added to that node's behaviors under the name that it has in this node's. Within a process.
  // Errors: no_such_behavior, init_failed, init_timeout, name_taken, unreachable, noconnection,
  // overloaded, timeout.
  template <class P, class... Args>
  Future<Result<Ref>> spawn(const NodeId& where, const SpawnOptions& options, Args&&... args) {
    using Tuple = typename behavior_detail::ArgumentsOf<P>::type;
    Tuple arguments(std::forward<Args>(args)...);
    if (where == id()) {
      return spawn_here(options, behaviors().make_here<P>(std::move(arguments)));
    }
    Bytes bytes;
    Writer writer(bytes);
    std::apply([&writer](const auto&... each) { (encode(writer, each), ...); }, arguments);
    return spawn_there(where, options, behaviors().name_of(behavior_of<P>()), std::move(bytes));
  }
  // Runs a coroutine as a process of its own without a mailbox; may await everything.
  Result<Ref> run(task<void> body);
  // Ends a process of any node: it bypasses the mailbox.
  void exit(const Ref& process, ExitReason reason);
  // co_await node.sleep(1s), within a process.
  Future<Done> sleep(Duration duration);
  std::size_t process_count() const;
  // A process of this boot of this node.
  bool is_alive(ProcessId process) const;
  // A reference to that process of any node, which may be gone: for what knows it by its numbers.
  Ref ref(const Incarnation& node, ProcessId process);
  // Between node_up and node_down of that incarnation.
  bool is_up(const Incarnation& node) const;
  std::size_t pending_calls() const;
  std::size_t monitor_count() const;
  NodeAudit audit() const;

 private:
  Result<Ref> spawn_blueprint(Blueprint blueprint);
  Future<Result<Ref>> spawn_here(const SpawnOptions& options, Blueprint blueprint);
  Future<Result<Ref>> spawn_there(const NodeId& where, const SpawnOptions& options,
                                  std::string behavior, Bytes arguments);

  std::unique_ptr<NodeCore> core_;
};

}  // namespace noex

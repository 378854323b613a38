// Node: one member of a cluster, with its processes. What programs make and hold.
//
//   Node node(config, loop, network, random, log);  // nothing happens yet
//   node.behaviors().add<Room>("chat:room");        // what other nodes may spawn here
//   const Result<void> started = node.start();      // listens, dials the seeds
//   const Result<Ref> main = node.run(body(node));  // a coroutine, which may await everything
//
// One node, one loop, one thread: everything here is called on the loop's thread, and any other use
// stops the program. The world is passed in: over AsioLoop and AsioNetwork it is a real node, over
// a simulated Host's loop and network it is the same node under faults.
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

class ClientSide;
class NodeCore;
class Observer;

// What a node is made with; copied into it.
struct NodeConfig {
  NodeId id;                  // what others call it, and where it listens; its own in the cluster
  std::vector<NodeId> seeds;  // members that it dials to join the cluster; none: it is the first
  Options options;            // bounds and time-outs
  // Allows it to listen where other machines can reach it over a network that is not private.
  // Whoever reaches it then is a member, and whoever is on the way can read and forge what members
  // say.
  bool insecure = false;
  Observer* observer = nullptr;  // for the library's own checkers; it outlives the node
};

// One member of the cluster.
class Node {
 public:
  // loop, network and log outlive it. `random` decides on ids, jitter and whom it asks.
  Node(NodeConfig config, Loop& loop, Network& network, Random random, Log& log);
  // Without leave() this is a crash: it tells nobody, and no process's terminate() runs. Never
  // within one of its own callbacks or processes: that stops the program; post it to the loop.
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // --- Life ---
  // Listens, and dials its seeds. Once; again only after an error. Errors: address_in_use,
  // invalid_argument (an id that parse_node_id() would refuse; it has started already), system,
  // unauthorised (other machines can reach its address, over a network that is not private, and its
  // config does not say insecure).
  [[nodiscard]] Result<void> start();
  // Ends all processes (shutdown), tells its peers, then calls `done` from a later turn, within
  // Options::leave_timeout. The node may be destroyed afterwards.
  void leave(Task done);

  // What is called by the following may register further callbacks, and must not destroy the node,
  // which stops the program: post() that to its loop. Each keeps any number of callbacks, as long
  // as the node.

  // Calls `callback`, at most once, if the cluster refuses this node because a living member at
  // `holder` has its name.
  void on_name_refused(std::function<void(const NodeId& holder)> callback);
  // Calls `callback` each time the node has started again in place, with a higher boot, because the
  // cluster knew a later boot of it. All its processes have been killed; callbacks and behaviors
  // are still there. Any number of callbacks, kept as long as the node.
  void on_restarted(std::function<void()> callback);

  // The id that it was made with.
  const NodeId& id() const;
  // Which start of this node it is; higher after a restart in place.
  Boot boot() const;
  // Both.
  Incarnation incarnation() const;
  // The options that it was made with.
  const Options& options() const;
  // The loop that it was made with.
  Loop& loop() const;
  // The log that it was made with.
  Log& log() const;

  // --- The cluster ---
  // All other nodes that this one has heard of and that have not left, by id.
  std::vector<Member> members() const;
  // Calls `callback` when a node has joined: it can be reached from now on. Any number of
  // callbacks, kept as long as the node.
  void on_node_up(std::function<void(const NodeId&)> callback);
  // Calls `callback` when a node that was up has left, or is taken for dead. Any number of
  // callbacks, kept as long as the node.
  void on_node_down(std::function<void(const NodeId&, DownReason)> callback);
  // Calls `callback` whenever a dial fails to a seed that has never been linked: with
  // connection_refused, timeout, not_found (another node is at its address) or unauthorised (one of
  // the two does not accept the other's secret or certificate). It is dialled again all the same.
  // Any number of callbacks, kept as long as the node.
  void on_seed_unreachable(std::function<void(const NodeId&, ErrorCode)> callback);
  // Whether every seed, and every member known so far, has been linked or has failed once.
  bool settled() const;
  // The global names, as whichever boot is the present one knows them; valid as long as the node.
  Names& registry();
  // The same, to look at.
  const Names& registry() const;
  // The groups.
  Groups& groups();

  // --- Processes ---
  // The classes that other nodes may spawn here.
  Behaviors& behaviors();
  // Starts a P on this node, made with `args`; its init runs in a later turn. Errors: overloaded
  // (Options::processes_max).
  template <class P, class... Args>
  Result<Ref> spawn_local(Args&&... args) {
    return spawn_blueprint(blueprint<P>(std::forward<Args>(args)...));
  }
  // To be awaited, within a process: starts a P on that node, which may be this one, and waits for
  // its init and its registration. P must have been added to that node's behaviors, under the name
  // that it has in this node's. Errors: no_such_behavior, init_failed, init_timeout, name_taken,
  // unreachable, noconnection, overloaded, timeout; after noconnection and timeout it may have been
  // started.
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
  // Runs a coroutine as a process of its own, without a mailbox; it may await everything. Errors:
  // overloaded (Options::processes_max).
  Result<Ref> run(task<void> body);
  // Sends an exit signal to a process of any node; see Process::exit().
  void exit(const Ref& process, ExitReason reason);
  // To be awaited, within a process: ends after that time.
  Future<Done> sleep(Duration duration);
  // How many processes this node has.
  std::size_t process_count() const;
  // Whether this boot of this node has that process.
  bool is_alive(ProcessId process) const;
  // A reference to that process, of any node, for a program that knows its numbers; it need not
  // exist.
  Ref ref(const Incarnation& node, ProcessId process);
  // Whether that start of that node is between node_up and node_down.
  bool is_up(const Incarnation& node) const;
  // How many clients use the cluster through this node (client.h).
  std::size_t client_count() const;
  // How many calls wait for an answer.
  std::size_t pending_calls() const;
  // How many monitors this node has, both ends.
  std::size_t monitor_count() const;
  // What this node holds at this moment: for tests.
  NodeAudit audit() const;

 private:
  friend class ClientCore;

  // Where the processes of a client live: no member of anything.
  Node(NodeConfig config, Loop& loop, Network& network, Random random, Log& log,
       ClientSide& client);
  Result<Ref> spawn_blueprint(Blueprint blueprint);
  Future<Result<Ref>> spawn_here(const SpawnOptions& options, Blueprint blueprint);
  Future<Result<Ref>> spawn_there(const NodeId& where, const SpawnOptions& options,
                                  std::string behavior, Bytes arguments);

  std::unique_ptr<NodeCore> core_;
};

}  // namespace noex

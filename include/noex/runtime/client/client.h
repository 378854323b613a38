// Client: uses a cluster without being a member of it, over one connection to any member.
//
//   Client client(config, loop, network, random, log);  // config.members: where members listen
//   const Result<void> started = client.start();        // connects, for as long as it lives
//   const Result<Ref> main = client.run(ask(client));   // a coroutine, which may await everything
//
// It has processes, which call, cast and monitor those of any node, and can be called themselves;
// it looks up names and groups. It has no names, is in nobody's members(), and is told of no
// node_up: the cluster does not know of it. When its member is gone it goes to another: what was
// pending ends with noconnection, each monitor gives a Down (noconnection), and what is looked up
// is asked anew. Its processes live on, and are others' to know anew. Like a Node it is one loop's,
// and its world is passed in. What a member does for it: docs/PROTOCOL.md, "Clients".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "noex/runtime/node/node.h"

namespace noex {

class ClientCore;

// What a client is told when it is made.
struct ClientConfig {
  // Where members listen: the first is tried first, then the others in this order, again and again.
  std::vector<Address> members;
  // Bounds and times; what is about membership does not concern it.
  Options options;
};

// A program that uses a cluster and is no member of it.
class Client {
 public:
  // loop, network and log outlive it.
  Client(ClientConfig config, Loop& loop, Network& network, Random random, Log& log);
  // Without leave() its processes end without a word, as with a Node.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // --- Life ---
  // Begins to connect, and goes on whether a member answers or not; once. Errors: invalid_argument
  // (no members, or started before).
  [[nodiscard]] Result<void> start();
  // Ends its processes (shutdown), of which their monitors are told, and the connection; then calls
  // `done`.
  void leave(Task done);
  // Which member it is connected to; nullptr: none.
  const Incarnation* member() const;
  // What is called by the following may register further callbacks, and must not destroy the
  // client, which stops the program: post() that to its loop.

  // Calls the callback each time that it is connected to a member.
  void on_connected(std::function<void(const NodeId& member)> callback);
  // Calls the callback each time that the connection is lost; `why` is for people.
  void on_disconnected(std::function<void(const NodeId& member, std::string_view why)> callback);
  // Calls the callback each time that a try to reach a member has failed, after which it tries on:
  // connection_refused, timeout, unauthorised (as Network::connect), not_ready (the member leaves,
  // or has as many clients as it may), incompatible_type (it speaks another version).
  void on_unreachable(std::function<void(const Address& member, ErrorCode why)> callback);

  // --- What is known in the cluster; within a process of the client only ---
  // As Names::find(). While no member is connected it waits for one. timeout 0: register_timeout.
  // Errors besides: overloaded (Options::processes_max).
  Future<Result<Ref>> find(std::string name, Duration timeout = {});
  // As Names::names(), as far as its member knows. Errors: as of a call.
  task<Result<std::map<std::string, Ref>>> names(std::string prefix);
  // As Groups::members(), as far as its member knows. Errors: as of a call.
  task<Result<std::vector<Ref>>> group(std::string name);
  // All members, the one that it is connected to first. Errors: as of a call.
  task<Result<std::vector<Member>>> members();

  // --- Processes ---
  // Where its processes live, and what Process::node() gives: the part of Node that is about
  // processes. registry(), groups() and members() tell what was looked up last.
  Node& node();
  // As Node::spawn_local().
  template <class P, class... Args>
  Result<Ref> spawn_local(Args&&... args) {
    return node().spawn_local<P>(std::forward<Args>(args)...);
  }
  // As Node::spawn(), on a member: the one that it is connected to, or one of those that members()
  // gave.
  template <class P, class... Args>
  Future<Result<Ref>> spawn(const NodeId& where, const SpawnOptions& options, Args&&... args) {
    return node().spawn<P>(where, options, std::forward<Args>(args)...);
  }
  // As Node::run().
  Result<Ref> run(task<void> body) { return node().run(std::move(body)); }
  // As Node::exit().
  void exit(const Ref& process, ExitReason reason) { node().exit(process, std::move(reason)); }
  // As Node::sleep().
  Future<Done> sleep(Duration duration) { return node().sleep(duration); }
  // As Node::behaviors().
  Behaviors& behaviors() { return node().behaviors(); }

 private:
  std::unique_ptr<ClientCore> core_;
};

}  // namespace noex

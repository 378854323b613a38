// Process: private state, one mailbox, one message at a time. What programs derive from.
//
//   class Room : public Process {
//    public:
//     using messages = std::tuple<Join, Post, Import, Ask>;  // each needs a handler: on()
//     using arguments = std::tuple<std::string>;             // of the constructor, after Context&
//
//     Room(Context& context, std::string name);
//     Result<Welcome> on(const Join&);           // a call is answered by what its handler returns
//     void on(const Post&);                      // a cast is not answered
//     task<void> on(const Import&);              // any handler may be a coroutine
//     void on(const Ask&, Reply<Answer> reply);  // a call that is answered later (reply.h)
//
//     void on(const Down&);          // optional: a process that it monitors has ended
//     void on(const Exit&);          // optional: a linked process has ended, and this one lives on
//     void on(const Overflow&);      // optional: a process that it monitors has a full mailbox
//     void on(const NameConflict&);  // optional: it has lost its name, and lives on
//     void on(const NameUp&);        // optional: a name that it monitors has a holder
//     void on(const NameDown&);      // optional: a name that it monitors has lost its holder
//   };
//
// While a handler is suspended, the messages in the mailbox wait; what must not wait for it runs in
// a task (spawn_task). A handler or task that throws ends its process, with ExitReason::error.
// Everything here is used on the node's thread.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "noex/runtime/core/ids.h"
#include "noex/runtime/message/exit_reason.h"
#include "noex/runtime/message/ref.h"
#include "noex/runtime/message/task.h"
#include "noex/runtime/process/reply.h"
#include "noex/transport/base/log.h"
#include "noex/transport/base/random.h"
#include "noex/transport/base/time.h"
#include "noex/transport/loop.h"

namespace noex {

class Node;

// Names a task of one process, which never reuses it. 0: no task.
using ProcessTaskId = std::uint64_t;

// A monitored process has ended, or the link to its node is lost. Once for each monitor.
struct Down {
  MonitorId monitor = 0;  // as monitor() gave it
  Ref process;            // that was monitored
  ExitReason reason;      // noconnection: the link was lost; noproc: it had ended before
};

// A linked process has ended, or somebody has asked this one to end. It comes only to a process
// that traps exits: one with a handler for it (set_trap_exit).
struct Exit {
  Ref process;        // that has ended, or asks; Ref(): the node asks
  ExitReason reason;  // why it ended, or why this one is to end
};

// The mailbox of a monitored process is full, and refuses messages. Told once, until that mailbox
// has been empty again.
struct Overflow {
  Ref process;  // that does not keep up
};

// This process has lost a name, because two parts of the cluster with a holder each have met. A
// process without a handler for it ends.
struct NameConflict {
  std::string name;  // that this process held
  Ref winner;        // that holds it now
};

// A monitored name has a new holder, as far as this node knows.
struct NameUp {
  std::string name;  // that is monitored
  Ref process;       // that holds it now
};
// A monitored name is no longer held by this holder, as far as this node knows. If another one
// takes its place, NameDown comes before NameUp.
struct NameDown {
  std::string name;  // that is monitored
  Ref process;       // that held it
};

// What a process is made with, and acts through. Its node makes it; it is valid as long as the
// process. What each function does is said at Process's function of that name, which is what a
// process uses.
class Context {
 public:
  // For the node.
  explicit Context(Ref self) : self_(std::move(self)) {}
  virtual ~Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const Ref& self() const { return self_; }  // see Process::self()
  virtual Node& node() const = 0;            // see Process::node()
  virtual Loop& loop() const = 0;            // the node's loop
  virtual Log& log() const = 0;              // see Process::log()
  virtual Incarnation source() const = 0;    // see Process::source()
  virtual Random& random() = 0;              // see Process::random()

  virtual void exit(ExitReason reason) = 0;                        // see Process::exit()
  virtual void exit(const Ref& process, ExitReason reason) = 0;    // see Process::exit()
  virtual MonitorId monitor(const Ref& process) = 0;               // see Process::monitor()
  virtual bool demonitor(MonitorId monitor) = 0;                   // see Process::demonitor()
  virtual Result<void> monitor_name(const std::string& name) = 0;  // see Process::monitor_name()
  virtual bool demonitor_name(std::string_view name) = 0;          // see Process::demonitor_name()
  virtual void link(const Ref& process) = 0;                       // see Process::link()
  virtual void unlink(const Ref& process) = 0;                     // see Process::unlink()
  virtual void set_trap_exit(bool trap) = 0;                       // see Process::set_trap_exit()
  // See Process::send_after().
  virtual TimerId send_after(Duration delay, TypeId type, std::unique_ptr<Payload> message) = 0;
  virtual bool cancel_send(TimerId timer) = 0;                    // see Process::cancel_send()
  virtual Result<ProcessTaskId> spawn_task(task<void> body) = 0;  // see Process::spawn_task()
  virtual bool cancel_task(ProcessTaskId task) = 0;               // see Process::cancel_task()
  // The members of a group that this node knows of, for Process::publish().
  virtual std::vector<Ref> members_of(std::string_view group) const = 0;
  // See Process::multicast(); the message boxes a copy of itself for each.
  virtual std::vector<Ref> multicast(std::span<const Ref> targets, TypeId type,
                                     Outgoing& message) = 0;

 private:
  Ref self_;
};

// The base of every process. A node makes it, and destroys it when the process has ended: programs
// hold a Ref instead.
class Process {
 public:
  // `context` is what the derived class's constructor was given first.
  explicit Process(Context& context) : context_(context) {}
  virtual ~Process() = default;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Runs first, before any message. An error ends the process, and its spawn fails with
  // init_failed.
  virtual task<Result<void>> init() { co_return Result<void>(); }
  // Runs last, unless the node itself crashes. It cannot wait; what it sends is sent.
  virtual void terminate(const ExitReason&) {}

  // The reference to this process.
  const Ref& self() const { return context_.self(); }
  // The node that it runs on.
  Node& node() const { return context_.node(); }

 protected:
  // The time of this turn, by the monotonic clock: for deadlines and durations.
  Instant now() const { return context_.loop().now(); }
  // The time of this turn, by the wall clock, which may jump: for people.
  WallTime wall_now() const { return context_.loop().wall_now(); }
  // The node's log.
  Log& log() const { return context_.log(); }
  // Random numbers of this process alone: in the simulator the same in every run of a seed,
  // whatever other processes draw. Not for secrets.
  Random& random() const { return context_.random(); }
  // The node that the message being handled came from: the peer at the other end of the link, or
  // this node, from which all signals and timers come, too. Unlike what a message says of its
  // sender, a peer cannot forge it. It stays right while the handler is suspended.
  Incarnation source() const { return context_.source(); }

  // Ends this process when the current handler returns or is suspended.
  void exit(ExitReason reason) { context_.exit(std::move(reason)); }
  // Sends an exit signal, which bypasses the mailbox: the process ends, even if its handler is
  // suspended. A process that traps exits gets an Exit instead, unless the reason is killed.
  void exit(const Ref& process, ExitReason reason) { context_.exit(process, std::move(reason)); }

  // Gives exactly one Down, once `process` has ended or the link to its node is lost.
  MonitorId monitor(const Ref& process) { return context_.monitor(process); }
  // Ends the monitor: its Down never arrives. False: it had arrived already.
  bool demonitor(MonitorId monitor) { return context_.demonitor(monitor); }

  // Gives NameUp and NameDown whenever the holder of the name changes, as far as this node knows,
  // and a NameUp for the holder that it has now. Errors: invalid_argument (a name has 1 to 255
  // bytes), overloaded (Options::names_max).
  Result<void> monitor_name(const std::string& name) { return context_.monitor_name(name); }
  // Neither arrives any more. False: the name was not monitored.
  bool demonitor_name(std::string_view name) { return context_.demonitor_name(name); }

  // Links the two: when one ends for any reason but normal, so does the other, with the same
  // reason, unless it traps exits. The reason is noconnection if the link between their nodes is
  // lost, and noproc, at once, if `process` has ended before.
  void link(const Ref& process) { context_.link(process); }
  // Ends the link: no exit signal of it arrives any more.
  void unlink(const Ref& process) { context_.unlink(process); }
  // Whether exit signals become Exit messages, instead of ending this process; true from the start
  // if the class has a handler for Exit. If it has none, true ignores all signals but killed.
  void set_trap_exit(bool trap) { context_.set_trap_exit(trap); }

  // Casts M{args...} to this process itself after `delay`. A full mailbox does not refuse it.
  template <CastMessage M, class... Args>
  TimerId send_after(Duration delay, Args&&... args) {
    return context_.send_after(delay, type_id<M>(),
                               std::make_unique<Box<M>>(M{std::forward<Args>(args)...}));
  }
  // Takes such a message back. False: it had been sent already.
  bool cancel_send(TimerId timer) { return context_.cancel_send(timer); }

  // Runs a coroutine beside the mailbox, from a later turn on. Handlers and tasks of a process take
  // turns wherever one of them is suspended, so that the state of the process may have changed
  // after each co_await. A task ends with its process, before terminate(), and ends the process if
  // it throws. It may await everything, even a call to its own process. Errors: overloaded
  // (Options::process_tasks_max).
  Result<ProcessTaskId> spawn_task(task<void> body) { return context_.spawn_task(std::move(body)); }
  // The same with a lambda that gives the coroutine: it lives, with its captures, until the task
  // has ended. Hand over the lambda and do not call it: those of a temporary would be gone.
  template <class Body>
    requires std::same_as<std::invoke_result_t<Body&>, task<void>>
  Result<ProcessTaskId> spawn_task(Body body) {
    return context_.spawn_task(run_kept(std::move(body)));
  }
  // Destroys a task where it is suspended, and with it all that it awaits. False: it has ended, or
  // it is the task that asks, which is to return instead.
  bool cancel_task(ProcessTaskId task) { return context_.cancel_task(task); }

  // Casts M{args...} to many: it is encoded once, and travels once to each node. Gives those of
  // `targets` that it was not sent to, because their node's queue is full or has no link.
  template <CastMessage M, class... Args>
  std::vector<Ref> multicast(std::span<const Ref> targets, Args&&... args) {
    M message{std::forward<Args>(args)...};
    OutgoingCopy<M> outgoing(message);
    return context_.multicast(targets, type_id<M>(), outgoing);
  }

  // The same to all members of a group that this node knows of, this process among them if it is
  // one.
  template <CastMessage M, class... Args>
  std::vector<Ref> multicast_group(std::string_view group, Args&&... args) {
    const std::vector<Ref> members = context_.members_of(group);
    return multicast<M>(std::span(members), std::forward<Args>(args)...);
  }

 private:
  template <class Body>
  static task<void> run_kept(Body body) {
    co_await body();
  }

  Context& context_;
};

}  // namespace noex

// Process: private state, one mailbox, one message at a time. What users derive from.
//
//   class Room : public Process {
//    public:
//     using messages = std::tuple<Join, Post>;      // what it takes; checked at compile time
//     using arguments = std::tuple<std::string>;    // after Context&; only if there are any
//     Room(Context& context, std::string name);
//     Result<Welcome> on(const Join&);              // a call's handler answers with a Result
//     void on(const Post&);                         // a cast's handler answers nothing
//     task<void> on(const Import&);                 // each may be a coroutine
//     void on(const Ask&, Reply<Answer> reply);     // a call that is answered later (reply.h)
//     void on(const Down&);                         // optional: a monitored process has ended
//     void on(const Exit&);                         // optional: be told instead of being ended
//     void on(const Overflow&);                     // optional: its mailbox refuses messages
//     void on(const NameConflict&);                 // optional: be told instead of being ended
//     void on(const NameUp&), on(const NameDown&);  // optional: monitored names change
//   };
//
// While a handler is suspended, the mailbox waits; what is not to wait for it goes into a task
// (spawn_task). A handler or task that throws ends its process with error{what}. All calls go
// through the node's one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
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

// Names a task of one process; never reused by it; 0 is none.
using ProcessTaskId = std::uint64_t;

// A monitored process has ended, or the link to it is lost; at most once for each monitor.
struct Down {
  MonitorId monitor = 0;
  Ref process;
  ExitReason reason;
};

// A linked process has ended, or `process` has asked this one to end (Ref() if it was no process).
// Only to processes that trap exits: those with a handler for it.
struct Exit {
  Ref process;
  ExitReason reason;
};

// Messages to a monitored process are being refused: its mailbox is full. Told once until the
// mailbox has been empty again.
struct Overflow {
  Ref process;
};

// The name that this process held belongs to `winner` now.
struct NameConflict {
  std::string name;
  Ref winner;
};

// A monitored name has a holder that it had not before, or no longer has this one; as far as the
// process's node knows. Where one follows another, NameDown comes first.
struct NameUp {
  std::string name;
  Ref process;
};
struct NameDown {
  std::string name;
  Ref process;
};

// What a process is made with, and through which it acts; made by the node and valid as long as the
// process. What each function does is said at Process's of the same name.
class Context {
 public:
  explicit Context(Ref self) : self_(std::move(self)) {}
  virtual ~Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const Ref& self() const { return self_; }
  virtual Node& node() const = 0;
  virtual Loop& loop() const = 0;
  virtual Log& log() const = 0;
  virtual const Incarnation& source() const = 0;
  virtual Random& random() = 0;

 protected:
  friend class Process;
  virtual void exit(ExitReason reason) = 0;
  virtual void exit(const Ref& process, ExitReason reason) = 0;
  virtual MonitorId monitor(const Ref& process) = 0;
  virtual bool demonitor(MonitorId monitor) = 0;
  virtual Result<void> monitor_name(const std::string& name) = 0;
  virtual bool demonitor_name(std::string_view name) = 0;
  virtual void link(const Ref& process) = 0;
  virtual void unlink(const Ref& process) = 0;
  virtual void set_trap_exit(bool trap) = 0;
  virtual TimerId send_after(Duration delay, TypeId type, std::unique_ptr<Payload> message) = 0;
  virtual bool cancel_send(TimerId timer) = 0;
  virtual Result<ProcessTaskId> spawn_task(task<void> body) = 0;
  virtual bool cancel_task(ProcessTaskId task) = 0;
  virtual std::vector<Ref> members_of(std::string_view group) const = 0;
  virtual std::vector<Ref> multicast(std::span<const Ref> targets, TypeId type, Outgoing& message,
                                     const std::function<std::unique_ptr<Payload>()>& copy) = 0;

 private:
  Ref self_;
};

class Process {
 public:
  explicit Process(Context& context) : context_(context) {}
  virtual ~Process() = default;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Runs first, before any message; an error ends the process and fails its spawn (init_failed).
  virtual task<Result<void>> init() { co_return Result<void>(); }
  // Runs last, unless the node itself crashes. Must not wait; what it sends is sent.
  virtual void terminate(const ExitReason&) {}

  const Ref& self() const { return context_.self(); }
  Node& node() const { return context_.node(); }

 protected:
  Instant now() const { return context_.loop().now(); }
  WallTime wall_now() const { return context_.loop().wall_now(); }
  Log& log() const { return context_.log(); }
  // Random numbers of this process alone: in the simulator the same in every run of a seed,
  // whatever other processes draw. Not for secrets.
  Random& random() const { return context_.random(); }
  // The node that the message being handled came from: the peer at the other end of its link, or
  // this node itself, which all signals and timers come from, too. What a message says of its
  // sender anybody may write, and ids of processes can be guessed; this nobody can choose. Stays
  // right while the handler is suspended; the reference is valid until the handler ends.
  const Incarnation& source() const { return context_.source(); }

  // Ends this process when the current handler returns, or suspends.
  void exit(ExitReason reason) { context_.exit(std::move(reason)); }
  // Sends an exit signal: it bypasses the mailbox and cancels a suspended handler. A process that
  // traps exits is told instead, except of killed.
  void exit(const Ref& process, ExitReason reason) { context_.exit(process, std::move(reason)); }

  // Gives exactly one Down once `process` has ended or the link to it is lost.
  MonitorId monitor(const Ref& process) { return context_.monitor(process); }
  // No Down of this monitor arrives any more. False if it has fired already.
  bool demonitor(MonitorId monitor) { return context_.demonitor(monitor); }

  // Gives NameUp and NameDown for each change of who holds the name here, and at once for who holds
  // it now. Errors: invalid_argument, overloaded.
  Result<void> monitor_name(const std::string& name) { return context_.monitor_name(name); }
  // Nothing of it arrives any more. False if it was not monitored.
  bool demonitor_name(std::string_view name) { return context_.demonitor_name(name); }

  // Ties the two together: when either ends but normally, so does the other, with the same reason
  // (noconnection if the link between their nodes is lost), unless it traps exits. At once if
  // `process` is gone (noproc).
  void link(const Ref& process) { context_.link(process); }
  // No exit signal of that link arrives any more.
  void unlink(const Ref& process) { context_.unlink(process); }
  // Whether exit signals become Exit messages; true from the start if the class handles them. A
  // class that does not can so ignore them all. Nobody can trap exit(process, killed).
  void set_trap_exit(bool trap) { context_.set_trap_exit(trap); }

  // Casts M{args...} to this process itself after `delay`; never refused by the mailbox's bound.
  template <CastMessage M, class... Args>
  TimerId send_after(Duration delay, Args&&... args) {
    return context_.send_after(delay, type_id<M>(),
                               std::make_unique<Box<M>>(M{std::forward<Args>(args)...}));
  }
  // Runs a coroutine beside the mailbox, from a later turn on: handlers and tasks of a process take
  // turns wherever one is suspended, so that the state of the process may be another after each
  // co_await. It ends with the process, before terminate(), and ends the process if it throws. It
  // may await everything, also a call to this process itself. Give it what it needs as parameters:
  // the captures of a lambda are gone when it runs. Errors: overloaded (process_tasks_max).
  Result<ProcessTaskId> spawn_task(task<void> body) { return context_.spawn_task(std::move(body)); }
  // Destroys a task where it is suspended, with all that it awaits. False if it has ended, or is
  // the one that asks: that returns instead.
  bool cancel_task(ProcessTaskId task) { return context_.cancel_task(task); }

  // False if it was sent already.
  bool cancel_send(TimerId timer) { return context_.cancel_send(timer); }

  // Casts one message to many: encoded once, one frame for each node. Gives those of `targets`
  // for whom it was refused (their node's queue is full, or there is no link to it).
  template <CastMessage M, class... Args>
  std::vector<Ref> multicast(std::span<const Ref> targets, Args&&... args) {
    M message{std::forward<Args>(args)...};
    OutgoingValue<M> outgoing(message);
    return context_.multicast(targets, type_id<M>(), outgoing,
                              [&message] { return std::make_unique<Box<M>>(message); });
  }

  // The same to all members of a group, as far as this node knows them; itself too, if it is one.
  template <CastMessage M, class... Args>
  std::vector<Ref> multicast_group(std::string_view group, Args&&... args) {
    const std::vector<Ref> members = context_.members_of(group);
    return multicast<M>(std::span(members), std::forward<Args>(args)...);
  }

 private:
  Context& context_;
};

}  // namespace noex

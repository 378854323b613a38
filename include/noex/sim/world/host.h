// Host: one run of a process on a simulated machine; its loop and its network are the seam.
//
// A Node is given a Host's loop and network. The process runs until its machine ends it (crash,
// power loss). The object stays: a Node, Timer or Connection that is destroyed later calls a dead
// host, which drops every task and every byte.
//
// A turn is one event of the world, followed by all that was posted meanwhile. A process that is
// paused takes no turn; its events wait, in order, and it notices nothing but by its clock.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

#include "noex/sim/world/world.h"
#include "noex/transport/base/fifo.h"
#include "noex/transport/loop.h"
#include "noex/transport/network.h"

namespace noex::sim {

class Fabric;
class Host;
class Machine;

// The loop of a Host.
class HostLoop final : public Loop, public EventOwner {
 public:
  // For Host.
  HostLoop(World& world, Machine& machine);
  // Destroys all tasks without running them.
  ~HostLoop() override;

  Instant now() const override;
  WallTime wall_now() const override;
  void post(Task task) override;
  TimerId start_timer(Instant at, Task task) override;
  bool cancel_timer(TimerId timer) override;

  // Runs `task` as a turn: now if the process can run, else as soon as it can, in order. Only from
  // an event of the world, never inside a turn of this host. If the process is dead, the task is
  // dropped.
  void give(EventKind kind, Task task);

  // Whether the process has not ended; one that is paused has not.
  bool alive() const { return !dead_; }
  // The process will be killed at this very instant: nothing that it still does reaches anybody.
  void doom() { doomed_ = true; }
  // Whether doom() was called.
  bool doomed() const { return doomed_; }
  // Whether a turn would have to wait now: the process cannot run, or other events wait already.
  bool held() const {
    return paused_ || doomed_ || released_ != 0 || !deferred_.empty() || world_.now() < busy_until_;
  }
  // Whether one of its turns runs at this moment.
  bool in_turn() const { return in_turn_; }
  // How many timers, posts and other tasks have not run yet.
  std::uint64_t pending() const { return world_.pending(*this) + ready_.size(); }

  bool defers(EventId event) override;
  void run(Task& task) override;

 private:
  friend class Machine;

  void kill();
  void pause() { paused_ = true; }
  void resume();
  void release_next();

  World& world_;
  Machine& machine_;
  Fifo<Task> ready_;
  std::deque<EventId> deferred_;  // what waits, in order
  EventId released_ = 0;          // the first of them, on its way
  EventId wake_ = 0;              // the event that runs what was posted outside a turn
  bool in_turn_ = false;
  bool dead_ = false;
  bool doomed_ = false;
  bool paused_ = false;
  Instant busy_until_{};  // true time; only if slow
};

// The network of a Host.
class HostNetwork final : public Network {
 public:
  // For Host.
  HostNetwork(Fabric& fabric, Host& host) : fabric_(fabric), host_(host) {}

  Result<std::unique_ptr<Listener>> listen(const Address& address, AcceptHandler accept) override;
  std::unique_ptr<Dial> connect(const Address& address, Duration timeout,
                                DialHandler done) override;
  bool is_private() const override { return true; }

 private:
  Fabric& fabric_;
  Host& host_;
};

// One process of a machine, from its start to its end; valid as long as the machine.
class Host {
 public:
  // For Machine::start().
  Host(Fabric& fabric, Machine& machine, std::uint64_t run);
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // For a Node.
  HostLoop& loop() { return loop_; }
  // For a Node.
  HostNetwork& network() { return network_; }
  // The machine that it runs on.
  Machine& machine() { return machine_; }
  // Whether the process has not ended; one that is paused has not.
  bool alive() const { return loop_.alive(); }
  // Which process of its machine it is: 1 for the first, 2 after a restart.
  std::uint64_t run() const { return run_; }
  // The random stream of that label, which no other process has.
  Random random(std::string_view label) const;

 private:
  Machine& machine_;
  const std::uint64_t run_;
  HostLoop loop_;
  HostNetwork network_;
};

}  // namespace noex::sim

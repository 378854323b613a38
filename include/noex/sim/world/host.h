// Host: one run of a process on a simulated machine; its loop and its network are the seam.
//
// Host is what a Node is given. It lives until its machine kills it (crash, power loss) and stays
// as an object after that, so that a Node, Timer or Connection which is destroyed later calls
// something harmless: a dead host drops every task and every byte.
// A turn is one event of the world, followed by all that was posted meanwhile. A stopped process
// (pause) takes no turn; its events wait, in order, and it never notices but by its clock.
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

class HostLoop final : public Loop, public EventOwner {
 public:
  HostLoop(World& world, Machine& machine);
  ~HostLoop() override;

  Instant now() const override;
  WallTime wall_now() const override;
  void post(Task task) override;
  TimerId start_timer(Instant at, Task task) override;
  bool cancel_timer(TimerId timer) override;

  // Runs `task` as a turn: now if the process can run, else as soon as it can, in order. From
  // events of the world only, never inside a turn of this host; dropped if the process is dead.
  void give(EventKind kind, Task task);

  bool alive() const { return !dead_; }
  // The process will be killed at this instant: what it still does reaches nobody.
  void doom() { doomed_ = true; }
  bool doomed() const { return doomed_; }
  // True if a turn now would overtake something that waits, or the process cannot run.
  bool held() const {
    return paused_ || doomed_ || released_ != 0 || !deferred_.empty() || world_.now() < busy_until_;
  }
  bool in_turn() const { return in_turn_; }
  // Timers, posts and other work that has not run yet.
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

class HostNetwork final : public Network {
 public:
  HostNetwork(Fabric& fabric, Host& host) : fabric_(fabric), host_(host) {}

  Result<std::unique_ptr<Listener>> listen(const Address& address, AcceptHandler accept) override;
  std::unique_ptr<Dial> connect(const Address& address, Duration timeout,
                                DialHandler done) override;
  bool is_private() const override { return true; }

 private:
  Fabric& fabric_;
  Host& host_;
};

class Host {
 public:
  Host(Fabric& fabric, Machine& machine, std::uint64_t run);
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  HostLoop& loop() { return loop_; }
  HostNetwork& network() { return network_; }
  Machine& machine() { return machine_; }
  bool alive() const { return loop_.alive(); }
  // 1 for the machine's first process, 2 after a restart.
  std::uint64_t run() const { return run_; }
  // A stream of randomness that no other host and no other run of this one shares.
  Random random(std::string_view label) const;

 private:
  Machine& machine_;
  const std::uint64_t run_;
  HostLoop loop_;
  HostNetwork network_;
};

}  // namespace noex::sim

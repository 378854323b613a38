// Loop: one node's turn-taking, and the only source of time. Half of the seam to the outside.
//
// One node = one loop = one thread; everything that a node does happens inside a turn. Time stands
// still within a turn: now() and wall_now() change only between turns, so that all decisions of a
// turn agree. No callback runs inside the call that registered it.
// Implementations: AsioLoop (asio_loop.h), HostLoop (include/noex/sim/world/host.h). Contract:
// tests/contract/loop_contract_test.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "noex/transport/base/time.h"

namespace noex {

using Task = std::move_only_function<void()>;

// Names a timer for cancelling; never reused within a loop. 0 is no timer.
using TimerId = std::uint64_t;

class Loop {
 public:
  virtual ~Loop() = default;

  // Monotonic; fixed within a turn.
  virtual Instant now() const = 0;
  // May jump in either direction between turns; fixed within a turn.
  virtual WallTime wall_now() const = 0;

  // Runs `task` once, after the current callback has returned, in order of posting, before the
  // loop waits again. A task that posts for ever starves the rest: the caller bounds that.
  virtual void post(Task task) = 0;

  // Runs `task` once in the first turn with now() >= at, unless cancelled before; timers of the
  // same instant run in order of their start. An instant that has passed is due at once, but
  // never inside this call.
  virtual TimerId start_timer(Instant at, Task task) = 0;
  // Destroys the task without running it. True if it had not run yet.
  virtual bool cancel_timer(TimerId timer) = 0;

  // Stops the program if this is certainly not the thread that the loop's turns are on, in every
  // build: all that belongs to a loop is used on its thread. Loops that know no threads do nothing.
  virtual void check_thread() const {}
};

// A timer that its owner cannot outlive: cancelled when destroyed or started again.
class Timer {
 public:
  explicit Timer(Loop& loop) : loop_(loop) {}
  ~Timer() { cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void start(Instant at, Task task) {
    cancel();
    task_ = std::move(task);
    id_ = loop_.start_timer(at, [this] {
      id_ = 0;
      Task run = std::exchange(task_, Task());  // the task may start this timer again
      run();
    });
  }
  void cancel() {
    if (id_ == 0) return;
    loop_.cancel_timer(std::exchange(id_, 0));
    const Task doomed = std::exchange(task_, Task());
  }
  bool running() const { return id_ != 0; }

 private:
  Loop& loop_;
  Task task_;  // here, so that what the loop keeps needs no memory of its own
  TimerId id_ = 0;
};

}  // namespace noex

// Loop: one node's turn-taking, and the only source of time. Half of the seam to the outside.
//
// One node, one loop, one thread: everything that a node does happens in a turn of its loop. Time
// stands still within a turn: now() and wall_now() change only between turns, so that all decisions
// of one turn agree. No callback runs inside the call that registered it.
//
// Implementations: AsioLoop ("noex/transport/asio/asio_loop.h") and HostLoop
// ("noex/sim/world/host.h"). Contract: tests/contract/loop_contract_test.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "noex/transport/base/time.h"

namespace noex {

// Something to be done once, in a later turn.
using Task = std::move_only_function<void()>;

// Names a timer for cancelling; never reused within a loop. 0: no timer.
using TimerId = std::uint64_t;

// Outlives everything that uses it.
class Loop {
 public:
  virtual ~Loop() = default;

  // Monotonic; fixed within a turn.
  virtual Instant now() const = 0;
  // May jump in either direction between turns; fixed within a turn.
  virtual WallTime wall_now() const = 0;

  // Runs `task` once, after the current callback has returned and before the loop waits again, in
  // the order of posting. A task that posts itself for ever starves the rest: that is for the
  // caller to bound.
  virtual void post(Task task) = 0;

  // Runs `task` once, in the first turn with now() >= at, unless it is cancelled before. Timers of
  // one instant run in the order in which they were started. An instant that has passed is due at
  // once, but never inside this call.
  virtual TimerId start_timer(Instant at, Task task) = 0;
  // Destroys the task without running it. False: it has run already, or there is no such timer.
  virtual bool cancel_timer(TimerId timer) = 0;

  // Stops the program, in every build, if another thread than this one runs the loop's turns: what
  // belongs to a loop is used on its thread. A loop that knows no threads does nothing.
  virtual void check_thread() const {}
};

// One timer as a member of what it belongs to: destroying it cancels it, so that its task can never
// find its owner gone.
class Timer {
 public:
  // The loop outlives it.
  explicit Timer(Loop& loop) : loop_(loop) {}
  // Cancels it.
  ~Timer() { cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Runs `task` at `at`, instead of what it was started for before. The task may start it again.
  void start(Instant at, Task task) {
    cancel();
    task_ = std::move(task);
    id_ = loop_.start_timer(at, [this] {
      id_ = 0;
      Task run = std::exchange(task_, Task());  // the task may start this timer again
      run();
    });
  }
  // The task is destroyed, and does not run. Nothing happens if the timer is not running.
  void cancel() {
    if (id_ == 0) return;
    loop_.cancel_timer(std::exchange(id_, 0));
    const Task doomed = std::exchange(task_, Task());
  }
  // Whether its task is still to run.
  bool running() const { return id_ != 0; }

 private:
  Loop& loop_;
  Task task_;  // here, so that what the loop keeps needs no memory of its own
  TimerId id_ = 0;
};

}  // namespace noex

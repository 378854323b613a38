// AsioLoop: the real Loop, over one boost::asio::io_context that one thread runs.
//
// Owns: the io_context, the ready queue, all timers (behind a single kernel timer), signals and
// the watching of a terminal. Knows nothing of connections (asio_network.h). A turn is one
// completion of the io_context plus the tasks that it leads to, run until none is left; a timer
// that is due has a turn of its own. Time is read from the system once, when a turn begins.
// Its own queues, rather than Asio's, because a post inside a turn is then a push_back, and
// starting and cancelling a timer makes no system call in the common case.
// Not safe to use from two threads, since nothing in it is locked: while it runs, any use from
// another thread stops the program and says so, in every build. The way in from there is
// post_from_any_thread(), or a remote(), which may outlive the loop.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "noex/transport/base/error.h"
#include "noex/transport/base/time.h"
#include "noex/transport/loop.h"

namespace boost::asio {
class io_context;
}

namespace noex {

// A callback that is registered somewhere; destroying it ends that. Not to outlive the loop.
class AsioWatch {
 public:
  virtual ~AsioWatch() = default;
};

class AsioPosts;

// The way into a loop from any thread: a value, which is copied to whoever needs it, and may
// outlive the loop.
class AsioRemote {
 public:
  // For AsioLoop::remote().
  explicit AsioRemote(std::shared_ptr<AsioPosts> posts) : posts_(std::move(posts)) {}

  // From any thread: runs `task` in a turn of the loop, or destroys it with the loop, in both cases
  // on the loop's thread. Tasks of one thread run in the order in which they were posted. Errors:
  // overloaded (AsioLoop::posts_max wait), not_ready (the loop is gone); the task is then destroyed
  // on the calling thread.
  [[nodiscard]] Result<void> post(Task task) const;

 private:
  std::shared_ptr<AsioPosts> posts_;  // owners: the loop, and all remotes of it
};

// Real time, and turns on one thread.
class AsioLoop final : public Loop {
 public:
  // Tasks of other threads that wait for their turn; further ones are refused. A loop gets through
  // as many between two heartbeats with ease.
  static constexpr std::size_t posts_max = 65'536;

  // Over an io_context of its own, which run() and run_until() run.
  AsioLoop();
  // Over the program's io_context, which the program runs, on one thread; run(), run_until() and
  // stop() are not for this loop. The context outlives the loop, and is not run any more once the
  // loop is destroyed: connections that still linger wait in it. A loop that is destroyed on
  // another thread than that one needs the context to be stopped before.
  explicit AsioLoop(boost::asio::io_context& borrowed);
  // Destroys all tasks without running them. Everything that uses the loop must be gone, except for
  // connections that still linger: those are aborted.
  ~AsioLoop() override;
  AsioLoop(const AsioLoop&) = delete;
  AsioLoop& operator=(const AsioLoop&) = delete;

  // Outside of a turn (in main, before run()) now() and wall_now() read the system's clocks.
  Instant now() const override;
  WallTime wall_now() const override;
  void post(Task task) override;
  TimerId start_timer(Instant at, Task task) override;
  bool cancel_timer(TimerId timer) override;
  void check_thread() const override;

  // AsioRemote::post(), from any thread, for who knows that the loop exists.
  [[nodiscard]] Result<void> post_from_any_thread(Task task) const {
    return remote().post(std::move(task));
  }
  // A way into this loop that may outlive it.
  AsioRemote remote() const { return AsioRemote(posts_); }

  // Runs turns until stop(). Not inside a turn.
  void run();
  // Makes run() return after the current turn; may be called in one.
  void stop();
  // Runs turns until `done`, which it asks between completions, says true. False: `limit` was over
  // first. Not inside a turn.
  bool run_until(const std::function<bool()>& done, Duration limit);

  // Calls `callback`, from a turn, with SIGINT, SIGTERM, SIGHUP or SIGUSR1, instead of what they do
  // by default; ends with the watch. SIGPIPE is ignored from now on: a broken pipe or stream shows
  // as an error of its write. At most one loop of a program does this.
  [[nodiscard]] std::unique_ptr<AsioWatch> watch_signals(std::function<void(int)> callback);

  // Calls `callback`, from a turn, whenever `fd` is readable or at its end, until the watch is
  // destroyed, which `callback` may do. The callback reads at most once (read(2)) each time, since
  // that does not block. `fd` stays the caller's, and its flags are not touched, because other
  // programs may share a terminal. Plain files are always readable. Errors: system.
  [[nodiscard]] Result<std::unique_ptr<AsioWatch>> watch_readable(int fd,
                                                                  std::function<void()> callback);

  // A seed for Random, from the system; differs from run to run.
  static std::uint64_t random_seed();

  // --- For the other files of the backend ---
  // Every completion handler in it does its work inside turn().
  boost::asio::io_context& context();
  // How many threads of the resolver run; shared with them, since they may outlive the loop.
  const std::shared_ptr<std::atomic<std::size_t>>& lookups() const { return lookups_; }
  // Runs `body` as a turn.
  template <class Body>
  void turn(Body&& body) {
    begin_turn();
    body();
    end_turn();
  }

 private:
  struct Impl;
  class Running;

  void start_posts();
  void wait_for_posts();
  void begin_turn();
  void end_turn();

  std::shared_ptr<AsioPosts> posts_;
  std::unique_ptr<Impl> impl_;
  std::shared_ptr<std::atomic<std::size_t>> lookups_;
};

}  // namespace noex

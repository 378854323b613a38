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

// Destroying it ends what it stands for.
class AsioWatch {
 public:
  virtual ~AsioWatch() = default;
};

class AsioPosts;

// The way into a loop from any thread: a value, to be copied to whoever needs it. It may outlive
// the loop.
class AsioRemote {
 public:
  explicit AsioRemote(std::shared_ptr<AsioPosts> posts) : posts_(std::move(posts)) {}

  // Runs `task` in a turn of the loop, those of one thread in the order in which they came; or
  // destroys it with the loop, on the loop's thread. Errors: overloaded (AsioLoop::posts_max wait),
  // not_ready (the loop is gone); the task is then destroyed on this thread.
  [[nodiscard]] Result<void> post(Task task) const;

 private:
  std::shared_ptr<AsioPosts> posts_;  // owners: the loop, and all remotes of it
};

class AsioLoop final : public Loop {
 public:
  // Tasks of other threads that wait for their turn: beyond, they are refused. As many as a loop
  // gets through between two heartbeats with ease.
  static constexpr std::size_t posts_max = 65'536;

  AsioLoop();
  // Over somebody's io_context, which that one runs, on one thread: not with run(), run_until() or
  // stop(). The context outlives the loop, and is not run any more once the loop is destroyed:
  // connections that still linger wait in it. Who destroys the loop on another thread than that one
  // has stopped the context before.
  explicit AsioLoop(boost::asio::io_context& borrowed);
  // Destroys all tasks without running them. Everything that uses the loop is gone before, except
  // for connections that still linger: those are aborted.
  ~AsioLoop() override;
  AsioLoop(const AsioLoop&) = delete;
  AsioLoop& operator=(const AsioLoop&) = delete;

  // Outside of a turn (in main, before run()) these read the system's clocks at every call.
  Instant now() const override;
  WallTime wall_now() const override;
  void post(Task task) override;
  TimerId start_timer(Instant at, Task task) override;
  bool cancel_timer(TimerId timer) override;
  void check_thread() const override;

  // As AsioRemote::post(); the loop must be known to live. From any thread.
  [[nodiscard]] Result<void> post_from_any_thread(Task task) const {
    return remote().post(std::move(task));
  }
  AsioRemote remote() const { return AsioRemote(posts_); }

  // Runs turns until stop(). Never called inside a turn.
  void run();
  // Makes run() return after the current turn; may be called from within one.
  void stop();
  // Runs turns until `done`, which is asked between completions. False if `limit` was over first.
  bool run_until(const std::function<bool()>& done, Duration limit);

  // Calls `callback` with SIGINT, SIGTERM, SIGHUP or SIGUSR1 from a turn, instead of their default;
  // and ignores SIGPIPE, because a broken pipe or stream shows as an error of its write. At most
  // one loop of a program does this: Asio's signals have one owner when it is built without locks.
  [[nodiscard]] std::unique_ptr<AsioWatch> watch_signals(std::function<void(int)> callback);

  // Calls `callback` from a turn whenever `fd` is readable or at its end, again and again until
  // the watch is destroyed, which `callback` may do. The callback reads without blocking: at most
  // one read(2) a call. `fd` stays the caller's and its flags are not touched, because others may
  // share a terminal. Plain files are always readable. Errors: system.
  [[nodiscard]] Result<std::unique_ptr<AsioWatch>> watch_readable(int fd,
                                                                  std::function<void()> callback);

  // A seed for Random that differs from run to run.
  static std::uint64_t random_seed();

  // For asio_* files only: every completion handler does its work inside turn().
  boost::asio::io_context& context();
  // For asio_resolver: how many of its threads run. Shared with them, for they may outlive the
  // loop.
  const std::shared_ptr<std::atomic<std::size_t>>& lookups() const { return lookups_; }
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

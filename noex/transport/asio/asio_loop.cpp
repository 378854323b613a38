#include "noex/transport/asio/asio_loop.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/epoll.h>
#include <unistd.h>

#include "noex/transport/asio/asio_posts.h"
#include "noex/transport/base/check.h"
#include "noex/transport/timer_queue.h"

namespace noex {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

Instant read_monotonic() {
  return Instant(std::chrono::steady_clock::now().time_since_epoch());
}

WallTime read_wall() {
  return WallTime(std::chrono::system_clock::now().time_since_epoch());
}

std::chrono::steady_clock::time_point to_system(Instant at) {
  return std::chrono::steady_clock::time_point(at.time_since_epoch());
}

}  // namespace

struct AsioLoop::Impl {
  // borrowed: nullptr: it has a context of its own.
  explicit Impl(asio::io_context* borrowed)
      : own(borrowed != nullptr
                ? nullptr
                : std::make_unique<asio::io_context>(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE)),
        context(borrowed != nullptr ? *borrowed : *own) {}

  const std::unique_ptr<asio::io_context> own;  // before all that waits in it
  asio::io_context& context;
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  // What waits in a borrowed context looks whether the loop still is.
  const std::shared_ptr<char> alive = std::make_shared<char>();
  // Whose turns these are: who runs the context; none: it does not run.
  std::atomic<std::thread::id> runner;
  asio::posix::stream_descriptor posted{context};
  asio::steady_timer alarm{context};
  // Invariant: the alarm, if set, is no later than the earliest timer. It may be earlier, when
  // that timer was cancelled: ringing for nothing is cheaper than setting it anew each time.
  std::optional<Instant> alarm_at;
  bool overdue_posted = false;
  bool running_due = false;
  bool wake_posted = false;

  bool in_turn = false;
  Instant now{};
  WallTime wall_now{};

  std::vector<Task> ready;
  std::vector<Task> running;  // kept for its memory
  TimerQueue timers;

  void set_alarm(AsioLoop& loop);
  void run_due(AsioLoop& loop);
};

// Asks Asio for the next call of run_due(), at the latest when the earliest timer is due. What is
// overdue already goes behind the completions that are waiting, so that timers that restart
// themselves cannot starve the network.
void AsioLoop::Impl::set_alarm(AsioLoop& loop) {
  const std::optional<Instant> earliest = timers.earliest();
  if (!earliest || overdue_posted || running_due) return;
  if (*earliest <= now) {
    overdue_posted = true;
    asio::post(context, [this, &loop, watch = std::weak_ptr<char>(alive)] {
      if (watch.expired()) return;
      overdue_posted = false;
      run_due(loop);
    });
    return;
  }
  if (alarm_at && *alarm_at <= *earliest) return;
  alarm_at = earliest;
  alarm.expires_at(to_system(*earliest));
  alarm.async_wait([this, &loop, watch = std::weak_ptr<char>(alive)](error_code error) {
    if (error || watch.expired()) return;
    alarm_at.reset();
    run_due(loop);
  });
}

// Gives every timer that is due, and was when this began, a turn of its own.
void AsioLoop::Impl::run_due(AsioLoop& loop) {
  const Instant due = read_monotonic();
  const std::uint64_t limit = timers.limit();
  running_due = true;
  while (Task task = timers.take_due(due, limit)) {
    loop.turn([&] { std::exchange(task, Task())(); });
    if (context.stopped()) break;
  }
  running_due = false;
  now = read_monotonic();
  set_alarm(loop);
}

AsioLoop::AsioLoop()
    : posts_(std::make_shared<AsioPosts>()),
      impl_(std::make_unique<Impl>(nullptr)),
      lookups_(std::make_shared<std::atomic<std::size_t>>(0)) {
  start_posts();
}

AsioLoop::AsioLoop(asio::io_context& borrowed)
    : posts_(std::make_shared<AsioPosts>()),
      impl_(std::make_unique<Impl>(&borrowed)),
      lookups_(std::make_shared<std::atomic<std::size_t>>(0)) {
  start_posts();
}

AsioLoop::~AsioLoop() {
  NOEX_CHECK(!impl_->in_turn, "an AsioLoop is destroyed within its own turn");
  check_thread();
  const auto posted = posts_->close();
  // A task's destructor may post, start or cancel; what it starts dies with the members.
  const auto ready = std::exchange(impl_->ready, {});
  const auto timers = std::exchange(impl_->timers, {});
}

Instant AsioLoop::now() const {
  return impl_->in_turn ? impl_->now : read_monotonic();
}

WallTime AsioLoop::wall_now() const {
  return impl_->in_turn ? impl_->wall_now : read_wall();
}

// To catch the mistake, not to prove that there is none: who sets things up before the loop runs
// may do so on any thread. So may who takes them down, after a borrowed context was stopped.
void AsioLoop::check_thread() const {
  const std::thread::id runner = impl_->runner.load(std::memory_order_relaxed);
  const bool is_mine = runner == std::thread::id() || runner == std::this_thread::get_id();
  NOEX_CHECK(is_mine || (!impl_->own && impl_->context.stopped()),
             "a Node or AsioLoop is used from another thread than the one that runs it: go through "
             "AsioLoop::post_from_any_thread()");
}

void AsioLoop::start_posts() {
  impl_->posted.assign(posts_->open());
  wait_for_posts();
}

void AsioLoop::wait_for_posts() {
  impl_->posted.async_wait(asio::posix::descriptor_base::wait_read,
                           [this, watch = std::weak_ptr<char>(impl_->alive)](error_code error) {
                             if (error || watch.expired()) return;
                             turn([this] {
                               for (Task& task : posts_->take()) post(std::move(task));
                             });
                             wait_for_posts();
                           });
}

void AsioLoop::post(Task task) {
  check_thread();
  impl_->ready.push_back(std::move(task));
  if (impl_->in_turn || impl_->wake_posted) return;
  impl_->wake_posted = true;
  asio::post(impl_->context, [this, watch = std::weak_ptr<char>(impl_->alive)] {
    if (watch.expired()) return;
    impl_->wake_posted = false;
    turn([] {});
  });
}

TimerId AsioLoop::start_timer(Instant at, Task task) {
  check_thread();
  const TimerId id = impl_->timers.start(at, std::move(task));
  if (!impl_->in_turn) {
    impl_->now = read_monotonic();
    impl_->set_alarm(*this);
  }
  return id;
}

bool AsioLoop::cancel_timer(TimerId timer) {
  check_thread();
  const Task task = impl_->timers.cancel(timer);
  return static_cast<bool>(task);
}

void AsioLoop::begin_turn() {
  if (!impl_->own) impl_->runner.store(std::this_thread::get_id(), std::memory_order_relaxed);
  NOEX_CHECK(!impl_->in_turn, "a turn within a turn; or is the io_context run by two threads?");
  impl_->now = read_monotonic();
  impl_->wall_now = read_wall();
  impl_->in_turn = true;
}

void AsioLoop::end_turn() {
  while (!impl_->ready.empty()) {
    std::swap(impl_->ready, impl_->running);
    for (Task& slot : impl_->running) {
      Task task = std::exchange(slot, Task());
      task();
    }
    impl_->running.clear();
  }
  impl_->in_turn = false;
  impl_->set_alarm(*this);
}

// Whoever runs the context, for as long as that lasts.
class AsioLoop::Running {
 public:
  explicit Running(Impl& impl) : impl_(impl) {
    NOEX_CHECK(impl.own != nullptr, "this AsioLoop has a borrowed io_context: run and stop that");
    const std::thread::id before = impl.runner.exchange(std::this_thread::get_id());
    NOEX_CHECK(before == std::thread::id(), "an AsioLoop is run while it runs");
  }
  ~Running() { impl_.runner.store(std::thread::id()); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  Impl& impl_;
};

void AsioLoop::run() {
  const Running running(*impl_);
  impl_->context.restart();
  impl_->context.run();
}

void AsioLoop::stop() {
  check_thread();
  NOEX_CHECK(impl_->own != nullptr, "this AsioLoop has a borrowed io_context: stop that");
  impl_->context.stop();
}

bool AsioLoop::run_until(const std::function<bool()>& done, Duration limit) {
  NOEX_CHECK(!impl_->in_turn);
  const Running running(*impl_);
  const auto end = to_system(read_monotonic() + limit);
  impl_->context.restart();
  while (!done()) {
    if (impl_->context.stopped() || std::chrono::steady_clock::now() >= end) return false;
    impl_->context.run_one_until(end);
  }
  return true;
}

boost::asio::io_context& AsioLoop::context() {
  return impl_->context;
}

std::uint64_t AsioLoop::random_seed() {
  std::random_device device;
  const std::uint64_t high = device();
  const std::uint64_t low = device();
  return (high << 32) | low;
}

namespace {

// The state of a watch, shared by its owner and the wait that Asio holds: whichever lives longer.
struct SignalWatch {
  SignalWatch(AsioLoop& loop, std::function<void(int)> callback)
      : loop(loop), callback(std::move(callback)), set(loop.context(), SIGINT, SIGTERM, SIGHUP) {
    set.add(SIGUSR1);
  }

  static void wait(const std::shared_ptr<SignalWatch>& self) {
    self->set.async_wait([self](error_code error, int signal) {
      if (error || self->ended) return;
      self->loop.turn([&] { self->callback(signal); });
      if (!self->ended) wait(self);
    });
  }
  void end() {
    ended = true;
    set.cancel();
  }

  AsioLoop& loop;
  std::function<void(int)> callback;
  asio::signal_set set;
  bool ended = false;
};

// Watches the descriptor through an epoll instance of its own: Asio makes what it watches
// non-blocking, and a terminal is shared with other programs, which would break.
struct ReadableWatch {
  ReadableWatch(AsioLoop& loop, std::function<void()> callback)
      : loop(loop), callback(std::move(callback)), inner(loop.context()), again(loop) {}

  static void wait(const std::shared_ptr<ReadableWatch>& self) {
    if (self->always) {
      self->again.start(self->loop.now(), [self] { ready(self); });
      return;
    }
    self->inner.async_wait(asio::posix::descriptor_base::wait_read, [self](error_code error) {
      if (error || self->ended) return;
      self->loop.turn([&] { ready(self); });
    });
  }
  static void ready(const std::shared_ptr<ReadableWatch>& self) {
    self->callback();
    if (!self->ended) wait(self);
  }
  void end() {
    ended = true;
    again.cancel();
    error_code ignored;
    inner.close(ignored);
  }

  AsioLoop& loop;
  std::function<void()> callback;
  asio::posix::stream_descriptor inner;
  Timer again;
  bool always = false;  // a plain file
  bool ended = false;
};

template <class Watch>
class WatchOwner final : public AsioWatch {
 public:
  explicit WatchOwner(std::shared_ptr<Watch> watch) : watch_(std::move(watch)) {}
  ~WatchOwner() override { watch_->end(); }

 private:
  std::shared_ptr<Watch> watch_;
};

}  // namespace

std::unique_ptr<AsioWatch> AsioLoop::watch_signals(std::function<void(int)> callback) {
  std::signal(SIGPIPE, SIG_IGN);
  auto watch = std::make_shared<SignalWatch>(*this, std::move(callback));
  SignalWatch::wait(watch);
  return std::make_unique<WatchOwner<SignalWatch>>(std::move(watch));
}

Result<std::unique_ptr<AsioWatch>> AsioLoop::watch_readable(int fd,
                                                            std::function<void()> callback) {
  auto watch = std::make_shared<ReadableWatch>(*this, std::move(callback));
  const int inner = epoll_create1(EPOLL_CLOEXEC);
  if (inner < 0) return fail(ErrorCode::system, std::strerror(errno));
  error_code refused;
  if (watch->inner.assign(inner, refused)) {
    ::close(inner);
    return fail(ErrorCode::system, refused.message());
  }
  epoll_event event{};
  event.events = EPOLLIN;
  if (epoll_ctl(inner, EPOLL_CTL_ADD, fd, &event) != 0) {
    if (errno != EPERM) return fail(ErrorCode::system, std::strerror(errno));
    watch->always = true;  // epoll refuses plain files: they never block
  }
  ReadableWatch::wait(watch);
  return std::make_unique<WatchOwner<ReadableWatch>>(std::move(watch));
}

}  // namespace noex

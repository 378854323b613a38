// Future: one value that comes later, awaited by one process; for operations that are rare.
//
// The operation holds the Completer, the coroutine holds the Future; either may go first. If the
// future is gone, completing it has no effect. A future whose completer goes while it is awaited
// never ends by itself: so every operation has a deadline. Awaiting one whose completer has gone
// before (its node has started again in place or is destroyed, or the process that asked has ended)
// stops the program. All on the node's thread.
#pragma once

#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "noex/runtime/core/ids.h"
#include "noex/transport/base/check.h"

namespace noex {

// A suspended coroutine and the process that it belongs to.
struct Waiting {
  ProcessId process = 0;           // whose coroutine it is
  std::uint64_t strand = 0;        // 0: its handler's; else one of its tasks' (Process::spawn_task)
  std::coroutine_handle<> handle;  // null: nobody waits
};

// The scheduler, as what wakes coroutines sees it. Not for programs.
class Waker {
 public:
  virtual ~Waker() = default;
  // The process whose handler or task runs at this moment; 0: none.
  virtual ProcessId current_process() const = 0;
  // Who waits if `handle` is suspended now. Awaiting outside of a process is a bug of the program,
  // which this stops with a line that says what to do.
  virtual Waiting waiting(std::coroutine_handle<> handle) const = 0;
  // Resumes it in a later turn; nothing happens if the handler or task is over.
  virtual void wake(const Waiting& waiting) = 0;
};

namespace future_detail {

template <class T>
struct State {  // shared by exactly one Future and one Completer
  std::optional<T> value;
  Waker* waker = nullptr;
  Waiting waiting;
};

}  // namespace future_detail

// A value that comes later: co_await gives it. To be awaited once, within a process of the node
// that made it.
template <class T>
class [[nodiscard]] Future {
 public:
  // For Completer::future().
  explicit Future(std::shared_ptr<future_detail::State<T>> state) : state_(std::move(state)) {}
  Future(Future&&) noexcept = default;
  Future& operator=(Future&&) = delete;
  // Nobody waits for the value any more.
  ~Future() {
    if (state_) state_->waiting = {};
  }

  bool await_ready() const { return state_->value.has_value(); }
  void await_suspend(std::coroutine_handle<> handle) {
    NOEX_CHECK(state_.use_count() > 1,
               "awaits what was given up: its node has started again in place or is destroyed, or "
               "the process that asked has ended; await it where it is made");
    state_->waiting = state_->waker->waiting(handle);
  }
  T await_resume() { return std::move(*state_->value); }

 private:
  std::shared_ptr<future_detail::State<T>> state_;
};

// The other end of a Future. Not for programs.
template <class T>
class Completer {
 public:
  // The waker outlives it.
  explicit Completer(Waker& waker) : state_(std::make_shared<future_detail::State<T>>()) {
    state_->waker = &waker;
  }
  // The future that it completes; to be asked for once.
  Future<T> future() { return Future<T>(state_); }
  // Whether nobody can take the value any more.
  bool abandoned() const { return state_.use_count() == 1; }
  // Gives the value, and wakes who waits for it; at most once.
  void complete(T value) {
    state_->value.emplace(std::move(value));
    const Waiting waiting = std::exchange(state_->waiting, {});
    if (waiting.handle) state_->waker->wake(waiting);
  }

 private:
  std::shared_ptr<future_detail::State<T>> state_;
};

}  // namespace noex

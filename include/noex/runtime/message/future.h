// Future: one value that comes later, awaited by one process; for operations that are rare.
//
// The operation holds the Completer, the coroutine the Future. Either may go first: a completer
// whose future is gone sets into the void, a future whose completer is gone never ends by itself,
// so every operation has a deadline.
#pragma once

#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "noex/runtime/core/ids.h"

namespace noex {

// A coroutine that waits, and whose it is.
struct Waiting {
  ProcessId process = 0;
  std::uint64_t strand =
      0;  // 0: the process's handler; else one of its tasks (Process::spawn_task)
  std::coroutine_handle<> handle;
};

// Resumes a suspended coroutine in the scheduler's next turn; implemented by Processes.
class Waker {
 public:
  virtual ~Waker() = default;
  // The process whose handler or task runs at this moment; 0: none.
  virtual ProcessId current_process() const = 0;
  // What waits if `handle` is suspended now. Outside of a process that is a bug, which stops the
  // program with a word on what to do.
  virtual Waiting waiting(std::coroutine_handle<> handle) const = 0;
  // Nothing happens if the strand is over.
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

template <class T>
class [[nodiscard]] Future {
 public:
  explicit Future(std::shared_ptr<future_detail::State<T>> state) : state_(std::move(state)) {}
  Future(Future&&) noexcept = default;
  Future& operator=(Future&&) = delete;
  ~Future() {
    if (state_) state_->waiting = {};
  }

  bool await_ready() const { return state_->value.has_value(); }
  void await_suspend(std::coroutine_handle<> handle) {
    state_->waiting = state_->waker->waiting(handle);
  }
  T await_resume() { return std::move(*state_->value); }

 private:
  std::shared_ptr<future_detail::State<T>> state_;
};

template <class T>
class Completer {
 public:
  explicit Completer(Waker& waker) : state_(std::make_shared<future_detail::State<T>>()) {
    state_->waker = &waker;
  }
  Future<T> future() { return Future<T>(state_); }
  // True if nobody can take the value any more.
  bool abandoned() const { return state_.use_count() == 1; }
  // At most once.
  void complete(T value) {
    state_->value.emplace(std::move(value));
    const Waiting waiting = std::exchange(state_->waiting, {});
    if (waiting.handle) state_->waker->wake(waiting);
  }

 private:
  std::shared_ptr<future_detail::State<T>> state_;
};

}  // namespace noex

// Future: one value that comes later, awaited by one process; for operations that are rare.
//
// The operation holds the Completer, the coroutine the Future. Either may go first: a completer
// whose future is gone sets into the void, a future whose completer is gone never ends by itself,
// so every operation has a deadline.
#pragma once

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>

#include "noex/runtime/core/ids.h"

namespace noex {

// Resumes a suspended handler in the scheduler's next turn; implemented by Processes.
class Waker {
 public:
  virtual ~Waker() = default;
  // The process whose handler runs at this moment; awaiting outside of one is a bug.
  virtual ProcessId current_process() const = 0;
  virtual void wake(ProcessId process, std::coroutine_handle<> handle) = 0;
};

namespace future_detail {

template <class T>
struct State {  // shared by exactly one Future and one Completer
  std::optional<T> value;
  Waker* waker = nullptr;
  ProcessId process = 0;
  std::coroutine_handle<> waiting;
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
    state_->process = state_->waker->current_process();
    state_->waiting = handle;
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
    if (auto handle = std::exchange(state_->waiting, {})) {
      state_->waker->wake(state_->process, handle);
    }
  }

 private:
  std::shared_ptr<future_detail::State<T>> state_;
};

}  // namespace noex

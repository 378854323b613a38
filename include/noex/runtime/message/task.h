// task<T>: the coroutine type of handlers and of whatever they await.
//
// Lazy: nothing runs until it is awaited (or, for a handler, until its process runs it). The task
// owns its frame: destroying the task destroys the frame, and with it everything that it awaits;
// that is how a suspended handler is cancelled. One thread, no locks.
//
// The frame holds the coroutine's parameters, and nothing else of its caller: a parameter that is a
// reference, or the captures of a lambda, must live until the task has ended.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace noex {

template <class T = void>
class task;

namespace task_detail {

struct PromiseBase {
  std::coroutine_handle<> continuation = std::noop_coroutine();
  std::exception_ptr exception;

  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> handle) const noexcept {
      return handle.promise().continuation;
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { exception = std::current_exception(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;

  task<T> get_return_object();
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() {
    if (exception) std::rethrow_exception(exception);
    return std::move(*value);
  }
};

template <>
struct Promise<void> : PromiseBase {
  task<void> get_return_object();
  void return_void() const noexcept {}
  void take() const {
    if (exception) std::rethrow_exception(exception);
  }
};

}  // namespace task_detail

// A coroutine that gives a T, or throws; T = void gives nothing. It moves, and does not copy.
template <class T>
class [[nodiscard]] task {
 public:
  using promise_type = task_detail::Promise<T>;  // for the compiler
  using value_type = T;                          // what awaiting it gives

  task() = default;  // empty
  // For promise_type: owns the coroutine from now on.
  explicit task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  // Leaves `other` empty.
  task(task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  // Destroys the coroutine that it had, and leaves `other` empty.
  task& operator=(task&& other) noexcept {
    if (this != &other) {
      reset();
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  // Destroys the coroutine, wherever it is suspended.
  ~task() { reset(); }

  // Runs it to its end, then gives its value, or throws what it threw. Once; not of an empty task.
  auto operator co_await() && noexcept {
    struct Awaiter {
      std::coroutine_handle<promise_type> handle;
      bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) const noexcept {
        handle.promise().continuation = waiting;
        return handle;
      }
      T await_resume() const { return handle.promise().take(); }
    };
    return Awaiter{handle_};
  }

  // --- For the scheduler, which runs the outermost task of a process ---
  // Whether it has no coroutine. All that follow are for a task that has one.
  bool empty() const { return !handle_; }
  // Whether it has run to its end.
  bool done() const { return handle_.done(); }
  // After done(): whether it threw.
  bool failed() const { return handle_.promise().exception != nullptr; }
  // After done(): what it threw, or null.
  std::exception_ptr exception() const { return handle_.promise().exception; }
  // The coroutine, which stays the task's.
  std::coroutine_handle<> handle() const { return handle_; }
  // After done(), once: its value, or throws what it threw.
  T take() { return handle_.promise().take(); }
  // Destroys the coroutine, if there is one.
  void reset() {
    if (handle_) std::exchange(handle_, {}).destroy();
  }

 private:
  std::coroutine_handle<promise_type> handle_;
};

namespace task_detail {

template <class T>
task<T> Promise<T>::get_return_object() {
  return task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline task<void> Promise<void>::get_return_object() {
  return task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

template <class T>
struct IsTask : std::false_type {};
template <class T>
struct IsTask<task<T>> : std::true_type {};

}  // namespace task_detail

// Whether T is a task<...>.
template <class T>
concept IsTask = task_detail::IsTask<T>::value;

}  // namespace noex

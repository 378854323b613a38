// What noex-check-awaits is to find, and what not. Each line that it finds says so.
#include <coroutine>
#include <string>
#include <utility>

namespace {

using Part = std::string;

struct Aggregate {
  Part part;
  int number = 0;
};
struct Outer {
  Aggregate aggregate;
};
struct Plain {
  int number = 0;
};
struct Class {
  explicit Class(int given) : number(given) {}
  Part part;
  int number;
};

struct Pause {
  static inline std::coroutine_handle<> waiting;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> frame) const { waiting = frame; }
  int await_resume() const { return 0; }
};

struct Flow {
  struct promise_type {
    Flow get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};

Pause take(Aggregate) {
  return {};
}
Pause see(const Aggregate&) {
  return {};
}
Pause take_outer(Outer) {
  return {};
}
Pause take_plain(Plain) {
  return {};
}
Pause take_class(Class) {
  return {};
}
template <class... Args>
Pause make(Args&&... args) {
  [[maybe_unused]] const Aggregate made{std::forward<Args>(args)...};
  return {};
}
template <class Body>
Pause with(Body body) {
  body();
  return {};
}

// --- Wrong ---
Flow typed() {
  co_await take(Aggregate{Part("part"), 1});  // found
}
Flow bare() {
  co_await take({Part("part"), 1});  // found
}
Flow empty() {
  co_await take(Aggregate{});  // found
}
Flow referred() {
  co_await see(Aggregate{Part("part"), 1});  // found
}
Flow nested() {
  co_await take_outer(Outer{Aggregate{Part("part"), 1}});  // found
}
Flow assigned() {
  [[maybe_unused]] const int result = co_await take({Part("part"), 1});  // found
}
Flow in_lambda() {
  co_await with([] {
    [&]() -> Flow {
      co_await take({Part("part"), 1});  // found
    }();
  });
}

// --- Right ---
Flow named() {
  Aggregate aggregate{Part("part"), 1};
  co_await take(aggregate);
  co_await take(std::move(aggregate));
}
Flow made_inside() {
  co_await make(Part("part"), 1);
}
Flow nothing_to_destroy() {
  co_await take_plain({1});
}
Flow has_constructor() {
  co_await take_class(Class(1));
}
Flow in_lambda_that_awaits_nothing() {
  co_await with([] { [[maybe_unused]] const int number = Aggregate{Part("part"), 2}.number; });
}
Flow before() {
  const Pause pause = take({Part("part"), 1});
  co_await pause;
}

}  // namespace

int main() {
  for (const auto flow :
       {typed, bare, empty, referred, nested, assigned, in_lambda, named, made_inside,
        nothing_to_destroy, has_constructor, in_lambda_that_awaits_nothing, before}) {
    flow();
  }
}

// Lifeline: lets a posted task find out that the object it belongs to is gone.
//
// Loop::post cannot be taken back, so an object that posts wraps its tasks in guard(): the task is
// then dropped silently once the object is destroyed. Never extends a life.
#pragma once

#include <memory>
#include <utility>

namespace noex {

class Lifeline {
 public:
  Lifeline() : token_(std::make_shared<char>()) {}
  Lifeline(const Lifeline&) = delete;
  Lifeline& operator=(const Lifeline&) = delete;

  // Small enough, with one captured pointer, that a Task holds it without allocating.
  template <class Function>
  auto guard(Function function) const {
    return [watch = std::weak_ptr<char>(token_), function = std::move(function)]() mutable {
      if (!watch.expired()) function();
    };
  }

 private:
  std::shared_ptr<char> token_;  // owned by this alone; the tasks only watch it
};

}  // namespace noex

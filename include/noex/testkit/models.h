// Sequential objects that histories are checked against: register, set, queue, lock. What a model
// has is explained in "noex/testkit/history.h".
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>

#include <fmt/format.h>

namespace noex::testkit {

// A register for each key; it holds nothing at first.
struct RegisterModel {
  // A read or a write.
  struct Input {
    std::string key;                   // of the register
    std::optional<std::string> write;  // what is written; nothing: a read
  };
  using Output = std::optional<std::string>;  // of a read: what it held; of a write: nothing
  using State = std::optional<std::string>;   // what it holds

  // A write is always right, a read if it gives what the register holds.
  static bool step(State& state, const Input& input, const Output* output) {
    if (input.write) {
      state = input.write;
      return true;
    }
    return output == nullptr || *output == state;
  }
  static constexpr bool late_is_enough = true;  // a write is seen by reads only
  // Whether it writes nothing.
  static bool is_read(const Input& input) { return !input.write; }
  // Registers are independent.
  static std::string key(const Input& input) { return input.key; }
  // "write k = v: done", "read k: v".
  static std::string text(const Input& input, const Output* output) {
    const std::string what =
        input.write ? fmt::format("write {} = {}", input.key, *input.write) : "read " + input.key;
    if (output == nullptr) return what + ": no answer";
    if (input.write) return what + ": done";
    return fmt::format("{}: {}", what, output->value_or("nothing"));
  }
};

// A set of texts, which is asked about one element at a time; it is empty at first.
struct SetModel {
  // What can be asked.
  enum class Kind : std::uint8_t {
    add,       // puts the element in
    remove,    // takes it out
    contains,  // whether it is in
  };
  // One question.
  struct Input {
    Kind kind = Kind::contains;  // what is asked
    std::string element;         // about which element
  };
  using Output = bool;  // add, remove: it changed the set; contains: the element is in
  using State = bool;   // whether that element is in

  // Right if the answer is that of a set.
  static bool step(State& state, const Input& input, const Output* output) {
    const bool was = state;
    if (input.kind != Kind::contains) state = input.kind == Kind::add;
    const bool answer = input.kind == Kind::contains ? was : state != was;
    return output == nullptr || *output == answer;
  }
  static constexpr bool late_is_enough = false;  // an add answers whether it changed the set
  // Whether it leaves the set as it is.
  static bool is_read(const Input& input) { return input.kind == Kind::contains; }
  // Elements are independent.
  static std::string key(const Input& input) { return input.element; }
  // "add x: yes".
  static std::string text(const Input& input, const Output* output) {
    constexpr const char* words[] = {"add", "remove", "contains"};
    return fmt::format("{} {}: {}", words[static_cast<int>(input.kind)], input.element,
                       output == nullptr ? "no answer"
                       : *output         ? "yes"
                                         : "no");
  }
};

// A queue: first in, first out; it is empty at first.
struct QueueModel {
  // A push or a pop.
  struct Input {
    std::optional<std::string> push;  // what is pushed; nothing: a pop
  };
  using Output = std::optional<std::string>;  // of a pop: the front, or nothing if it was empty
  using State = std::deque<std::string>;      // what it holds

  // A push is always right, a pop if it gives the front.
  static bool step(State& state, const Input& input, const Output* output) {
    if (input.push) {
      state.push_back(*input.push);
      return true;
    }
    const Output front = state.empty() ? Output() : Output(state.front());
    if (!state.empty()) state.pop_front();
    return output == nullptr || *output == front;
  }
  static constexpr bool late_is_enough = false;  // a pop changes the queue
  // None.
  static bool is_read(const Input&) { return false; }
  // One queue.
  static std::string key(const Input&) { return {}; }
  // "push x: done", "pop: x".
  static std::string text(const Input& input, const Output* output) {
    const std::string what = input.push ? "push " + *input.push : "pop";
    if (output == nullptr) return what + ": no answer";
    return input.push ? what + ": done" : fmt::format("{}: {}", what, output->value_or("empty"));
  }
};

// A lock, which has one owner at a time; it is free at first.
struct LockModel {
  // An attempt to acquire it, or a release.
  struct Input {
    std::string owner;    // who asks
    bool acquire = true;  // false: a release
  };
  using Output = bool;        // acquire: whether it was free; release: whether `owner` held it
  using State = std::string;  // the owner; empty: it is free

  // Right if the answer is that of a lock.
  static bool step(State& state, const Input& input, const Output* output) {
    const bool succeeds = input.acquire ? state.empty() : state == input.owner;
    if (succeeds) state = input.acquire ? input.owner : std::string();
    return output == nullptr || *output == succeeds;
  }
  static constexpr bool late_is_enough = false;  // what succeeds changes the lock
  // None.
  static bool is_read(const Input&) { return false; }
  // One lock.
  static std::string key(const Input&) { return {}; }
  // "acquire by x: done".
  static std::string text(const Input& input, const Output* output) {
    return fmt::format("{} by {}: {}", input.acquire ? "acquire" : "release", input.owner,
                       output == nullptr ? "no answer"
                       : *output         ? "done"
                                         : "refused");
  }
};

}  // namespace noex::testkit

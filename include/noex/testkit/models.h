// Sequential objects that histories are held against: register, set, queue, lock.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>

#include <fmt/format.h>

namespace noex::testkit {

// One register a key; it holds nothing at first.
struct RegisterModel {
  struct Input {
    std::string key;
    std::optional<std::string> write;  // nothing: a read
  };
  using Output = std::optional<std::string>;  // of a read: what it held; of a write: nothing
  using State = std::optional<std::string>;

  static bool step(State& state, const Input& input, const Output* output) {
    if (input.write) {
      state = input.write;
      return true;
    }
    return output == nullptr || *output == state;
  }
  static constexpr bool late_is_enough = true;
  static bool is_read(const Input& input) { return !input.write; }
  static std::string key(const Input& input) { return input.key; }
  static std::string text(const Input& input, const Output* output) {
    const std::string what =
        input.write ? fmt::format("write {} = {}", input.key, *input.write) : "read " + input.key;
    if (output == nullptr) return what + ": no answer";
    if (input.write) return what + ": done";
    return fmt::format("{}: {}", what, output->value_or("nothing"));
  }
};

// A set of texts, an element at a time.
struct SetModel {
  enum class Kind : std::uint8_t { add, remove, contains };
  struct Input {
    Kind kind = Kind::contains;
    std::string element;
  };
  using Output = bool;  // add, remove: it changed the set; contains: it is there
  using State = bool;   // of that element

  static bool step(State& state, const Input& input, const Output* output) {
    const bool was = state;
    if (input.kind != Kind::contains) state = input.kind == Kind::add;
    const bool answer = input.kind == Kind::contains ? was : state != was;
    return output == nullptr || *output == answer;
  }
  static constexpr bool late_is_enough = false;  // an add answers whether it changed the set
  static bool is_read(const Input& input) { return input.kind == Kind::contains; }
  static std::string key(const Input& input) { return input.element; }
  static std::string text(const Input& input, const Output* output) {
    constexpr const char* words[] = {"add", "remove", "contains"};
    return fmt::format("{} {}: {}", words[static_cast<int>(input.kind)], input.element,
                       output == nullptr ? "no answer"
                       : *output         ? "yes"
                                         : "no");
  }
};

// First in, first out.
struct QueueModel {
  struct Input {
    std::optional<std::string> push;  // nothing: a pop
  };
  using Output = std::optional<std::string>;  // of a pop: nothing if it was empty
  using State = std::deque<std::string>;

  static bool step(State& state, const Input& input, const Output* output) {
    if (input.push) {
      state.push_back(*input.push);
      return true;
    }
    const Output front = state.empty() ? Output() : Output(state.front());
    if (!state.empty()) state.pop_front();
    return output == nullptr || *output == front;
  }
  static constexpr bool late_is_enough = false;
  static bool is_read(const Input&) { return false; }
  static std::string key(const Input&) { return {}; }
  static std::string text(const Input& input, const Output* output) {
    const std::string what = input.push ? "push " + *input.push : "pop";
    if (output == nullptr) return what + ": no answer";
    return input.push ? what + ": done" : fmt::format("{}: {}", what, output->value_or("empty"));
  }
};

// Held by one owner at a time.
struct LockModel {
  struct Input {
    std::string owner;
    bool acquire = true;
  };
  using Output = bool;        // acquire: it was free, or refused; release: it was its owner's
  using State = std::string;  // the owner; empty: it is free

  static bool step(State& state, const Input& input, const Output* output) {
    const bool succeeds = input.acquire ? state.empty() : state == input.owner;
    if (succeeds) state = input.acquire ? input.owner : std::string();
    return output == nullptr || *output == succeeds;
  }
  static constexpr bool late_is_enough = false;
  static bool is_read(const Input&) { return false; }
  static std::string key(const Input&) { return {}; }
  static std::string text(const Input& input, const Output* output) {
    return fmt::format("{} by {}: {}", input.acquire ? "acquire" : "release", input.owner,
                       output == nullptr ? "no answer"
                       : *output         ? "done"
                                         : "refused");
  }
};

}  // namespace noex::testkit

// NOEX_CHECK: an invariant of ours, checked in every build.
//
// A failed check is our bug, so it stops the program with the place, the condition and the values
// that the caller gives. What a peer or a user can cause is never checked with this: that is a
// Result or a closed connection.
#pragma once

#include <string_view>

#include <fmt/core.h>

namespace noex {

// Prints one line to standard error and aborts.
[[noreturn]] void check_failed(std::string_view file, int line, std::string_view condition,
                               std::string_view context);

}  // namespace noex

// NOEX_CHECK(condition) or NOEX_CHECK(condition, "format {}", values...)
#define NOEX_CHECK(condition, ...)                                                         \
  do {                                                                                     \
    if (!(condition)) [[unlikely]] {                                                       \
      ::noex::check_failed(__FILE__, __LINE__, #condition, ::fmt::format("" __VA_ARGS__)); \
    }                                                                                      \
  } while (false)

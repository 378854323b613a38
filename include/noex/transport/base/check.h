// NOEX_CHECK: an invariant, checked in every build.
//
// A failed check is a bug in the program, so it stops the program and prints the place, the
// condition and the values that the caller gives. What a peer or a user can cause is not checked
// with this: it is a Result, or closes a connection.
#pragma once

#include <string_view>

#include <fmt/core.h>

namespace noex {

// For NOEX_CHECK: prints one line to standard error, and aborts.
[[noreturn]] void check_failed(std::string_view file, int line, std::string_view condition,
                               std::string_view context);

}  // namespace noex

// NOEX_CHECK(condition), or NOEX_CHECK(condition, "format {}", values...) with fmt's formats: stops
// the program unless the condition holds. From any thread.
#define NOEX_CHECK(condition, ...)                                                         \
  do {                                                                                     \
    if (!(condition)) [[unlikely]] {                                                       \
      ::noex::check_failed(__FILE__, __LINE__, #condition, ::fmt::format("" __VA_ARGS__)); \
    }                                                                                      \
  } while (false)

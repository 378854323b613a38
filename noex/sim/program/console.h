// Console: what `sim` says, on standard output and standard error.
//
// What cannot be written ends the program with exit code 2 at once: a report that nobody got must
// not look like one. Of standard error nobody could be told; it is written as far as that goes.
#pragma once

#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace noex::sim {

// Prints "sim: " and the text, and ends this process with exit_usage: for what the system refuses.
[[noreturn]] void give_up(std::string_view text);

void put(std::string_view text);
void put_error(std::string_view text);
// What is buffered is with the reader, or give_up().
void flush();
// Opens what the caller closed, so that no file of ours takes its place.
void hold_standard_files();

template <class... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
  put(fmt::format(format, std::forward<Args>(args)...));
}

template <class... Args>
void complain(fmt::format_string<Args...> format, Args&&... args) {
  put_error(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace noex::sim

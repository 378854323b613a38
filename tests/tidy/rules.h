// The style rules that a machine can check: pure functions from a file to what is wrong with it.
//
// Owns: what is forbidden, where, and the reason that a person is shown. Never reads files. Each
// is a heuristic on purpose: one that a person can read, that finds what people do write, and
// whose rare false alarm has an easy way around. Examples of all are in rules_test.cpp.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "tests/tidy/source.h"

namespace noex::tidy {

struct Violation {
  std::size_t line;
  std::string what;
};
using Violations = std::vector<Violation>;

// Who may include whom, who may name Boost.Asio, a backend, spdlog (include_rules.cpp).
Violations check_includes(const Source& source);
// Public headers, and programs that stand for users' own, include public headers only; `headers`
// are all of these, as they are included.
Violations check_public_includes(const Source& source, const std::set<std::string>& headers);
// Rooms that may include one another in a circle, one line each; empty if there is none.
std::string circles_in_the_law();

// Each header of the runtime has a test of its name; `tree`: all files (test_rules.cpp).
Violations check_has_test(const Source& source, const std::vector<Source>& tree);
// Headers that this law excepts and that are no more, one line each; empty if there is none.
std::string gone_from_the_law_of_tests(const std::vector<Source>& tree);

// What makes two runs differ, or a test slow (ban_rules.cpp).
Violations check_banned_calls(const Source& source);
Violations check_floating_point(const Source& source);
Violations check_mutable_statics(const Source& source);
Violations check_pointer_keys(const Source& source);

// g++ 12 destroys such temporaries twice (await_rules.cpp).
Violations check_braces_in_await(const Source& source);

// Sizes, first comment, #pragma once, words of unfinished work (shape_rules.cpp).
Violations check_file_size(const Source& source);
Violations check_function_size(const Source& source);
Violations check_columns(const Source& source);
Violations check_pragma_once(const Source& source);
// `headers`: paths of all headers; a .cpp beside its header, and its test, say nothing twice.
Violations check_first_comment(const Source& source, const std::set<std::string>& headers);
Violations check_unfinished_words(const Source& source);

}  // namespace noex::tidy

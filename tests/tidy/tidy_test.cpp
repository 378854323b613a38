// Holds every file of the project against the style rules (rules.h), and against clang-format.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/tidy/rules.h"
#include "tests/tidy/source.h"

namespace noex::tidy {
namespace {

const std::vector<Source>& tree() {
  static const std::vector<Source> sources = read_tree(NOEX_SOURCE_DIR);
  return sources;
}

// One line a violation, as compilers write them; empty if the whole tree is well.
std::string violations_in_tree(const std::function<Violations(const Source&)>& rule) {
  std::string report;
  for (const Source& source : tree()) {
    for (const Violation& violation : rule(source)) {
      report += fmt::format("{}:{}: {}\n", source.path, violation.line, violation.what);
    }
  }
  return report;
}

struct Outcome {
  int code;
  std::string output;
};

Outcome run(const std::string& command) {
  FILE* pipe = popen(fmt::format("{} 2>&1", command).c_str(), "r");
  std::string output;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    output.push_back(static_cast<char>(c));
  }
  return {pclose(pipe), output};
}

constexpr auto formatter = "clang-format-19 --dry-run -Werror --ferror-limit=3";

TEST(Tidy, FindsTheProject) {
  EXPECT_GT(tree().size(), 10U);
}

TEST(Tidy, IncludesFollowTheLaw) {
  EXPECT_EQ("", violations_in_tree(check_includes));
}
// What users get holds without the rest, and our own programs need nothing else.
TEST(Tidy, PublicHeadersAreEnough) {
  std::set<std::string> headers;
  for (const Source& source : tree()) {
    if (is_public(source)) headers.emplace(place_of(source.path));
  }
  EXPECT_GT(headers.size(), 30U);
  EXPECT_EQ("", violations_in_tree(
                    [&](const Source& source) { return check_public_includes(source, headers); }));
}
// noex/runtime.h has all of runtime/: who adds a header there finds it here.
TEST(Tidy, ComponentHeadersAreComplete) {
  struct Component {
    const char* header;
    const char* folder;
  };
  for (const auto& [header, folder] : {Component{"include/noex/runtime.h", "noex/runtime/"},
                                       Component{"include/noex/asio.h", "noex/transport/asio/"},
                                       Component{"include/noex/sim.h", "noex/sim/world/"},
                                       Component{"include/noex/testkit.h", "noex/testkit/"}}) {
    const auto all = std::ranges::find(tree(), header, &Source::path);
    ASSERT_NE(all, tree().end()) << header;
    for (const Source& source : tree()) {
      if (!is_public(source) || !place_of(source.path).starts_with(folder)) continue;
      if (base_name(source.path) == "gtest.h") continue;  // it needs GoogleTest
      const std::string include = fmt::format("#include \"{}\"\n", place_of(source.path));
      EXPECT_NE(std::string::npos, all->text.find(include)) << header << " lacks " << include;
    }
  }
}
TEST(Tidy, PartsHaveTestsOfTheirNames) {
  EXPECT_EQ(
      "", violations_in_tree([](const Source& source) { return check_has_test(source, tree()); }));
  EXPECT_EQ("", gone_from_the_law_of_tests(tree()));
}
TEST(Tidy, NothingReachesOutside) {
  EXPECT_EQ("", violations_in_tree(check_banned_calls));
}
TEST(Tidy, SimulatorComputesInIntegers) {
  EXPECT_EQ("", violations_in_tree(check_floating_point));
}
TEST(Tidy, NoMutableStatics) {
  EXPECT_EQ("", violations_in_tree(check_mutable_statics));
}
TEST(Tidy, NoPointersAsKeys) {
  EXPECT_EQ("", violations_in_tree(check_pointer_keys));
}
TEST(Tidy, NoBracesInAwaits) {
  EXPECT_EQ("", violations_in_tree(check_braces_in_await));
}
TEST(Tidy, FilesAreShort) {
  EXPECT_EQ("", violations_in_tree(check_file_size));
}
TEST(Tidy, FunctionsAreShort) {
  EXPECT_EQ("", violations_in_tree(check_function_size));
}
TEST(Tidy, LinesAreShort) {
  EXPECT_EQ("", violations_in_tree(check_columns));
}
TEST(Tidy, HeadersArePragmaOnce) {
  EXPECT_EQ("", violations_in_tree(check_pragma_once));
}
TEST(Tidy, NothingIsUnfinished) {
  EXPECT_EQ("", violations_in_tree(check_unfinished_words));
}

TEST(Tidy, FilesBeginWithAComment) {
  std::set<std::string> headers;
  for (const Source& source : tree()) {
    if (is_header(source)) headers.emplace(place_of(source.path));
  }
  EXPECT_EQ("", violations_in_tree(
                    [&](const Source& source) { return check_first_comment(source, headers); }));
}

// By its name, or named in the first comment of the test that covers it.
TEST(Tidy, PartsOfTheSimulatorHaveATestThatIsFound) {
  std::set<std::string> tests;
  std::string comments;
  for (const Source& source : tree()) {
    if (!source.path.starts_with("tests/") || !source.path.ends_with("_test.cpp")) continue;
    tests.emplace(base_name(source.path));
    comments += source.text.substr(0, source.text.find("#include")) + "\n";
  }
  for (const Source& source : tree()) {
    if (!source.path.starts_with("noex/sim/") || !source.path.ends_with(".cpp")) continue;
    std::string part(base_name(source.path));
    part.resize(part.size() - std::string_view(".cpp").size());
    const bool named = find_token(comments, part) != std::string_view::npos;
    const bool no_part = part == "main" || source.path.starts_with("noex/sim/heap/");
    EXPECT_TRUE(no_part || tests.contains(part + "_test.cpp") || named) << source.path;
  }
}

TEST(Tidy, IsLaidOutByClangFormat) {
  std::string files;
  for (const Source& source : tree()) {
    if (is_cpp(source)) files += fmt::format(" '{}'", source.path);
  }
  const Outcome outcome = run(fmt::format("cd '{}' && {} {}", NOEX_SOURCE_DIR, formatter, files));
  EXPECT_EQ(0, outcome.code) << outcome.output
                             << "./dev format lays out the code; a missing clang-format-19 is in "
                                "the Debian package of that name";
}

TEST(Tidy, ClangFormatCheckCanFail) {
  const std::string path = fmt::format("{}/noex_tidy_bad_layout.cpp", testing::TempDir());
  std::ofstream(path) << "int  f( ) {return 1 ;}\n";
  const Outcome outcome =
      run(fmt::format("{} --style='file:{}/.clang-format' '{}'", formatter, NOEX_SOURCE_DIR, path));
  EXPECT_NE(0, outcome.code);
  EXPECT_NE(std::string::npos, outcome.output.find("bad_layout")) << outcome.output;
  std::remove(path.c_str());
}

}  // namespace
}  // namespace noex::tidy

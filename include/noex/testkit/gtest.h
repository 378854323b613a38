// Exploring within a GoogleTest test:
//
//   TEST(Register, IsLinearizableWhileAMajorityRuns) {
//     noex::testkit::explore_in_test<RegisterSpec<false>>(
//         {.seeds = {1, 10}, .nodes = {3, 5}, .faults = faults, .keep_alive = majority});
//   }
//
// A failure leaves its scenario and its page beside the test's XML (--gtest_output), or in the
// working folder. With NOEX_SCENARIO=FILE in the environment, it runs only that scenario, as the
// report says.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "noex/testkit/explore.h"

namespace noex::testkit {

namespace gtest_detail {

inline std::filesystem::path folder_of_xml() {
  const std::string output = ::testing::GTEST_FLAG(output);
  const std::size_t colon = output.find(':');
  if (colon == std::string::npos) return {};
  return std::filesystem::path(output.substr(colon + 1)).parent_path();
}

}  // namespace gtest_detail

// explore(), within a test, which fails if the exploration does. What the exploration leaves open
// (folder, name, command) is named after the test.
template <class S>
Explored explore_in_test(Exploration exploration) {
  const ::testing::TestInfo& test = *::testing::UnitTest::GetInstance()->current_test_info();
  const std::string full = fmt::format("{}.{}", test.test_suite_name(), test.name());
  if (exploration.folder == ".") exploration.folder = gtest_detail::folder_of_xml().string();
  if (exploration.name == "failure") {
    exploration.name = full;
    std::ranges::replace(exploration.name, '/', '.');  // of a test with parameters
  }
  if (exploration.command.empty()) {
    const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
    exploration.command = fmt::format("NOEX_SCENARIO={{}} {} --gtest_filter={}",
                                      shell_word(program), shell_word(full));
  }
  exploration.progress = exploration.progress || ::isatty(STDERR_FILENO) != 0;
  const SpecFactory make = [] { return std::make_unique<S>(); };
  const std::string scenario = scenario_asked_for();
  Explored explored =
      scenario.empty() ? explore(make, exploration) : replay(make, scenario, exploration);
  if (!explored.held) ADD_FAILURE() << explored.report;
  return explored;
}

}  // namespace noex::testkit

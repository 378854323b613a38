// Exploring within a GoogleTest test:
//
//   TEST(Kv, NoAcknowledgedPutIsLost) {
//     noex::testkit::explore_in_test<KvSpec>({.seeds = {1, 1000}, .nodes = {3, 5}});
//   }
//
// A failure leaves its scenario and its page beside the test's XML (--gtest_output), or in the
// working folder. NOEX_SCENARIO=FILE runs only that scenario again, as the report says.
#pragma once

#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "noex/testkit/explore.h"

namespace noex::testkit {

namespace gtest_detail {

inline std::string folder_of_xml() {
  std::string output = ::testing::GTEST_FLAG(output);
  const std::size_t colon = output.find(':');
  if (colon == std::string::npos) return ".";
  output.erase(0, colon + 1);
  const std::size_t slash = output.rfind('/');
  return slash == std::string::npos ? "." : output.substr(0, slash);
}

}  // namespace gtest_detail

template <class S>
Explored explore_in_test(Exploration exploration) {
  const ::testing::TestInfo& test = *::testing::UnitTest::GetInstance()->current_test_info();
  const std::string full = fmt::format("{}.{}", test.test_suite_name(), test.name());
  if (exploration.folder == ".") exploration.folder = gtest_detail::folder_of_xml();
  if (exploration.name == "failure") exploration.name = full;
  if (exploration.command.empty()) {
    const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
    exploration.command = fmt::format("NOEX_SCENARIO={{}} '{}' --gtest_filter={}", program, full);
  }
  const SpecFactory make = [] { return std::make_unique<S>(); };
  const std::string scenario = scenario_asked_for();
  Explored explored =
      scenario.empty() ? explore(make, exploration) : replay(make, scenario, exploration);
  if (!explored.held) ADD_FAILURE() << explored.report;
  return explored;
}

}  // namespace noex::testkit

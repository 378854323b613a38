// Explorations, also with no_checkers of the runtime's own properties.
#include "noex/testkit/explore.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "noex/sim/plan/scenario_maker.h"
#include "noex/sim/run/simulation.h"
#include "noex/testkit/gtest.h"
#include "noex/testkit/spec_application.h"
#include "tests/examples/register/register_spec.h"

namespace noex::testkit {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Nodes that end do not come back: replicas forget.
constexpr auto faults =
    "latency,chunking,slow_link,reset,half_open,partition,one_way,crash,power_loss,pause,slow_node,"
    "clock_skew,clock_jump,bridge";

class ExploreBug : public ::testing::Test {
 protected:
  ExploreBug() : folder_(fmt::format("{}explore {}", ::testing::TempDir(), ::getpid())) {
    std::filesystem::create_directory(folder_);
  }
  ~ExploreBug() override { std::filesystem::remove_all(folder_); }

  static std::string contents(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  const std::string folder_;
};

// The example's planted bug: what a kit is for.
TEST_F(ExploreBug, IsFoundShrunkExplainedAndDrawn) {
  Exploration exploration{.seeds = {1, 1000}, .nodes = {3, 5}, .faults = faults};
  exploration.keep_alive = majority;
  exploration.folder = folder_;
  exploration.command = "again {}";
  const Explored explored = explore<examples::RegisterSpec<true>>(exploration);
  ASSERT_FALSE(explored.held);
  EXPECT_THAT(explored.report, HasSubstr("REG1 at "));
  EXPECT_THAT(explored.report, HasSubstr("no order of these explains all answers"));
  EXPECT_THAT(explored.report,
              HasSubstr("shows it again: again '" + folder_ + "/failure.scenario'"));
  EXPECT_THAT(contents(explored.scenario_file), HasSubstr("says write"));
  EXPECT_THAT(contents(explored.page_file), HasSubstr("register:take_in value="));
  const Explored again = replay([] { return std::make_unique<examples::RegisterSpec<true>>(); },
                                explored.scenario_file, exploration);
  EXPECT_FALSE(again.held);
  EXPECT_THAT(again.report, HasSubstr("REG1 at "));
  const Explored sound = replay([] { return std::make_unique<examples::RegisterSpec<false>>(); },
                                explored.scenario_file, exploration);
  EXPECT_TRUE(sound.held) << sound.report;
}

TEST_F(ExploreBug, ThatIsABrokenInvariantIsShrunkToo) {
  struct Fatal : examples::RegisterSpec<false> {
    noex::task<void> operate(SimNode& at, std::string operation) override {
      NOEX_CHECK(operation == "read", "cannot {}", operation);
      return examples::RegisterSpec<false>::operate(at, std::move(operation));
    }
  };
  Exploration exploration{.seeds = {1, 1}, .nodes = {3, 3}, .faults = faults};
  exploration.folder = folder_;
  const Explored explored = explore<Fatal>(exploration);
  ASSERT_FALSE(explored.held);
  EXPECT_THAT(explored.report, HasSubstr("broken invariant at "));
  const std::string scenario = contents(explored.scenario_file);
  const std::size_t write = scenario.find("says write");
  ASSERT_NE(write, std::string::npos) << scenario;
  EXPECT_EQ(scenario.find("says", write + 1), std::string::npos) << scenario;
}

// A log that has been cut short says so when its node is destroyed, after the story is over.
TEST_F(ExploreBug, OfANodeThatLogsMuchIsTold) {
  struct Noisy : examples::RegisterSpec<true> {
    static task<void> fail_at_once() {
      throw std::runtime_error("no");
      co_return;
    }
    void program(SimNode& at) override {
      examples::RegisterSpec<true>::program(at);
      for (int i = 0; i < 200; ++i) (void)at.node().run(fail_at_once());
    }
    void finish(Verdict& verdict) override { verdict.expect("REG1", false, "no"); }
  };
  Exploration exploration{.seeds = {1, 1}, .nodes = {2, 2}, .duration = 40s};
  exploration.folder = folder_;
  exploration.shrink_time = 0s;
  EXPECT_THAT(explore<Noisy>(exploration).report, HasSubstr("page: " + folder_));
}

// Which of the seeds is told must not depend on how many processes run them.
TEST_F(ExploreBug, IsToldOfTheLowestSeed) {
  const auto report = [&](std::uint32_t jobs) {
    Exploration exploration{.seeds = {1, 150}, .nodes = {3, 3}, .faults = faults, .jobs = jobs};
    exploration.keep_alive = majority;
    exploration.folder = folder_;
    exploration.shrink_time = 0s;
    return explore<examples::RegisterSpec<true>>(exploration).report;
  };
  EXPECT_EQ(report(1), report(3));
}

// The test's own command, pasted anywhere, shows the failure again; here it runs this very test.
class InTest : public ExploreBug, public ::testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(Some, InTest, ::testing::Values(1));

TEST_P(InTest, LeavesItsFilesBesideTheXmlAndACommandToPaste) {
  Exploration exploration{.seeds = {1, 1000}, .nodes = {3, 3}, .faults = faults};
  exploration.keep_alive = majority;
  exploration.shrink_time = 0s;
  if (!scenario_asked_for().empty()) {
    explore_in_test<examples::RegisterSpec<true>>(exploration);
    return;
  }
  const std::string before = ::testing::GTEST_FLAG(output);
  ::testing::GTEST_FLAG(output) = fmt::format("xml:{}/new/it's.xml", folder_);
  ::testing::TestPartResultArray failures;
  Explored explored;
  {
    const ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failures);
    explored = explore_in_test<examples::RegisterSpec<true>>(exploration);
  }
  ::testing::GTEST_FLAG(output) = before;
  ASSERT_EQ(failures.size(), 1);
  const std::string test = "Some.InTest.LeavesItsFilesBesideTheXmlAndACommandToPaste.0";
  EXPECT_EQ(explored.scenario_file, fmt::format("{}/new/{}.scenario", folder_, test));
  EXPECT_TRUE(std::filesystem::exists(explored.page_file)) << explored.page_file;
  const std::string report = explored.report;
  const std::string before_command = "shows it again: ";
  const std::size_t at = report.rfind(before_command) + before_command.size();
  const std::string command = report.substr(at, report.find('\n', at) - at);
  const std::string out = folder_ + "/out";
  EXPECT_NE(std::system(fmt::format("cd / && {} >'{}'", command, out).c_str()), 0);
  EXPECT_THAT(contents(out), HasSubstr("REG1 at ")) << command;
  EXPECT_THAT(contents(out), HasSubstr("1 FAILED TEST")) << command;
}

// Whoever wants only his own to be checked.
TEST(Explore, TheRuntimesPropertiesCanBeLeftOut) {
  struct OnlyOwn : examples::RegisterSpec<false> {
    bool checks_runtime() const override { return false; }
  };
  const auto codes = [](const SpecFactory& make) {
    const SpecApplication application(make);
    sim::ScenarioRequest request;
    request.nodes = 3;
    const sim::RunSummary summary =
        sim::simulate(application, sim::make_scenario(application, request));
    EXPECT_TRUE(summary.violations.empty());
    std::string all;
    for (const sim::Checked& checked : summary.checks) {
      all += fmt::format("{} ", checked.property.code);
    }
    return all;
  };
  EXPECT_EQ(codes([] { return std::make_unique<OnlyOwn>(); }), "X1 REG1 REG2 TK1 ");
  const std::string all = codes([] { return std::make_unique<examples::RegisterSpec<false>>(); });
  for (const char* code : {"M1 ", "D1 ", "R1 ", "P1 ", "H1 ", "X3 ", "REG1 "}) {
    EXPECT_THAT(all, HasSubstr(code));
  }
  const Explored explored =
      explore<OnlyOwn>({.seeds = {1, 20}, .nodes = {3, 3}, .faults = faults, .check_twice = true});
  EXPECT_TRUE(explored.held) << explored.report;
}

TEST(Explore, FailsIfAPropertyIsNeverReached) {
  struct Idle : examples::RegisterSpec<false> {
    std::string draw(Random&) override { return "write 1"; }
  };
  const Explored explored = explore<Idle>({.seeds = {1, 2}, .nodes = {2, 2}, .faults = "none"});
  EXPECT_FALSE(explored.held);
  EXPECT_THAT(explored.report, HasSubstr("REG2 was never reached"));
  EXPECT_THAT(explored.report, Not(HasSubstr("REG1")));
}

TEST(Explore, WhatIsAskedAtTheEndHasToBeAnswered) {
  struct Deaf : examples::RegisterSpec<false> {
    task<void> at_end(SimNode& any, Verdict&) override { co_await any.node().sleep(1h); }
  };
  Exploration exploration{.seeds = {1, 1}, .nodes = {2, 2}, .faults = "none"};
  exploration.folder = ::testing::TempDir();
  exploration.shrink_time = 0s;
  const Explored explored = explore<Deaf>(exploration);
  EXPECT_THAT(explored.report, HasSubstr("TK1 at "));
}

TEST(Explore, RefusesWhatCannotBeRun) {
  const auto report = [](const Exploration& exploration) {
    return explore<examples::RegisterSpec<false>>(exploration).report;
  };
  EXPECT_THAT(report({.faults = "rain"}), HasSubstr("'rain' is no kind of fault"));
  EXPECT_THAT(report({.seeds = {2, 1}}), HasSubstr("no seeds"));
  EXPECT_THAT(report({.duration = 5s}), HasSubstr("a run takes"));
}

}  // namespace
}  // namespace noex::testkit

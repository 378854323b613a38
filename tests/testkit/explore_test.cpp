#include "noex/testkit/explore.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "noex/testkit/gtest.h"
#include "tests/examples/pool/pool_spec.h"
#include "tests/examples/register/register_spec.h"

namespace noex::testkit {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Nodes that end do not come back: replicas forget.
constexpr auto faults =
    "latency,chunking,slow_link,reset,half_open,partition,one_way,crash,power_loss,pause,slow_node,"
    "clock_skew,clock_jump,bridge";

TEST(Register, IsLinearizableWhileAMajorityRuns) {
  explore_in_test<examples::RegisterSpec<false>>(
      {.seeds = {1, 60}, .nodes = {3, 5}, .faults = faults, .keep_alive = majority});
}

TEST(Pool, DoesWhatItHasTaken) {
  explore_in_test<examples::PoolSpec<false>>({.seeds = {1, 60}, .nodes = {3, 5}, .faults = "all"});
}

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
  EXPECT_THAT(explored.report, HasSubstr("shows it again: again '" + folder_));
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

TEST_F(ExploreBug, OfThePoolIsFound) {
  Exploration exploration{.seeds = {1, 1000}, .nodes = {3, 3}, .faults = "all"};
  exploration.folder = folder_;
  const Explored explored = explore<examples::PoolSpec<true>>(exploration);
  EXPECT_THAT(explored.report, HasSubstr("POOL1 at "));
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

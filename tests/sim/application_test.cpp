// The seam between the simulator and what runs on it, tried with an application that is not the
// chat.

#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "noex/sim/plan/scenario_maker.h"
#include "noex/sim/program/batch.h"
#include "noex/sim/run/simulation.h"
#include "tests/sim/sim_program.h"
#include "tests/tally/tally_application.h"

namespace noex::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Outcome;
using testing::read_file;
using testing::shell;

RunSummary run_tally(std::uint64_t seed) {
  ScenarioRequest request;
  request.seed = seed;
  const Application& application = tally::tally_application();
  return simulate(application, make_scenario(application, request));
}

TEST(Application, HoldsItsPropertiesAndTheRuntimesUnderFaults) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const RunSummary summary = run_tally(seed);
    EXPECT_TRUE(summary.violations.empty()) << seed << ": " << summary.violations.front().text;
    EXPECT_GT(summary.commands, 0U);
    EXPECT_EQ(summary, run_tally(seed));
  }
}

TEST(Application, ABugIsFoundShrunkExplainedAndDrawn) {
  const std::string folder = fmt::format("{}tally {}", ::testing::TempDir(), ::getpid());
  std::filesystem::create_directory(folder);
  const std::string bug = testing::program("sim_tally_bug");
  const Outcome found = shell(folder, fmt::format("{} --seed 4", bug));
  EXPECT_EQ(found.code, 1) << found.text;
  EXPECT_THAT(found.text, HasSubstr("VIOLATED T1 at"));
  const Outcome shrunk = shell(folder, fmt::format("{} --seed 4 --shrink", bug));
  EXPECT_THAT(shrunk.text, HasSubstr("to   2 nodes, ")) << shrunk.text;
  EXPECT_THAT(shrunk.text, HasSubstr("1 faults, 3 operations"));
  const Outcome shown =
      shell(folder, fmt::format("{} --scenario seed-4.scenario --html tally.html", bug));
  EXPECT_EQ(shown.code, 1) << shown.text;
  EXPECT_THAT(shown.text, HasSubstr("call: tally:add operation="));
  EXPECT_THAT(shown.text, HasSubstr("not without any one of them"));
  const std::string page = read_file(fmt::format("{}/tally.html", folder));
  EXPECT_THAT(page, HasSubstr("tally:add operation="));
  EXPECT_THAT(page, Not(HasSubstr("a message of type")));
  std::filesystem::remove_all(folder);
}

TEST(Application, ABatchHasToReachWhatIsSometimes) {
  SimOptions options;
  options.application = &tally::tally_application();
  BatchTotals totals;
  totals.seeds = 101;
  const PropertyTable table = properties_of(*options.application);
  for (const Property& property : table.all()) totals.checks.push_back({property, 1});
  EXPECT_TRUE(find_gaps(totals, options).empty());
  totals.checks.back().times = 0;
  EXPECT_THAT(find_gaps(totals, options),
              ElementsAre("X2: T3 was never reached: an operation is tried again"));
}

}  // namespace
}  // namespace noex::sim

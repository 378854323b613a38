#include "noex/sim/scenario/step_kind.h"

#include <set>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "noex/sim/chat/chat_application.h"
#include "noex/sim/plan/scenario_maker.h"
#include "noex/sim/scenario/scenario_text.h"

namespace noex::sim {
namespace {

StepKind kind(std::size_t i) {
  return static_cast<StepKind>(i);
}

TEST(StepKind, EachIsReadAsItIsCalled) {
  for (std::size_t i = 0; i < step_kinds; ++i) {
    EXPECT_EQ(parse_step_kind(describe(kind(i))), kind(i));
  }
  EXPECT_FALSE(parse_step_kind("meteor"));
}

// Whatever its row says is enough: a kind that nobody drew would test nothing.
TEST(StepKind, EachDisturbanceIsDrawnAndReadBack) {
  std::set<StepKind> drawn;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    ScenarioRequest request;
    request.seed = seed;
    request.faults = *parse_fault_choice("all");
    const Scenario scenario = make_scenario(chat_application(), request);
    for (const Step& step : scenario.steps) drawn.insert(step.kind);
    EXPECT_EQ(*parse_scenario(print_scenario(scenario)), scenario) << "seed " << seed;
  }
  for (std::size_t i = 0; i < step_kinds; ++i) {
    EXPECT_TRUE(drawn.contains(kind(i))) << describe(kind(i));
  }
}

TEST(StepKind, ADisturbanceThatIsOffIsNotDrawn) {
  for (std::size_t i = 0; i < step_kinds; ++i) {
    const StepRow& row = row_of(kind(i));
    if (row.role != StepRole::disturbance) continue;
    ScenarioRequest request;
    request.seed = 3;
    request.faults = *parse_fault_choice(describe(*row.fault));
    const Scenario scenario = make_scenario(chat_application(), request);
    std::size_t steps = 0;
    for (const Step& step : scenario.steps) {
      if (!is_fault(step.kind)) continue;
      EXPECT_EQ(step.kind, row.kind) << row.name;
      ++steps;
    }
    EXPECT_GT(steps, 0U) << row.name;
  }
}

}  // namespace
}  // namespace noex::sim

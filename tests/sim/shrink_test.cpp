// Shrinking, with failures made up for the purpose: a function of the scenario, no run; and what
// shrink_run says of it.
#include "noex/sim/search/shrink.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "noex/sim/chat/chat_application.h"
#include "noex/sim/chat/chat_properties.h"
#include "noex/sim/check/runtime_properties.h"
#include "noex/sim/plan/scenario_maker.h"
#include "noex/sim/program/shrink_run.h"
#include "noex/sim/scenario/scenario_text.h"

namespace noex::sim {
namespace {

Scenario scenario_of(std::uint64_t seed, const char* faults = "all") {
  ScenarioRequest request;
  request.seed = seed;
  request.faults = *parse_fault_choice(faults);
  return make_scenario(chat_application(), request);
}

Violation violation_of(const Scenario& scenario, Property property = property::c3) {
  return {property, Instant{scenario.duration}, "made up"};
}

bool has(const Scenario& scenario, std::uint32_t id) {
  return std::ranges::count(scenario.steps, id, &Step::id) > 0;
}

// Fails if and only if these steps are there.
FailureTest needs(std::vector<std::uint32_t> ids) {
  return [ids = std::move(ids)](const Scenario& scenario) -> std::optional<Violation> {
    const auto there = [&scenario](std::uint32_t id) { return has(scenario, id); };
    if (!std::ranges::all_of(ids, there)) return std::nullopt;
    return violation_of(scenario);
  };
}

TEST(Shrink, KeepsExactlyTheStepsThatAreNeeded) {
  EXPECT_TRUE(rc::check([] {
    const Scenario scenario = scenario_of(*rc::gen::inRange<std::uint64_t>(1, 1000));
    const auto count = static_cast<std::uint32_t>(scenario.steps.size());
    std::vector<std::uint32_t> ids = *rc::gen::unique<std::vector<std::uint32_t>>(
        *rc::gen::inRange<std::size_t>(0, 5), rc::gen::inRange<std::uint32_t>(1, count + 1));
    std::ranges::sort(ids);
    const Shrunk shrunk = shrink(scenario, violation_of(scenario), needs(ids));
    RC_ASSERT(shrunk.minimal);
    std::vector<std::uint32_t> left;
    for (const Step& step : shrunk.scenario.steps) left.push_back(step.id);
    std::ranges::sort(left);
    RC_ASSERT(left == ids);
    RC_ASSERT(shrunk.tests < 1000U);
  }));
}

TEST(Shrink, GivesAScenarioThatCanBeWrittenAndRead) {
  EXPECT_TRUE(rc::check([] {
    const Scenario scenario = scenario_of(*rc::gen::inRange<std::uint64_t>(1, 1000));
    const auto count = static_cast<std::uint32_t>(scenario.steps.size());
    const std::uint32_t a = *rc::gen::inRange<std::uint32_t>(1, count + 1);
    const std::uint32_t b = *rc::gen::inRange<std::uint32_t>(1, count + 1);
    const Shrunk shrunk = shrink(scenario, violation_of(scenario), needs({a, b}));
    const Result<Scenario> back = parse_scenario(print_scenario(shrunk.scenario));
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == shrunk.scenario);
    const Duration quiet = Instant{back->duration} - back->quiet_from;
    RC_ASSERT(quiet == quiet_phase(back->options));
  }));
}

TEST(Shrink, IsTheSameEveryTime) {
  const Scenario scenario = scenario_of(7);
  const Shrunk first = shrink(scenario, violation_of(scenario), needs({3, 70, 71}));
  const Shrunk second = shrink(scenario, violation_of(scenario), needs({3, 70, 71}));
  EXPECT_EQ(first.scenario, second.scenario);
  EXPECT_EQ(first.tests, second.tests);
}

TEST(Shrink, SimplifiesWhateverDoesNotMatter) {
  const Scenario scenario = scenario_of(3);
  const FailureTest always = [](const Scenario& any) { return violation_of(any); };
  const Scenario smallest = shrink(scenario, violation_of(scenario), always).scenario;
  EXPECT_TRUE(smallest.steps.empty());
  EXPECT_EQ(smallest.nodes, nodes_min);
  EXPECT_EQ(smallest.links, LinkProfile{});
  EXPECT_EQ(smallest.calm, LinkProfile{});
  EXPECT_EQ(smallest.options, Options{});
  EXPECT_EQ(smallest.seeds, default_seeds(nodes_min));
  EXPECT_EQ(smallest.duration, 1s + quiet_phase(Options{}));
  EXPECT_EQ(smallest.seed, scenario.seed);
}

TEST(Shrink, ShortensAFaultAsFarAsItMatters) {
  Scenario scenario = scenario_of(1, "none");
  Step step;
  step.id = 9999;
  step.kind = StepKind::partition;
  step.at = Instant{5'123'456us};
  step.lasts = 9876ms;
  step.side = {0, 1, 4};
  scenario.steps.push_back(step);
  const FailureTest long_split = [](const Scenario& any) -> std::optional<Violation> {
    for (const Step& one : any.steps) {
      if (one.kind == StepKind::partition && one.lasts > 1500ms) return violation_of(any);
    }
    return std::nullopt;
  };
  const Scenario smallest = shrink(scenario, violation_of(scenario), long_split).scenario;
  ASSERT_EQ(smallest.steps.size(), 1U);
  EXPECT_EQ(smallest.steps[0].lasts, 2s);
  EXPECT_EQ(smallest.steps[0].side.size(), 1U);
  EXPECT_EQ(smallest.steps[0].at, Instant{5s});
  EXPECT_EQ(smallest.quiet_from, Instant{8s});
}

TEST(Shrink, PastesAsFewLinesAsItTakes) {
  const Scenario scenario = *parse_scenario("at 1s paste node1 120 lines of the page");
  const FailureTest many = [](const Scenario& any) -> std::optional<Violation> {
    if (any.steps.empty() || typed_lines(any.steps[0]).size() < 101) return std::nullopt;
    return violation_of(any);
  };
  const Scenario smallest = shrink(scenario, violation_of(scenario), many).scenario;
  ASSERT_EQ(smallest.steps.size(), 1U);
  EXPECT_EQ(smallest.steps[0].amount, 101);
}

TEST(Shrink, CountsOnlyTheSameProperty) {
  const Scenario scenario = scenario_of(5);
  const FailureTest otherwise = [&](const Scenario& any) -> std::optional<Violation> {
    return violation_of(any, has(any, 10) ? property::c3 : property::r1);
  };
  const Shrunk shrunk = shrink(scenario, violation_of(scenario), otherwise);
  ASSERT_EQ(shrunk.scenario.steps.size(), 1U);
  EXPECT_EQ(shrunk.scenario.steps[0].id, 10U);
  EXPECT_EQ(shrunk.violation.property, property::c3);
}

TEST(Shrink, EndsInTimeWithWhatItHas) {
  const Scenario scenario = scenario_of(5);
  int left = 10;
  ShrinkHooks hooks;
  hooks.is_over = [&left] { return left-- == 0; };
  std::size_t smallest = scenario.steps.size();
  hooks.on_smaller = [&smallest](const Scenario& smaller, std::uint64_t tests) {
    EXPECT_LE(smaller.steps.size(), smallest);
    EXPECT_LE(tests, 10U);
    smallest = smaller.steps.size();
  };
  const Shrunk shrunk = shrink(scenario, violation_of(scenario), needs({1, 50}), hooks);
  EXPECT_FALSE(shrunk.minimal);
  EXPECT_EQ(shrunk.tests, 10U);
  EXPECT_EQ(shrunk.scenario.steps.size(), smallest);
  EXPECT_TRUE(has(shrunk.scenario, 1) && has(shrunk.scenario, 50));
}

TEST(Shrink, RenamesNodesWhereverTheyAreNamed) {
  const Scenario before = *parse_scenario(
      "nodes 4\n"
      "seeds node1 -> node2\n"
      "seeds node4 -> node1 node2\n"
      "at 1s #1 start node2\n"
      "at 1s #2 start node4\n"
      "at 2s #3 command node4 says /create a on node2\n"
      "at 2s #4 command node4 says /create a on node3\n"
      "at 2s #5 command node1 says /create b on node4@10.0.0.4:4369\n"
      "at 3s #6 partition node2 | rest for 1s\n"
      "at 3s #7 partition node2 node4 | rest for 1s\n"
      "at 3s #8 one_way node2 -> node3 for 1s\n"
      "at 3s #9 one_way node4 -> node2 node3 for 1s\n"
      "at 4s #10 reset node4 - node1\n"
      "at 4s #11 reset node4 - node2\n"
      "duration 60s\n"
      "faults none\n");
  const Scenario after = *parse_scenario(
      "nodes 3\n"
      "seeds node3 -> node1\n"
      "at 1s #2 start node3\n"
      "at 2s #4 command node3 says /create a on node2\n"
      "at 2s #5 command node1 says /create b on node3@10.0.0.3:4369\n"
      "at 3s #7 partition node3 | rest for 1s\n"
      "at 3s #9 one_way node3 -> node2 for 1s\n"
      "at 4s #10 reset node3 - node1\n"
      "duration 60s\n"
      "faults none\n");
  EXPECT_EQ(print_scenario(without_node(before, 1)), print_scenario(after));
}

TEST(Shrink, ReportsWhatRemains) {
  const Scenario before = scenario_of(1, "none");
  const Scenario after =
      *parse_scenario("at 0s start node1\nat 2s crash node1\nat 1s command node2 says /name Bob\n");
  const std::string text = report_shrunk(before, after, Paint(false));
  EXPECT_THAT(text, ::testing::HasSubstr(" s, 1 faults, 2 operations\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("    2.000 s  crash: node1\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("    1.000 s  command: user 1 of node2: /name Bob\n"));
}

}  // namespace
}  // namespace noex::sim

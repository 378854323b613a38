// Which steps of a run did anything, what the simulator does beside them (prober), and machines
// that come back as somebody else (identities).
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "noex/sim/chat/chat_application.h"
#include "noex/sim/chat/chat_properties.h"
#include "noex/sim/check/runtime_properties.h"
#include "noex/sim/plan/scenario_maker.h"
#include "noex/sim/report/html_page.h"
#include "noex/sim/report/report.h"
#include "noex/sim/report/trace_file.h"
#include "noex/sim/run/simulation.h"
#include "noex/sim/scenario/identities.h"
#include "noex/sim/scenario/scenario_text.h"
#include "noex/sim/search/shrink.h"
#include "noex/sim/story/story_recorder.h"
#include "tests/sim/checked.h"
#include "tests/sim/sim_program.h"

namespace noex::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Scenario parsed(std::string_view text) {
  Result<Scenario> scenario = parse_scenario(text);
  EXPECT_TRUE(scenario) << scenario.error().detail;
  return std::move(*scenario);
}

// The lines of the steps that hit nothing; numbered as written.
std::vector<std::uint32_t> idle(const std::string& steps) {
  const Scenario scenario =
      parsed("nodes 3\nat 0s start node1\nat 0s start node2\nat 0s start node3\n" + steps);
  const RunSummary summary = simulate(chat_application(), scenario);
  EXPECT_TRUE(summary.violations.empty()) << report_violation(summary.violations.front());
  return summary.idle_steps;
}

const std::vector<std::uint32_t> none;
const std::vector<std::uint32_t> fourth{4};
const std::vector<std::uint32_t> fifth{5};

TEST(StepEffects, EachKindThatHitsIsNotIdle) {
  for (const char* step :
       {"command node1 says /rooms", "paste node1 3 lines of it", "crash node1", "power_loss node1",
        "pause node1 for 2s", "slow_node node1 by 20ms for 2s", "reset node1 - node2",
        "partition node1 | rest for 2s", "one_way node1 -> node2 for 2s",
        "bridge node1 | node2 for 2s", "slow_link node1 -> node2 at 100 for 2s",
        "half_open node1 - node2", "clock_jump node1 by 5s", "leave node1"}) {
    EXPECT_EQ(idle(fmt::format("at 3s {}", step)), none) << step;
  }
  EXPECT_EQ(idle("at 3s crash_after node1 heartbeat 1 for 5s\nat 3s pause node2 for 4s"), none);
  EXPECT_EQ(idle("at 3s crash node1\nat 4s start node1"), none);
  EXPECT_EQ(idle("at 3s crash node1\nat 4s clock_skew node1 by 900\nat 5s start node1"), none);
  EXPECT_EQ(idle("at 3s backlog_full node1 for 3s\nat 3.5s crash node2\nat 4s start node2"), none);
  EXPECT_EQ(idle("at 3s command node1 says /quit\nat 4s open node1 user1"), none);
}

TEST(StepEffects, EachKindThatChangesNothingIs) {
  for (const char* step : {"start node1", "open node1 user1", "clock_skew node1 by 900",
                           "backlog_full node1 for 1s", "crash_before node1 spawn 1 for 1s"}) {
    EXPECT_EQ(idle(fmt::format("at 3s {}", step)), fourth) << step;
  }
  for (const char* step :
       {"command node1 says /rooms", "paste node1 3 lines of it", "crash node1",
        "pause node1 for 2s", "slow_node node1 by 20ms for 2s", "reset node1 - node2",
        "half_open node1 - node2", "clock_jump node1 by 5s", "leave node1",
        "slow_link node1 -> node2 at 100 for 100ms"}) {
    EXPECT_EQ(idle(fmt::format("at 3s crash node1\nat 12s {}", step)), fifth) << step;
  }
  EXPECT_EQ(idle("at 3s power_loss node1\nat 12s power_loss node1"), fifth);
  EXPECT_EQ(idle("at 3s command node1 says /quit\nat 4s command node1 says /rooms"), fifth);
}

TEST(StepEffects, OneOfTwoOfAKindIsNamed) {
  EXPECT_EQ(idle("at 3s partition node1 | rest for 2s\n"
                 "at 15s #9 partition node3 | rest for 1ms\nat 8s crash node3"),
            std::vector<std::uint32_t>{9});
}

TEST(StepEffects, WhatHitNothingIsNamedAndStrictFailsIt) {
  const std::string path = fmt::format("{}idle_{}.scenario", ::testing::TempDir(), ::getpid());
  testing::write_file(path, "at 0s start node1\nat 0s start node2\nat 3s crash node3\n");
  const std::string command = fmt::format("{} --scenario {}", testing::program("sim"), path);
  const testing::Outcome told = testing::shell(".", command);
  EXPECT_EQ(told.code, 0);
  EXPECT_TRUE(told.has("  hit nothing: crash, which was on\n")) << told.text;
  EXPECT_TRUE(told.has("  hit nothing: 3.000 s #3 crash: node3\n")) << told.text;
  const testing::Outcome strict = testing::shell(".", command + " --strict");
  EXPECT_EQ(strict.code, 1);
  EXPECT_TRUE(strict.text.ends_with(" --strict\n")) << strict.text;
  EXPECT_EQ(testing::shell(".", command + " --strict --json 2>/dev/null").code, 1);
  EXPECT_EQ(testing::shell(".", command + " --seeds 1..2 --strict").code, 1) << "crash";
  testing::write_file(path, "at 0s start node1\nat 0s start node2\nat 3s crash node2\n");
  EXPECT_EQ(testing::shell(".", command + " --strict").code, 0);
  std::remove(path.c_str());
}

TEST(StepEffects, OfWhatASeedMakesMostHits) {
  ScenarioRequest request;
  request.seed = 11;
  const Scenario scenario = make_scenario(chat_application(), request);
  const RunSummary summary = simulate(chat_application(), scenario);
  EXPECT_TRUE(std::ranges::is_sorted(summary.idle_steps));
  EXPECT_LT(summary.idle_steps.size(), scenario.steps.size() / 2);
}

// --- Ids of steps ---

TEST(StepIds, ALineThatIsPutInBlamesAndChangesNoOther) {
  const Scenario before =
      parsed("at 0s #1 start node1\nat 1s #2 start node2\nat 2s #3 crash node1\n");
  for (const std::string_view line : {"at 0.5s start node3\n", "at 0.5s #2 start node3\n",
                                      "at 0.5s #3 start node3\n", "at 3s #1 start node3\n"}) {
    std::string text = "at 0s #1 start node1\nat 1s #2 start node2\nat 2s #3 crash node1\n";
    text += line;
    const Scenario after = parsed(text);
    ASSERT_EQ(after.steps.size(), 4U) << line;
    for (const Step& step : before.steps)
      EXPECT_EQ(std::ranges::count(after.steps, step), 1) << line;
  }
  // In front of those that are written down, too.
  const Scenario front =
      parsed("at 0.5s start node3\nat 0s #1 start node1\nat 1s #2 start node2\n");
  EXPECT_EQ(front.steps[0].id, 1U);
  EXPECT_EQ(front.steps[1].id, 3U);
  EXPECT_EQ(front.steps[2].id, 2U);
}

TEST(StepIds, CanBeTheLargest) {
  const Scenario scenario = parsed("at 0s #4294967294 start node1\nat 0s start node2\n");
  EXPECT_EQ(scenario.steps[1].id, 1U);
}

// --- What the simulator does by itself ---

constexpr std::string_view rooms =
    "nodes 3\nfaults crash:mild\nquiet_from 60s\n"
    "at 0s start node1\nat 0s start node2\nat 0s start node3\n"
    "at 1s command node1 says /create hall\nat 1s command node2 says /create yard\n"
    "at 1s command node3 says /create attic\n";

TEST(Company, IsSwitchedOffOneByOne) {
  Scenario scenario = parsed(fmt::format("{}prober off\ncouriers off\nties off\n", rooms));
  EXPECT_FALSE(scenario.company.prober || scenario.company.couriers || scenario.company.ties);
  EXPECT_EQ(parsed(print_scenario(scenario)), scenario);
  EXPECT_THAT(report_heading(scenario, Paint(false)),
              HasSubstr("Off:      prober, couriers, ties\n"));
  const auto checks = [](RunSummary summary, const Property& property) {
    return testing::times_of(summary.checks, property);
  };
  const RunSummary without = simulate(chat_application(), scenario);
  EXPECT_EQ(checks(without, property::d1), 0U) << "parcels";
  EXPECT_EQ(checks(without, property::d4), 0U) << "links between processes";
  scenario.company.couriers = true;
  EXPECT_GT(checks(simulate(chat_application(), scenario), property::d1), 0U);
  EXPECT_EQ(checks(simulate(chat_application(), scenario), property::d4), 0U);
  scenario.company = {false, false, true};
  EXPECT_GT(checks(simulate(chat_application(), scenario), property::d4), 0U);
  EXPECT_EQ(checks(simulate(chat_application(), scenario), property::d1), 0U);
  const Scenario all = parsed(fmt::format("{}prober on\n", rooms));
  EXPECT_EQ(all, parsed(rooms));
  EXPECT_EQ(print_scenario(all).find("prober"), std::string::npos);
}

class Deeds final : public RunWatcher {
 public:
  void on_own_deed(Instant, std::uint32_t, std::string_view deed) override {
    deeds.emplace_back(deed);
  }
  std::vector<std::string> deeds;
};

// A seed of these rooms in which the prober ends one.
Scenario with_an_ended_room() {
  Scenario scenario = parsed(rooms);
  for (scenario.seed = 1; scenario.seed < 200; ++scenario.seed) {
    Deeds deeds;
    simulate(chat_application(), scenario, &deeds);
    const bool ends = std::ranges::any_of(deeds.deeds, [](const std::string& deed) {
      return deed.starts_with("the prober ends room ");
    });
    if (ends) return scenario;
  }
  ADD_FAILURE() << "no prober ended a room";
  return scenario;
}

TEST(Company, ARoomThatTheProberEndsIsSeenEverywhere) {
  Scenario scenario = with_an_ended_room();
  const std::string path = fmt::format("{}deeds_{}.txt", ::testing::TempDir(), ::getpid());
  RunRecord record(chat_application(), scenario.nodes);
  StoryRecorder recorder(chat_application(), scenario, &record);
  auto trace = TraceFile::create(path, true, &recorder);
  ASSERT_TRUE(trace);
  const RunSummary summary = simulate(chat_application(), scenario, trace->get());
  ASSERT_TRUE((*trace)->finish());
  const std::string said = "the prober ends room ";
  EXPECT_THAT(report_run(record, summary, "", Paint(false)),
              HasSubstr("\nWhat the simulator did by itself\n"));
  EXPECT_THAT(report_run(record, summary, "", Paint(false)), HasSubstr(said));
  EXPECT_THAT(testing::read_file(path), HasSubstr(" sim       " + said));
  EXPECT_THAT(html_page(scenario, recorder.story(), {}), HasSubstr("\"sim\",\"" + said));
  scenario.company.prober = false;
  Deeds deeds;
  simulate(chat_application(), scenario, &deeds);
  EXPECT_TRUE(deeds.deeds.empty());
  std::remove(path.c_str());
}

TEST(Company, IsDismissedByShrinkingIfItIsNotNeeded) {
  const Scenario scenario = parsed(rooms);
  const Violation violation{property::c3, Instant{5s}, "anything"};
  const FailureTest needs_ties = [&](const Scenario& any) -> std::optional<Violation> {
    if (!any.company.ties) return std::nullopt;
    return violation;
  };
  const Company left = shrink(scenario, violation, needs_ties).scenario.company;
  EXPECT_EQ(left, (Company{false, false, true}));
}

// --- Fewer nodes ---

// It ends its process, but with other nodes under other seeds only: as what a race decides.
TEST(Shrink, TriesFewerNodesUnderOtherSeedsForWhatEndsTheProcess) {
  const Scenario scenario = parsed("nodes 9\nseed 70\nat 0s start node1\nat 0s start node9\n");
  const auto death = [](std::uint32_t nodes) {
    return Violation{
        {}, Instant::max(), fmt::format("broken invariant at a.cpp:7: {}", nodes), true};
  };
  const FailureTest rarely = [&](const Scenario& any) -> std::optional<Violation> {
    if (any.nodes < 3 || (any.seed % 3 != any.nodes % 3 && any.nodes < 9)) return std::nullopt;
    return death(any.nodes);
  };
  const Shrunk shrunk = shrink(scenario, death(9), rarely);
  EXPECT_TRUE(shrunk.minimal);
  EXPECT_EQ(shrunk.scenario.nodes, 3U);
}

TEST(Shrink, TakesLargeClustersApartInFewSteps) {
  const Scenario scenario = parsed("nodes 500\nat 0s start node1\n");
  const Violation violation{property::c3, Instant{5s}, "anything"};
  const FailureTest always = [&](const Scenario&) { return std::optional(violation); };
  const Shrunk shrunk = shrink(scenario, violation, always);
  EXPECT_EQ(shrunk.scenario.nodes, 2U);
  EXPECT_LT(shrunk.tests, 60U);
}

// --- Machines that come back as somebody else ---

TEST(Identity, IsWrittenReadAndDescribed) {
  const Scenario scenario = parsed(
      "at 0s start node1\nat 0s start node2\nat 3s crash node2\n"
      "at 5s start node2 as ghost on port 4999\n");
  EXPECT_EQ(scenario.steps[3].text, "ghost");
  EXPECT_EQ(scenario.steps[3].amount, 4999);
  EXPECT_EQ(parsed(print_scenario(scenario)), scenario);
  EXPECT_EQ(describe(scenario.steps[3]), "start: node2 as ghost on port 4999");
  const std::vector<Identity> identities = identities_of(scenario);
  ASSERT_EQ(identities.size(), 3U);
  EXPECT_EQ(identities[2].machine, 1U);
  EXPECT_EQ(node_label(identities[1]), "node2");
  EXPECT_EQ(node_label(identities[2]), "ghost@10.0.0.2:4999");
  const Scenario own = parsed("at 0s start node2 as node2 on port 4369\n");
  EXPECT_EQ(print_scenario(own), print_scenario(parsed("at 0s start node2\n")))
      << "its own name and port";
}

class Sights final : public RunWatcher {
 public:
  void on_cluster_event(Instant at, std::uint32_t node, std::string_view what, std::string_view who,
                        std::string_view why) override {
    text += fmt::format("{} node{} sees {} {} {}\n", at.time_since_epoch() / 1s, node + 1, who,
                        what, why);
  }
  std::string text;
};

std::string sights_of(const Scenario& scenario) {
  Sights sights;
  const RunSummary summary = simulate(chat_application(), scenario, &sights);
  EXPECT_TRUE(summary.violations.empty()) << report_violation(summary.violations.front());
  EXPECT_EQ(summary.fingerprint, simulate(chat_application(), scenario).fingerprint);
  return sights.text;
}

TEST(Identity, ThePeersTakeItForAnotherNodeAndTheOldOneForGone) {
  for (const char* as : {"as ghost", "on port 4999", "as ghost on port 4999"}) {
    const Scenario scenario = parsed(fmt::format(
        "at 0s start node1\nat 0s start node2\nat 0s start node3\n"
        "at 2s power_loss node2\nat 4s start node2 {}\nat 8s command node2 says /name Bob\n"
        "at 9s command node2 says /create hall\nat 10s command node1 says /join hall\n",
        as));
    const std::string label = node_label(identities_of(scenario)[3]);
    const std::string sights = sights_of(scenario);
    EXPECT_THAT(sights, HasSubstr(fmt::format("sees {} up", label)));
    EXPECT_THAT(sights, HasSubstr(fmt::format("node2 sees {} starts", label)));
    EXPECT_THAT(sights, HasSubstr("node1 sees node2 down ")) << as;
    EXPECT_THAT(sights, Not(HasSubstr("sees node2 restarted"))) << as;
  }
}

TEST(Identity, AMachineCanComeBackAsItself) {
  const std::string sights = sights_of(
      parsed("at 0s start node1\nat 0s start node2\nat 2s crash node2\nat 4s start node2 as ghost\n"
             "at 8s leave node2\nat 10s start node2\nat 12s partition node2 | rest for 2s\n"));
  EXPECT_THAT(sights, HasSubstr("4 node1 sees ghost@10.0.0.2:4369 up"));
  EXPECT_THAT(sights, HasSubstr("node1 sees ghost@10.0.0.2:4369 down graceful_shutdown"));
  EXPECT_THAT(sights, HasSubstr("10 node1 sees node2 up"));
}

TEST(Identity, OfAMachineThatIsStillUpUnderAnotherOneItIsUpInTheStory) {
  const Scenario scenario = parsed(
      "at 0s start node1\nat 0s start node2\nat 2s power_loss node2\n"
      "at 2.1s start node2 as ghost on port 4999\n");
  StoryRecorder recorder(chat_application(), scenario, nullptr);
  const RunSummary summary = simulate(chat_application(), scenario, &recorder);
  EXPECT_TRUE(summary.violations.empty());
  const auto& sights = recorder.story().sights;
  const auto last = std::ranges::find_if(
      sights.rbegin(), sights.rend(),
      [](const StorySight& sight) { return sight.node == 0 && sight.peer == 1; });
  ASSERT_NE(last, sights.rend());
  EXPECT_TRUE(last->up);
}

TEST(Identity, IsTakenBackByShrinkingIfItIsNotNeeded) {
  const Scenario scenario = parsed("at 0s start node1 as ghost on port 4999\n");
  const Violation violation{property::c3, Instant{5s}, "anything"};
  const FailureTest needs_a_step = [&](const Scenario& any) -> std::optional<Violation> {
    if (any.steps.empty()) return std::nullopt;
    return violation;
  };
  const Scenario smallest = shrink(scenario, violation, needs_a_step).scenario;
  ASSERT_EQ(smallest.steps.size(), 1U);
  EXPECT_TRUE(smallest.steps[0].text.empty());
  EXPECT_EQ(smallest.steps[0].amount, 0);
}

}  // namespace
}  // namespace noex::sim

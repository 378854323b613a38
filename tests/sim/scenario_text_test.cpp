// Scenarios as files (scenario_file): what is written is read back, runs the same, and bad lines
// are refused; with scenario_parser, line_reader, step_text and option_text.
#include "noex/sim/scenario/scenario_text.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "noex/sim/chat/chat_application.h"
#include "noex/sim/plan/scenario_maker.h"
#include "noex/sim/report/report.h"
#include "noex/sim/run/simulation.h"
#include "noex/sim/scenario/line_reader.h"
#include "noex/sim/scenario/scenario_file.h"

namespace noex::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Scenario any_scenario() {
  ScenarioRequest request;
  request.seed = *rc::gen::arbitrary<std::uint64_t>();
  request.nodes = *rc::gen::inRange<std::uint32_t>(nodes_min, 9);
  request.duration = duration_min() + std::chrono::seconds{*rc::gen::inRange(0, 40)};
  if (*rc::gen::arbitrary<bool>()) request.faults = *parse_fault_choice("all");
  return make_scenario(chat_application(), request);
}

Scenario scenario_of(std::uint64_t seed, const char* faults) {
  ScenarioRequest request;
  request.seed = seed;
  request.faults = *parse_fault_choice(faults);
  return make_scenario(chat_application(), request);
}

std::string refusal(const std::string& text) {
  const Result<Scenario> scenario = parse_scenario(text);
  return scenario ? "accepted" : scenario.error().detail;
}

TEST(ScenarioText, IsReadBackAsItWas) {
  EXPECT_TRUE(rc::check([] {
    const Scenario scenario = any_scenario();
    const Result<Scenario> back = parse_scenario(print_scenario(scenario));
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == scenario);
  }));
}

TEST(ScenarioText, RunsAsItsSeedDoes) {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    const Scenario scenario = scenario_of(seed, "swarm");
    EXPECT_EQ(simulate(chat_application(), *parse_scenario(print_scenario(scenario))),
              simulate(chat_application(), scenario))
        << seed;
  }
}

TEST(ScenarioText, KeepsAnyTextOfACommand) {
  EXPECT_TRUE(rc::check([](const std::string& text) {
    Scenario scenario = scenario_of(1, "none");
    for (Step& step : scenario.steps) {
      if (step.kind == StepKind::command) step.text = text;
    }
    RC_ASSERT(*parse_scenario(print_scenario(scenario)) == scenario);
  }));
}

TEST(ScenarioText, PastesAsManyLinesAsItSays) {
  const Scenario scenario = *parse_scenario("at 1s #4 paste node1 user2 3 lines of the page");
  EXPECT_THAT(print_scenario(scenario),
              HasSubstr("at 1s #4 paste node1 user2 3 lines of the page"));
  const std::vector<std::string> lines = {"of the page 1", "of the page 2", "of the page 3"};
  EXPECT_EQ(typed_lines(scenario.steps[0]), lines);
}

TEST(ScenarioText, KeepsEveryOption) {
  Scenario scenario = scenario_of(1, "none");
  scenario.options.heartbeat_interval = 999ms;
  scenario.options.redial_max = 1500ms;
  scenario.options.message_bytes_max = 65'536;
  scenario.options.names_max = 3;
  scenario.links.bytes_per_second = 10'000;
  const std::string text = print_scenario(scenario);
  EXPECT_THAT(text, HasSubstr("\noption redial_max=1.5s\n"));
  EXPECT_THAT(text, HasSubstr("\noption names_max=3\n"));
  EXPECT_EQ(*parse_scenario(text), scenario);
}

TEST(ScenarioText, NeedsNothingButSteps) {
  const Result<Scenario> scenario = parse_scenario(
      "# two nodes\n"
      "at 250ms start node3   # late\n"
      "at 0s start node1\r\n"
      "\n"
      "at 2s command node1 says   hello # all \n"
      "at 2.5s #40 partition node1 node3 | rest for 3.25s\n"
      "at 3s pause node2 for 1s\n");
  ASSERT_TRUE(scenario) << scenario.error().detail;
  EXPECT_EQ(scenario->nodes, 3U);
  EXPECT_EQ(scenario->quiet_from, Instant{6s});
  EXPECT_EQ(scenario->duration, 6s + quiet_phase(Options{}));
  EXPECT_EQ(scenario->seeds, default_seeds(3));
  EXPECT_EQ(scenario->links, LinkProfile{});
  EXPECT_TRUE(scenario->is_on(FaultKind::partition) && scenario->is_on(FaultKind::pause));
  EXPECT_FALSE(scenario->is_on(FaultKind::crash));
  ASSERT_EQ(scenario->steps.size(), 5U);
  EXPECT_EQ(scenario->steps[0].id, 2U) << "by time; ids by line";
  EXPECT_EQ(scenario->steps[1].id, 1U);
  EXPECT_EQ(scenario->steps[2].text, "hello # all");
  EXPECT_EQ(scenario->steps[3].id, 40U);
  EXPECT_EQ(scenario->steps[4].id, 41U) << "after the largest";
  EXPECT_EQ(*parse_scenario(print_scenario(*scenario)), *scenario);
}

TEST(ScenarioText, RefusesBadLinesWithTheirNumberAndAReason) {
  const std::pair<const char*, const char*> bad[] = {
      {"at 1s crsh node1", "1: 'crsh' is no step; there are: start, leave"},
      {"\n\nat 1 start node1", "3: the moment: '1' is no time"},
      {"at 1.0000000001s start node1", "1: the moment: '1.0000000001s' is no time"},
      {"at -1s start node1", "1: the moment: '-1s' is no time"},
      {"at 25h start node1", "1: the moment: '25h' is no time"},
      {"at 99999s start node1", "1: the moment: 99999s is not in 0s..86400s"},
      {"at 1s start node0", "1: 'node0' is none of node1..node1000"},
      {"at 1s start node1001", "1: 'node1001' is none of"},
      {"at 1s start", "1: a node is missing"},
      {"at 1s start node1 node2", "1: 'node2' is too much"},
      {"at 1s #x start node1", "1: what happens is missing"},
      {"at 1s #0 start node1", "1: the id: '0' is not in 1.."},
      {"at 1s start node1 as 7up",
       "1: '7up' is no name of a node: a letter, then letters, digits, "
       "_ and -"},
      {"at 1s start node1 on port 0", "1: the port: '0' is not in 1..65535"},
      {"at 1s start node1 on 4999", "1: expected 'port', found '4999'"},
      {"prober never", "1: expected 'off', found 'never'"},
      {"at 1s open node1 user3", "1: the user: '3' is not in 1..2"},
      {"at 1s command node1 hello", "1: expected 'says', found 'hello'"},
      {"at 1s command node1 says \\q", "1: the text: after a backslash"},
      {"at 1s command node1 says \\x1", "1: the text: after a backslash"},
      {"at 1s paste node1 0 lines hello", "1: how many lines: '0' is not in 1..10000"},
      {"at 1s paste node1 5 hello", "1: expected 'lines', found 'hello'"},
      {"at 1s pause node1", "1: 'for' is missing"},
      {"at 1s pause node1 for 0s", "1: how long it lasts: 0s is not in"},
      {"at 1s reset node1 - node1", "1: a node has no connection to itself"},
      {"at 1s partition node1 node1 | rest for 1s", "1: node1 is there twice"},
      {"at 1s one_way node1 for 1s", "1: expected '->', found 'for'"},
      {"nodes 1", "1: the number of nodes: '1' is not in 2..1000"},
      {"nodes 2\nat 1s start node3", "2: node3: there are only 2 nodes"},
      {"nodes 2\nseeds node1 -> node3", "2: node3: there are only 2 nodes"},
      {"seeds node1 -> node1", "1: a node is no seed of its own"},
      {"seeds node1 -> node2\nseeds node1 ->", "2: the seeds of node1 are there twice"},
      {"seed 1\nseed 2", "2: 'seed' is there twice"},
      {"seed -1", "1: the seed: '-1' is not in"},
      {"duration 10s", "1: the quiet phase has to last"},
      {"quiet_from 50s\nduration 60s", "2: the quiet phase has to last"},
      {"duration 40s\nat 20s crash node1", "2: nothing may happen in the quiet phase"},
      {"faults crash:soft", "1: 'crash:soft' is no fault"},
      {"faults", "1: a kind of fault, or none, is missing"},
      {"links latency", "1: 'latency' is not name=value"},
      {"links speed=1", "1: 'speed' is no setting of a link"},
      {"links tail_chance=1000001", "1: tail_chance: '1000001' is not in 0..1000000"},
      {"option call_timeout=0s", "1: call_timeout: 0s is not in 1ms..3600s"},
      {"option x=1s", "1: 'x' is no option of a node"},
      {"hello", "1: 'hello' begins no line"},
  };
  for (const auto& [text, reason] : bad) EXPECT_THAT(refusal(text), StartsWith(reason)) << text;
}

TEST(ScenarioText, RefusesWithoutHarmWhateverIsCutOrChanged) {
  const std::string text = print_scenario(scenario_of(5, "all"));
  EXPECT_TRUE(rc::check([&text] {
    std::string damaged = text;
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    damaged[at] = *rc::gen::arbitrary<char>();
    damaged.resize(*rc::gen::inRange<std::size_t>(at, text.size()) + 1);
    const Result<Scenario> scenario = parse_scenario(damaged);
    if (scenario) RC_ASSERT(*parse_scenario(print_scenario(*scenario)) == *scenario);
  }));
}

TEST(ScenarioText, PrintsTimesExactlyAndShort) {
  EXPECT_EQ(print_time(1500ms), "1.5s");
  EXPECT_EQ(print_time(300ms), "300ms");
  EXPECT_EQ(print_time(1'234us), "1234us");
  EXPECT_EQ(print_time(7ns), "7ns");
  EXPECT_EQ(print_time(0s), "0s");
  EXPECT_EQ(print_moment(Instant{100ms}), "0.1s");
  EXPECT_EQ(print_moment(Instant{40s}), "40s");
}

// What is drawn for a step is keyed by its id (SimCut.AResetChoosesByItsKeyOnly); steps that
// find nothing to do shift nothing for those that do.
TEST(ScenarioRun, IsNotShiftedByStepsThatDoNothing) {
  int resets = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const Scenario scenario = scenario_of(seed, "reset");
    Scenario more = scenario;
    for (std::uint32_t node = 0; node + 1 < more.nodes; ++node) {
      Step idle;
      idle.id = 100'000 + node;
      idle.kind = StepKind::reset;
      idle.node = node;
      idle.peer = node + 1;
      more.steps.insert(more.steps.begin(), idle);
    }
    const auto hits = [](const RunSummary& summary) {
      return summary.faults[static_cast<std::size_t>(FaultKind::reset)];
    };
    const RunSummary plain = simulate(chat_application(), scenario);
    const RunSummary crowded = simulate(chat_application(), more);
    resets += static_cast<int>(hits(plain));
    EXPECT_EQ(hits(crowded), hits(plain));
    EXPECT_EQ(crowded.lines_shown, plain.lines_shown);
    EXPECT_EQ(crowded.events, plain.events + more.steps.size() - scenario.steps.size());
  }
  EXPECT_GT(resets, 100);
}

// A scenario that lost steps is one, too: whatever is left runs to its end.
TEST(ScenarioRun, HoldsWithAnyStepsRemoved) {
  EXPECT_TRUE(rc::check([] {
    Scenario scenario = any_scenario();
    const std::uint32_t kept = *rc::gen::inRange<std::uint32_t>(1, 10);
    Random random(scenario.seed);
    std::erase_if(scenario.steps, [&](const Step&) { return random.below(10) >= kept; });
    const RunSummary summary = simulate(chat_application(), scenario);
    for (const Violation& violation : summary.violations) RC_FAIL(report_violation(violation));
  }));
}

// --- Files ---

TEST(ScenarioFile, HoldsForEachThatIsWrittenByHand) {
  std::set<std::string> names;
  const std::string folder = fmt::format("{}/tests/scenarios", NOEX_SOURCE_DIR);
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.insert(entry.path());
  }
  EXPECT_GE(names.size(), 4U);
  for (const std::string& name : names) {
    const Result<Scenario> scenario = load_scenario(name);
    ASSERT_TRUE(scenario) << scenario.error().detail;
    RunRecord record(chat_application(), scenario->nodes);
    const RunSummary summary = simulate(chat_application(), *scenario, &record);
    for (const Violation& violation : summary.violations) {
      ADD_FAILURE() << name << ": " << report_violation(violation);
    }
    EXPECT_EQ(summary.commands_lost, 0U) << name;
    EXPECT_GT(summary.messages_shown, 0U) << name;
  }
}

TEST(ScenarioFile, KeepsAScenarioAndSaysWhyItCannot) {
  const std::string path = fmt::format("{}/noex_scenario_file_test.scenario", testing::TempDir());
  const Scenario scenario = scenario_of(3, "all");
  ASSERT_TRUE(save_scenario(path, true, scenario, "one line\nand another"));
  EXPECT_EQ(*load_scenario(path), scenario);
  std::ofstream(path) << "# one\nat 1s crsh node1\n";
  EXPECT_THAT(load_scenario(path).error().detail, StartsWith(path + ":2: 'crsh' is no step"));
  std::filesystem::remove(path);
  EXPECT_THAT(load_scenario(path).error().detail, HasSubstr("No such file"));
  EXPECT_FALSE(save_scenario("/nowhere/x.scenario", true, scenario, ""));
}

}  // namespace
}  // namespace noex::sim

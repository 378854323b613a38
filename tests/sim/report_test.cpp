// What is said of a run, in colours if asked (paint), as JSON (report_json), and how it travels
// between processes (summary_codec, runner).
#include "noex/sim/report/report.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "noex/sim/chat/chat_application.h"
#include "noex/sim/chat/chat_properties.h"
#include "noex/sim/check/runtime_properties.h"
#include "noex/sim/program/options.h"
#include "noex/sim/program/reproduce.h"
#include "noex/sim/program/runner.h"
#include "noex/sim/program/summary_codec.h"
#include "noex/sim/report/report_json.h"
#include "tests/sim/checked.h"

namespace noex::sim {
namespace {

RunSummary example() {
  RunSummary summary;
  summary.seed = 18'000'000'000'000'000'000U;
  summary.nodes = 5;
  summary.simulated = 23'412'000'001ns;
  summary.wall = 12'345us;
  summary.events = 3478;
  summary.commands = 531;
  summary.commands_lost = 4;
  summary.lines_shown = 2277;
  summary.messages_shown = 1575;
  summary.fingerprint = 0x00ab;
  summary.faults_on = 1U << static_cast<unsigned>(FaultKind::crash);
  summary.faults[static_cast<std::size_t>(FaultKind::crash)] = 3;
  summary.checks = testing::all_checked(0);
  testing::times_of(summary.checks, property::c3) = 9;
  summary.idle_steps = {4, 17};
  summary.violations = {{property::c3, Instant{23'412'000'001ns}, "expected \"a\",\nseen b"}};
  return summary;
}

Duration no_clock() {
  return Duration{0};
}

TEST(ReportJson, HasEveryField) {
  const std::string text = to_json(example());
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const boost::json::object run = boost::json::parse(text).as_object();
  EXPECT_EQ(run.at("seed").to_number<std::uint64_t>(), example().seed);
  EXPECT_EQ(run.at("nodes").to_number<int>(), 5);
  EXPECT_NEAR(run.at("simulated_s").to_number<double>(), 23.412000001, 1e-9);
  EXPECT_NEAR(run.at("wall_s").to_number<double>(), 0.012345, 1e-9);
  EXPECT_EQ(run.at("events").to_number<int>(), 3478);
  EXPECT_EQ(run.at("commands").to_number<int>(), 531);
  EXPECT_EQ(run.at("messages_shown").to_number<int>(), 1575);
  EXPECT_EQ(run.at("faults").as_object().at("crash").to_number<int>(), 3);
  EXPECT_EQ(run.at("faults").as_object().size(), 1U);
  EXPECT_EQ(run.at("fingerprint").as_string(), "00000000000000ab");
  EXPECT_EQ(run.at("checks").as_object().size(), example().checks.size());
  EXPECT_EQ(run.at("checks").as_object().at("C3").to_number<int>(), 9);
  EXPECT_EQ(run.at("hit_nothing").as_array().size(), 2U);
  const boost::json::object violation = run.at("violations").as_array().at(0).as_object();
  EXPECT_EQ(violation.at("property").as_string(), "C3");
  EXPECT_NEAR(violation.at("at_s").to_number<double>(), 23.412000001, 1e-9);
  EXPECT_EQ(violation.at("text").as_string(), "expected \"a\",\nseen b");
}

TEST(ReportJson, SaysHowARunTookItsProcessWithIt) {
  const auto run = boost::json::parse(died_to_json(7, 5, "signal \"6\"")).as_object();
  EXPECT_EQ(run.at("seed").to_number<int>(), 7);
  EXPECT_EQ(run.at("died").as_string(), "signal \"6\"");
}

TEST(SummaryCodec, KeepsEverything) {
  EXPECT_EQ(decode_summary(encode_summary(example()), properties_of(chat_application())),
            example());
}

TEST(SummaryCodec, RefusesWhatIsCut) {
  const Bytes bytes = encode_summary(example());
  const PropertyTable table = properties_of(chat_application());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(decode_summary(ByteView(bytes).substr(0, size), table), std::nullopt);
  }
}

TEST(Report, EndsWithTheViolationAndHowToSeeItAgain) {
  const std::string text = report_run(RunRecord(chat_application(), 5), example(),
                                      "sim --seed 7 --nodes 5", Paint(false));
  EXPECT_NE(text.find("VIOLATED C3 at 23.412000001 s: expected \"a\",\nseen b\n"),
            std::string::npos);
  EXPECT_TRUE(text.ends_with("reproduce: sim --seed 7 --nodes 5\n"));
  EXPECT_EQ(text.find('\033'), std::string::npos);
}

TEST(Report, SaysThatAllHeld) {
  RunSummary summary = example();
  summary.violations.clear();
  const std::string text = report_run(RunRecord(chat_application(), 5), summary, "", Paint(false));
  EXPECT_TRUE(text.ends_with("Fingerprint: 00000000000000ab\nAll properties held.\n"));
}

TEST(Report, ShowsScheduleClusterAndChat) {
  ScenarioRequest request;
  request.seed = 5;
  request.faults = *parse_fault_choice("all");
  const Scenario scenario = make_scenario(chat_application(), request);
  RunRecord record(chat_application(), scenario.nodes);
  const RunSummary summary = simulate(chat_application(), scenario, &record);
  const std::string before = report_schedule(scenario, Paint(false));
  const std::string after = report_run(record, summary, "", Paint(false));
  EXPECT_NE(before.find("\nSchedule\n"), std::string::npos);
  EXPECT_NE(before.find("s  start: node1\n"), std::string::npos);
  EXPECT_NE(after.find(" up, for "), std::string::npos);
  EXPECT_NE(after.find(" down ("), std::string::npos);
  EXPECT_NE(after.find("The chat, as user "), std::string::npos);
  EXPECT_NE(after.find("\n  [10:30:"), std::string::npos);
}

TEST(Report, PaintsOnlyIfAsked) {
  EXPECT_EQ(Paint(false).bad("x"), "x");
  EXPECT_EQ(Paint(true).bad("x"), "\033[1;31mx\033[0m");
}

TEST(Runner, ChecksByRunningTwice) {
  SimOptions options;
  options.check = true;
  options.application = &chat_application();
  RunSummary summary = run_seed(options, 4, no_clock);
  EXPECT_EQ(testing::times_of(summary.checks, property::x1), 1U);
  EXPECT_TRUE(summary.violations.empty());
}

TEST(SimOptions, NamesTheCommandThatRepeatsARun) {
  SimOptions options;
  EXPECT_EQ(reproduce_command(options, 7), "sim --seed 7 --nodes 5");
  options.nodes = 3;
  options.duration = 90s;
  options.faults = *parse_fault_choice("crash,pause");
  options.check = true;
  EXPECT_EQ(reproduce_command(options, 7),
            "sim --seed 7 --nodes 3 --duration 90 --faults crash,pause --check");
}

}  // namespace
}  // namespace noex::sim

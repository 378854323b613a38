// Faults of scenarios that are more than one call of the fabric: what they do, and when it is over;
// crash_points, and the messages that they name (send_point).
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "noex/runtime/membership/control.h"
#include "noex/sim/chat/chat_application.h"
#include "noex/sim/plan/scenario_maker.h"
#include "noex/sim/run/disturbances.h"
#include "noex/sim/run/simulation.h"
#include "noex/sim/scenario/scenario_text.h"
#include "noex/sim/scenario/send_point.h"
#include "tests/sim/net.h"

namespace noex::sim {
namespace {

using ::testing::HasSubstr;

Step step_of(StepKind kind, std::int64_t amount, Duration lasts) {
  Step step;
  step.kind = kind;
  step.amount = amount;
  step.lasts = lasts;
  return step;
}

std::uint64_t hits(const RunSummary& summary, FaultKind kind) {
  return summary.faults[static_cast<std::size_t>(kind)];
}

RunSummary run(const std::string& text, RunWatcher* watcher = nullptr) {
  const Result<Scenario> scenario = parse_scenario(text);
  EXPECT_TRUE(scenario) << scenario.error().detail;
  RunSummary summary = simulate(chat_application(), *scenario, watcher);
  for (const Violation& violation : summary.violations) ADD_FAILURE() << violation.text;
  return summary;
}

class Disturbed : public ::testing::Test {
 protected:
  Disturbed() : disturbances_(net_.fabric) {}

  void run_until(Duration at) { net_.world.run_until(Instant{at}); }
  Instant since() const { return disturbances_.undisturbed_since(0, 1); }

  Net net_;
  Disturbances disturbances_;
};

TEST_F(Disturbed, ASlowLinkTakesItsTimeUntilItIsOver) {
  net_.dial();
  run_until(1s);
  Step step = step_of(StepKind::slow_link, 1000, 2s);
  step.side = {0};
  step.others = {1};
  disturbances_.apply(step);
  net_.near.connection->write(std::string(10'000, 'x'));
  run_until(2999ms);
  EXPECT_TRUE(net_.far.bytes.empty());
  EXPECT_EQ(since(), net_.world.now());
  run_until(3010ms);
  EXPECT_EQ(net_.far.bytes.size(), 10'000U) << "what waited leaves at once";
  EXPECT_EQ(since(), Instant{3s});
}

TEST_F(Disturbed, ASlowNodeIsBusyAfterEachTurn) {
  disturbances_.apply(step_of(StepKind::slow_node, 100'000'000, 1s));
  std::vector<Instant> turns;
  for (int i = 0; i < 3; ++i) {
    net_.world.schedule(Instant{10ms}, EventKind::task, 0, [&] {
      net_.a->host()->loop().give(EventKind::task, [&] { turns.push_back(net_.world.now()); });
    });
  }
  run_until(500ms);
  EXPECT_EQ(turns, (std::vector<Instant>{Instant{10ms}, Instant{110ms}, Instant{210ms}}));
  run_until(2s);
  EXPECT_EQ(since(), Instant{1100ms}) << "and as long as its last turn took";
}

TEST_F(Disturbed, AClockRunsWrongFromTheNextStartOn) {
  disturbances_.apply(step_of(StepKind::clock_skew, 10'000, 0s));
  EXPECT_EQ(net_.a->clock().skew(), 0);
  net_.a->crash();
  disturbances_.before_start(0);
  net_.a->start();
  EXPECT_EQ(net_.a->clock().skew(), 10'000);
}

TEST_F(Disturbed, NobodyConnectsToAFullBacklogUntilItIsOver) {
  Step step = step_of(StepKind::backlog_full, 0, 2s);
  step.node = 1;
  disturbances_.apply(step);
  net_.dial();
  run_until(1900ms);
  EXPECT_EQ(net_.near.connection, nullptr);
  EXPECT_EQ(since(), net_.world.now());
  run_until(4s);
  EXPECT_NE(net_.near.connection, nullptr);
}

TEST_F(Disturbed, AHalfOpenConnectionDisturbsUntilItsSilenceIsNoticed) {
  net_.dial();
  run_until(1s);
  Step step = step_of(StepKind::half_open, 0, 0s);
  step.peer = 1;
  disturbances_.apply(step);
  net_.near.connection->write("lost");
  run_until(5s);
  EXPECT_TRUE(net_.far.bytes.empty());
  EXPECT_EQ(since(), net_.world.now());
  run_until(8s);
  EXPECT_EQ(since(), Instant{6s});
}

// --- Whole runs ---

constexpr const char* three_nodes =
    "seed 1\nnodes 3\nquiet_from 20s\n"
    "at 0s start node1\nat 0.1s start node2\nat 0.2s start node3\n"
    "at 2s command node1 says /name Alice\nat 2s command node2 says /name Bob\n"
    "at 3s command node1 says /create general\n";

TEST(Bridge, LeavesTheMiddleLinkedToBothSides) {
  const RunSummary summary =
      run(fmt::format("{}at 5s bridge node1 | node3 for 10s\n", three_nodes));
  EXPECT_GT(hits(summary, FaultKind::bridge), 0U);
  EXPECT_EQ(hits(summary, FaultKind::partition), 0U);
}

TEST(Outage, IsSeveralEndsAtNearlyTheSameMoment) {
  const std::string ends =
      "at 5s crash node1\nat 5.04s power_loss node2\nat 7s start node1\nat 7s start node2\n";
  EXPECT_EQ(hits(run(three_nodes + ends), FaultKind::outage), 1U);
  const std::string apart = "at 5s crash node1\nat 6s crash node2\n";
  EXPECT_EQ(hits(run(three_nodes + apart), FaultKind::outage), 0U);
}

// When node1 ended.
class Ends final : public RunWatcher {
 public:
  void on_cluster_event(Instant at, std::uint32_t node, std::string_view what, std::string_view,
                        std::string_view) override {
    if (node == 0 && what == "ends") ended = at;
  }
  void on_shown(Instant, std::uint32_t node, std::uint32_t, std::string_view line) override {
    if (node == 1) seen += fmt::format("{}\n", line);
  }
  std::optional<Instant> ended;
  std::string seen;
};

TEST(CrashPoint, KillsExactlyBeforeOrAfterAMessage) {
  const std::string talk =
      "at 5s command node2 says /join general\n"
      "at 8s command node1 says /join general\n"
      "at 10s command node1 says hello\n";
  for (const bool after : {false, true}) {
    Ends ends;
    const std::string step = fmt::format("at 9.5s {} node1 multicast 1 for 5s\n",
                                         after ? "crash_after" : "crash_before");
    const RunSummary summary = run(three_nodes + talk + step, &ends);
    EXPECT_EQ(hits(summary, FaultKind::crash_point), 1U);
    EXPECT_EQ(hits(summary, FaultKind::crash), 1U);
    ASSERT_TRUE(ends.ended);
    EXPECT_EQ(*ends.ended, Instant{10s});
    EXPECT_EQ(ends.seen.find("hello") != std::string::npos, after) << ends.seen;
  }
}

TEST(CrashPoint, IsOverAfterAWhile) {
  Ends ends;
  const std::string step = "at 5s crash_before node1 leave 1 for 2s\nat 8s leave node1\n";
  EXPECT_EQ(hits(run(three_nodes + step, &ends), FaultKind::crash_point), 0U);
}

TEST(CrashPoint, CountsTheMessagesOfThatKind) {
  Ends first;
  Ends third;
  run(three_nodes + std::string("at 5s crash_after node1 heartbeat 1 for 10s\n"), &first);
  run(three_nodes + std::string("at 5s crash_after node1 heartbeat 5 for 10s\n"), &third);
  ASSERT_TRUE(first.ended && third.ended);
  EXPECT_GT(*third.ended, *first.ended + 500ms);
}

TEST(SendPoint, KnowsTheFramesOfTheProduct) {
  const Bytes heartbeat(1, static_cast<char>(ControlKind::heartbeat));
  EXPECT_EQ(send_point_of({Lane::control, false, heartbeat}), "heartbeat");
  EXPECT_EQ(send_point_of({Lane::data, false, std::string("\x01\x03")}), "claim");
  EXPECT_EQ(send_point_of({Lane::data, false, std::string("\x04")}), "call");
  EXPECT_EQ(send_point_of({Lane::data, false, std::string("\xff")}), "");
  EXPECT_TRUE(is_send_point("claim"));
  EXPECT_FALSE(is_send_point("meteor"));
}

}  // namespace
}  // namespace noex::sim

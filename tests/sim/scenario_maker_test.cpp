// Scenarios: what the maker promises of every one of them, over many seeds, and so its parts:
// fault_plan, disturbance_plan, fault_draws, fault_choice, and the chat's workload.
#include "noex/sim/plan/scenario_maker.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "noex/sim/chat/chat_application.h"
#include "noex/sim/scenario/scenario.h"

namespace noex::sim {
namespace {

ScenarioRequest any_request() {
  ScenarioRequest request;
  request.seed = *rc::gen::arbitrary<std::uint64_t>();
  request.nodes = *rc::gen::inRange<std::uint32_t>(nodes_min, 12);
  request.duration = duration_min() + std::chrono::seconds{*rc::gen::inRange(0, 60)};
  const int choice = *rc::gen::inRange(0, 3);
  if (choice == 0) request.faults = *parse_fault_choice("all");
  if (choice == 1) request.faults = *parse_fault_choice("none");
  return request;
}

template <class Property>
void for_any_scenario(Property property) {
  EXPECT_TRUE(rc::check([property] {
    const ScenarioRequest request = any_request();
    property(make_scenario(chat_application(), request));
  }));
}

bool lasts(const Step& step) {
  switch (step.kind) {
    case StepKind::pause:
    case StepKind::partition:
    case StepKind::one_way:
    case StepKind::slow_link:
    case StepKind::slow_node:
    case StepKind::backlog_full:
    case StepKind::bridge:
    case StepKind::crash_before:
    case StepKind::crash_after:
      return true;
    default:
      return false;
  }
}

TEST(Scenario, IsTheSameForTheSameRequest) {
  EXPECT_TRUE(rc::check([] {
    const ScenarioRequest request = any_request();
    const Scenario first = make_scenario(chat_application(), request);
    const Scenario second = make_scenario(chat_application(), request);
    RC_ASSERT(first.steps == second.steps);
    RC_ASSERT(first.faults == second.faults);
    RC_ASSERT(first.seeds == second.seeds);
    RC_ASSERT(first.links.tail == second.links.tail);
    RC_ASSERT(first.options.call_timeout == second.options.call_timeout);
  }));
}

TEST(Scenario, DiffersFromSeedToSeed) {
  ScenarioRequest request;
  request.seed = 1;
  const Scenario first = make_scenario(chat_application(), request);
  request.seed = 2;
  EXPECT_NE(make_scenario(chat_application(), request).steps, first.steps);
}

TEST(Scenario, HasMailboxesInSomeRunsThatAPasteOverflows) {
  int runs = 0;
  ScenarioRequest request;
  for (request.seed = 1; request.seed <= 100; ++request.seed) {
    const Scenario scenario = make_scenario(chat_application(), request);
    const std::size_t room = scenario.options.mailbox_messages_max;
    if (room == Options{}.mailbox_messages_max) continue;
    ++runs;
    EXPECT_TRUE(std::ranges::any_of(scenario.steps, [room](const Step& step) {
      return step.kind == StepKind::paste && std::cmp_greater(step.amount, room);
    })) << request.seed;
  }
  EXPECT_GT(runs, 10);
  EXPECT_LT(runs, 40);
}

TEST(Scenario, OrdersAndNumbersItsSteps) {
  for_any_scenario([](const Scenario& scenario) {
    std::uint32_t id = 0;
    for (const Step& step : scenario.steps) RC_ASSERT(step.id == ++id);
    RC_ASSERT(std::ranges::is_sorted(scenario.steps, {}, &Step::at));
  });
}

TEST(Scenario, IsQuietAtItsEnd) {
  for_any_scenario([](const Scenario& scenario) {
    const Instant end{scenario.duration};
    RC_ASSERT(end - scenario.quiet_from >= convergence_bound(scenario.options));
    for (const Step& step : scenario.steps) {
      const Instant last = step.at + step.lasts;
      RC_ASSERT(last <= scenario.quiet_from);
      RC_ASSERT(step.kind == StepKind::start || step.at < scenario.quiet_from);
    }
  });
}

TEST(Scenario, NamesOnlyNodesThatExist) {
  for_any_scenario([](const Scenario& scenario) {
    for (const Step& step : scenario.steps) {
      RC_ASSERT(step.node < scenario.nodes && step.peer < scenario.nodes);
      RC_ASSERT(step.user < users_per_node);
      const bool paired = step.kind == StepKind::reset || step.kind == StepKind::half_open;
      RC_ASSERT(!paired || step.node != step.peer);
      for (const std::uint32_t node : step.side) RC_ASSERT(node < scenario.nodes);
      for (const std::uint32_t node : step.others) RC_ASSERT(node < scenario.nodes);
      if (lasts(step)) RC_ASSERT(step.lasts > Duration::zero());
      if (step.kind == StepKind::partition || step.kind == StepKind::one_way) {
        RC_ASSERT(!step.side.empty() && step.side.size() < scenario.nodes);
      }
      if (step.kind != StepKind::bridge) continue;
      RC_ASSERT(!step.side.empty() && !step.others.empty());
      const std::size_t both = step.side.size() + step.others.size();
      RC_ASSERT(both < scenario.nodes || scenario.nodes == 2);
    }
  });
}

TEST(Scenario, GivesEveryNodeSeedsThatAreNotItself) {
  for_any_scenario([](const Scenario& scenario) {
    RC_ASSERT(scenario.seeds.size() == scenario.nodes);
    for (std::uint32_t node = 0; node < scenario.nodes; ++node) {
      RC_ASSERT(!scenario.seeds[node].empty());
      RC_ASSERT(std::ranges::count(scenario.seeds[node], node) == 0);
    }
  });
}

TEST(Scenario, KeepsNodesRunning) {
  for_any_scenario([](const Scenario& scenario) {
    std::set<std::uint32_t> running;
    std::size_t started = 0;
    for (const Step& step : scenario.steps) {
      const bool may_end =
          step.kind == StepKind::crash_before || step.kind == StepKind::crash_after;
      const bool ends = step.kind == StepKind::crash || step.kind == StepKind::power_loss ||
                        step.kind == StepKind::leave || may_end;
      if (step.kind == StepKind::start) {
        ++started;
        running.insert(step.node);
      }
      if (!ends) continue;
      RC_ASSERT(running.erase(step.node) == 1);
      if (scenario.is_on(FaultKind::outage)) continue;  // all of them may end, and return
      RC_ASSERT(running.size() >= std::min<std::size_t>(2, scenario.nodes - 1));
    }
    RC_ASSERT(started >= scenario.nodes);
    RC_ASSERT(2 * running.size() >= scenario.nodes);
  });
}

TEST(Scenario, HasNoStepOfAFaultThatIsOff) {
  for_any_scenario([](const Scenario& scenario) {
    const std::pair<StepKind, FaultKind> kinds[] = {
        {StepKind::crash, FaultKind::crash},
        {StepKind::power_loss, FaultKind::power_loss},
        {StepKind::pause, FaultKind::pause},
        {StepKind::reset, FaultKind::reset},
        {StepKind::partition, FaultKind::partition},
        {StepKind::one_way, FaultKind::one_way},
        {StepKind::slow_link, FaultKind::slow_link},
        {StepKind::half_open, FaultKind::half_open},
        {StepKind::slow_node, FaultKind::slow_node},
        {StepKind::clock_skew, FaultKind::clock_skew},
        {StepKind::clock_jump, FaultKind::clock_jump},
        {StepKind::backlog_full, FaultKind::backlog_full},
        {StepKind::bridge, FaultKind::bridge},
        {StepKind::crash_before, FaultKind::crash_point},
        {StepKind::crash_after, FaultKind::crash_point}};
    for (const auto& [step_kind, fault] : kinds) {
      const bool ends = step_kind == StepKind::crash || step_kind == StepKind::power_loss;
      if (scenario.is_on(fault) || (ends && scenario.is_on(FaultKind::outage))) continue;
      RC_ASSERT(std::ranges::count(scenario.steps, step_kind, &Step::kind) == 0);
    }
    RC_ASSERT(scenario.is_on(FaultKind::latency) == (scenario.links.tail_chance > 0));
    RC_ASSERT(scenario.is_on(FaultKind::chunking) == (scenario.links.chunk_chance > 0));
    RC_ASSERT(scenario.calm.tail_chance == 0 && scenario.calm.chunk_chance == 0);
  });
}

TEST(Scenario, StartsNoNodeTwiceWithoutRestarts) {
  ScenarioRequest request;
  request.faults = *parse_fault_choice("crash,power_loss");
  for (request.seed = 1; request.seed <= 50; ++request.seed) {
    const Scenario scenario = make_scenario(chat_application(), request);
    EXPECT_EQ(std::ranges::count(scenario.steps, StepKind::start, &Step::kind), 5);
  }
}

TEST(Scenario, SwarmTurnsEveryKindOnAndOffAndHard) {
  std::set<std::tuple<std::size_t, Severity>> seen;
  ScenarioRequest request;
  for (request.seed = 1; request.seed <= 100; ++request.seed) {
    const Scenario scenario = make_scenario(chat_application(), request);
    for (std::size_t i = 0; i < fault_kinds; ++i) seen.emplace(i, scenario.faults[i]);
  }
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    for (const Severity severity : {Severity::off, Severity::mild, Severity::hard}) {
      EXPECT_TRUE(seen.contains({i, severity})) << describe(static_cast<FaultKind>(i));
    }
  }
}

TEST(Scenario, LetsEveryUserTypeOftenEnough) {
  ScenarioRequest request;
  request.faults = *parse_fault_choice("none");
  for (request.seed = 1; request.seed <= 50; ++request.seed) {
    const Scenario scenario = make_scenario(chat_application(), request);
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> commands;
    for (const Step& step : scenario.steps) {
      if (step.kind == StepKind::command) ++commands[{step.node, step.user}];
    }
    ASSERT_EQ(commands.size(), request.nodes * users_per_node);
    for (const auto& [user, count] : commands) {
      EXPECT_GE(count, scenario.quiet_from.time_since_epoch() / 1200ms) << "seed " << request.seed;
    }
  }
}

TEST(Scenario, DescribesStepsInOneLine) {
  Step step;
  step.kind = StepKind::partition;
  step.side = {0, 2};
  step.lasts = 3250ms;
  EXPECT_EQ(describe(step), "partition: node1 node3 | the rest, for 3.250 s");
  step.kind = StepKind::one_way;
  step.others = {1};
  EXPECT_EQ(describe(step), "one_way: node1 node3 -> node2 cut, for 3.250 s");
  step.kind = StepKind::command;
  step.node = 4;
  step.user = 1;
  step.text = "/join general";
  EXPECT_EQ(describe(step), "command: user 2 of node5: /join general");
}

TEST(Scenario, FormatsSecondsInIntegers) {
  EXPECT_EQ(format_seconds(Duration{12'345'678'901}, 9), "12.345678901");
  EXPECT_EQ(format_seconds(Duration{12'345'678'901}), "12.346");
  EXPECT_EQ(format_seconds(999'600us), "1.000");
  EXPECT_EQ(format_seconds(Duration{5}, 9), "0.000000005");
  EXPECT_EQ(format_seconds(60s, 0), "60");
}

TEST(FaultChoice, ReadsWhatItWrites) {
  for (const char* text : {"swarm", "none", "all", "crash", "latency,crash,pause"}) {
    const Result<FaultChoice> choice = parse_fault_choice(text);
    ASSERT_TRUE(choice) << text;
    EXPECT_EQ(describe(*choice), text);
  }
}

TEST(FaultChoice, RefusesWhatIsNoKind) {
  for (const char* text : {"", "crash,", ",crash", "crash pause", "Crash", "meteor", "swarm,"}) {
    EXPECT_FALSE(parse_fault_choice(text)) << text;
  }
}

}  // namespace
}  // namespace noex::sim

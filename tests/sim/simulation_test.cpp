// Whole runs: they hold, they repeat, watching changes nothing; what a run without faults promises.
// Here everything works together: sim_node, courier, chat_application, chat_program. That checkers
// find what they are there for is shown by tests/mutants too, and of some only there: chat_checker,
// fate_checker, claim_checker, registry_checker, visibility_checker.
#include "noex/sim/run/simulation.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "noex/sim/chat/chat_application.h"
#include "noex/sim/plan/scenario_maker.h"
#include "noex/sim/report/report.h"

namespace noex::sim {
namespace {

Scenario scenario_of(std::uint64_t seed, const char* faults, std::uint32_t nodes = 5) {
  ScenarioRequest request;
  request.seed = seed;
  request.nodes = nodes;
  request.faults = *parse_fault_choice(faults);
  return make_scenario(chat_application(), request);
}

void expect_held(const RunSummary& summary) {
  for (const Violation& violation : summary.violations) {
    ADD_FAILURE() << "seed " << summary.seed << ", " << summary.nodes
                  << " nodes: " << report_violation(violation);
  }
}

TEST(Simulation, RepeatsItselfExactly) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Scenario scenario = scenario_of(seed, "swarm");
    EXPECT_EQ(simulate(chat_application(), scenario), simulate(chat_application(), scenario))
        << "seed " << seed;
  }
}

class Everything final : public RunWatcher {
 public:
  bool wants_events() const override { return true; }
  void on_event(Instant, std::uint32_t, std::string_view, std::string_view) override { ++events; }

  std::uint64_t events = 0;
};

TEST(Simulation, IsTheSameWhenWatched) {
  const Scenario scenario = scenario_of(3, "all");
  Everything watcher;
  EXPECT_EQ(simulate(chat_application(), scenario, &watcher),
            simulate(chat_application(), scenario));
  EXPECT_GT(watcher.events, 1000U);
}

TEST(Simulation, DiffersFromSeedToSeed) {
  std::set<std::uint64_t> fingerprints;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    fingerprints.insert(simulate(chat_application(), scenario_of(seed, "none")).fingerprint);
  }
  EXPECT_EQ(fingerprints.size(), 20U);
}

TEST(Simulation, HoldsUnderFaults) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed)
    expect_held(simulate(chat_application(), scenario_of(seed, "swarm")));
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    expect_held(simulate(chat_application(), scenario_of(seed, "all")));
}

TEST(Simulation, HoldsWithFewAndManyNodes) {
  for (const std::uint32_t nodes : {2U, 3U, 12U}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      expect_held(simulate(chat_application(), scenario_of(seed, "swarm", nodes)));
    }
  }
}

TEST(Simulation, HitsOnlyWithFaultsThatAreOn) {
  const RunSummary calm = simulate(chat_application(), scenario_of(1, "none"));
  EXPECT_EQ(calm.faults, FaultHits{});
  const RunSummary paused = simulate(chat_application(), scenario_of(1, "pause"));
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    const bool on = static_cast<FaultKind>(i) == FaultKind::pause;
    EXPECT_EQ(paused.faults[i] > 0, on) << describe(static_cast<FaultKind>(i));
  }
}

TEST(Simulation, EveryKindOfFaultHits) {
  FaultHits hits{};
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const RunSummary summary = simulate(chat_application(), scenario_of(seed, "all"));
    for (std::size_t i = 0; i < fault_kinds; ++i) hits[i] += summary.faults[i];
  }
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    EXPECT_GT(hits[i], 0U) << describe(static_cast<FaultKind>(i));
  }
}

// --- Without faults ---

// Follows users by nothing but what they type and see.
class ChatWatcher final : public RunWatcher {
 public:
  struct Stay {
    std::string room;
    Instant from;
    std::optional<Instant> to;
    std::set<std::string> lines;  // messages seen
  };
  struct Said {
    Instant at;
    std::string room;
    std::string line;
  };
  using User = std::pair<std::uint32_t, std::uint32_t>;

  void on_step(Instant at, const Step& step) override {
    if (step.kind != StepKind::command) return;
    if (step.text == "/quit") end_stay({step.node, step.user}, at);
  }
  void on_shown(Instant at, std::uint32_t node, std::uint32_t user,
                std::string_view line) override {
    const User who{node, user};
    if (line.starts_with("Joined room \"")) {
      stays[who].push_back({std::string(line.substr(13, line.find('"', 13) - 13)), at, {}, {}});
      ++members[stays[who].back().room][node];
    }
    if (line.starts_with("Left room")) end_stay(who, at);
    if (line.starts_with("Username set to: ")) names[who] = line.substr(17);
    if (line.find("\" created on ") != std::string_view::npos) ++remote_rooms;
    see_message(at, who, line);
  }

  std::map<User, std::vector<Stay>> stays;
  std::map<std::string, std::map<std::uint32_t, int>> members;  // ever, by room and node
  std::map<User, std::string> names;
  std::vector<Said> said;
  int remote_rooms = 0;

 private:
  void end_stay(const User& who, Instant at) {
    if (!stays[who].empty() && !stays[who].back().to) stays[who].back().to = at;
  }
  // "[10:30:05] [general] Alice: hello"
  void see_message(Instant at, const User& who, std::string_view line) {
    if (!line.starts_with('[') || stays[who].empty()) return;
    const std::string_view rest = line.substr(std::min<std::size_t>(line.size(), 11));
    if (!rest.starts_with('[') || rest.find("] * ") != std::string_view::npos) return;
    Stay& stay = stays[who].back();
    if (stay.to) return;
    const bool first = stay.lines.insert(std::string(line)).second;
    const std::string own = "] " + names[who] + ": ";
    const bool history = at == stay.from;
    if (first && !history && rest.find(own) != std::string_view::npos) {
      said.push_back({at, stay.room, std::string(line)});
    }
  }
};

TEST(WithoutFaults, EveryRoomHasMembersOnTwoNodes) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    for (const std::uint32_t nodes : {2U, 3U, 5U, 7U}) {
      ChatWatcher chat;
      expect_held(simulate(chat_application(), scenario_of(seed, "none", nodes), &chat));
      EXPECT_GE(chat.members.size(), std::min(3U, nodes));
      for (const auto& [room, from] : chat.members) {
        EXPECT_GE(from.size(), 2U) << room << ", seed " << seed << ", " << nodes << " nodes";
      }
      EXPECT_GE(chat.remote_rooms, 1) << "seed " << seed << ", " << nodes << " nodes";
    }
  }
}

TEST(WithoutFaults, EveryMessageIsShownToEveryMember) {
  constexpr Duration on_the_way = 1s;  // what may arrive just before or after a stay
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    ChatWatcher chat;
    const RunSummary summary = simulate(chat_application(), scenario_of(seed, "none"), &chat);
    ASSERT_GT(chat.said.size(), 50U);
    std::size_t checked = 0;
    for (const auto& message : chat.said) {
      for (const auto& [who, stays] : chat.stays) {
        for (const auto& stay : stays) {
          if (stay.room != message.room || stay.from + on_the_way > message.at) continue;
          if (stay.to && *stay.to < message.at + on_the_way) continue;
          ++checked;
          EXPECT_TRUE(stay.lines.contains(message.line))
              << "seed " << seed << ", " << node_name(who.first) << ": " << message.line;
        }
      }
    }
    EXPECT_GT(checked, chat.said.size());
    EXPECT_EQ(summary.commands_lost, 0U);
  }
}

TEST(WithoutFaults, NobodyGoesDown) {
  class Downs final : public RunWatcher {
   public:
    void on_cluster_event(Instant, std::uint32_t, std::string_view what, std::string_view,
                          std::string_view) override {
      if (what == "down") ++count;
    }
    int count = 0;
  };
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Downs downs;
    simulate(chat_application(), scenario_of(seed, "none"), &downs);
    EXPECT_EQ(downs.count, 0) << "seed " << seed;
  }
}

}  // namespace
}  // namespace noex::sim

#include "noex/runtime/node/supervisor.h"

#include <gmock/gmock.h>

#include "noex/runtime/node/inspect.h"
#include "tests/runtime/partner.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Writes down when it starts and ends. `how` is taken from the front of a list that outlives it:
// "" to start, "refuse" to fail in init, "slow" to take a second for it, "trap" to ignore that it
// is asked to end.
struct Diary {
  std::vector<std::string> lines;
  std::map<std::string, std::deque<std::string>> plans;
};
class Worker : public Process {
 public:
  using messages = std::tuple<End>;
  using arguments = std::tuple<Diary*, std::string>;
  Worker(Context& context, Diary* diary, std::string name)
      : Process(context), diary_(*diary), name_(std::move(name)) {}

  task<Result<void>> init() override {
    std::string how;
    if (auto& plan = diary_.plans[name_]; !plan.empty()) {
      how = plan.front();
      plan.pop_front();
    }
    if (how == "refuse") {
      diary_.lines.push_back("x" + name_);
      co_return fail(ErrorCode::rejected, "no");
    }
    if (how == "slow") co_await node().sleep(1s);
    set_trap_exit(how == "trap");
    diary_.lines.push_back("+" + name_);
    co_return Result<void>();
  }
  void terminate(const ExitReason& reason) override {
    diary_.lines.push_back(fmt::format("-{} {}", name_, reason.describe()));
  }
  void on(const End& end) { exit(end.reason); }

 private:
  Diary& diary_;
  std::string name_;
};

class Supervisors : public PartnersTest {
 protected:
  // Three workers a, b, c; `options` are b's.
  SupervisorSpec abc(Strategy strategy, ChildOptions options = ChildOptions()) {
    return SupervisorSpec(strategy)
        .child<Worker>("a", ChildOptions(), &diary_, "a")
        .child<Worker>("b", std::move(options), &diary_, "b")
        .child<Worker>("c", ChildOptions(), &diary_, "c");
  }
  Ref start_supervisor(SupervisorSpec spec, std::uint32_t index = 0) {
    Ref made;
    in_turn(index, [&] { made = node(index).spawn_local<Supervisor>(std::move(spec)).value(); });
    run_for(2s);
    return made;
  }
  Ref child(const Ref& supervisor, const std::string& name) {
    const auto infos = call<Children>(index_of(supervisor), supervisor).value();
    for (const ChildInfo& info : infos) {
      if (info.name == name) return info.process;
    }
    return Ref();
  }
  void end_child(const Ref& supervisor, const std::string& name, ExitReason reason) {
    tell<End>(child(supervisor, name), std::move(reason));
  }
  std::vector<std::string> lines() { return std::exchange(diary_.lines, {}); }

  Diary diary_;
};

TEST_F(Supervisors, StartInOrderAndEndInReverse) {
  start_all(1);
  const Ref supervisor = start_supervisor(abc(Strategy::one_for_one));
  EXPECT_THAT(lines(), ElementsAre("+a", "+b", "+c"));
  in_turn(0, [&] { node(0).exit(supervisor, ExitReason::shutdown()); });
  run_for(1s);
  EXPECT_THAT(lines(), ElementsAre("-c shutdown", "-b shutdown", "-a shutdown"));
  EXPECT_TRUE(node(0).audit().empty()) << node(0).audit().text();
}

TEST_F(Supervisors, AreMadeChildByChild) {
  start_all(1);
  SupervisorSpec spec;
  for (const std::string name : {"a", "b"}) {
    spec = std::move(spec).child<Worker>(name, ChildOptions(), &diary_, name);
  }
  spec = std::move(spec).intensity(1, 60s);
  spec.child<Worker>("c", ChildOptions(), &diary_, "c").intensity(0, 60s);
  start_supervisor(std::move(spec));
  EXPECT_THAT(lines(), ElementsAre("+a", "+b", "+c"));
}

// Longer than what a string keeps within itself.
TEST(Options, MayBeAssignedWhatIsMadeOfThemselves) {
  const std::string name(100, 'n');
  SpawnOptions spawn = SpawnOptions().global(name);
  spawn = std::move(spawn).link();
  spawn = std::move(spawn).timeout(1s);
  EXPECT_EQ(spawn.global_name(), name);
  ChildOptions child = ChildOptions().global(name);
  child = std::move(child).restart(Restart::transient);
  child = std::move(child).shutdown(1s);
  child = std::move(child).start_timeout(1s);
  EXPECT_EQ(child.global_name(), name);
}

TEST_F(Supervisors, RestartOneForOne) {
  start_all(1);
  const Ref supervisor = start_supervisor(abc(Strategy::one_for_one));
  end_child(supervisor, "b", ExitReason::error("broken"));
  EXPECT_THAT(lines(), ElementsAre("+a", "+b", "+c", "-b error: broken", "+b"));
  EXPECT_TRUE(lives(child(supervisor, "b")));
}

TEST_F(Supervisors, RestartOneForAll) {
  start_all(1);
  const Ref supervisor = start_supervisor(abc(Strategy::one_for_all));
  lines();
  end_child(supervisor, "b", ExitReason::error("broken"));
  EXPECT_THAT(lines(),
              ElementsAre("-b error: broken", "-c shutdown", "-a shutdown", "+a", "+b", "+c"));
}

TEST_F(Supervisors, RestartRestForOne) {
  start_all(1);
  const Ref supervisor = start_supervisor(abc(Strategy::rest_for_one));
  lines();
  end_child(supervisor, "b", ExitReason::error("broken"));
  EXPECT_THAT(lines(), ElementsAre("-b error: broken", "-c shutdown", "+b", "+c"));
}

TEST_F(Supervisors, RestartTransientChildrenThatFailOnly) {
  start_all(1);
  const Ref supervisor =
      start_supervisor(abc(Strategy::one_for_one, ChildOptions().restart(Restart::transient)));
  end_child(supervisor, "b", ExitReason::error("broken"));
  lines();
  end_child(supervisor, "b", ExitReason::normal());
  EXPECT_THAT(lines(), ElementsAre("-b normal"));
  EXPECT_TRUE(child(supervisor, "b").empty());
}

TEST_F(Supervisors, NeverRestartTemporaryChildren) {
  start_all(1);
  const Ref supervisor =
      start_supervisor(abc(Strategy::one_for_all, ChildOptions().restart(Restart::temporary)));
  lines();
  end_child(supervisor, "b", ExitReason::error("broken"));
  EXPECT_THAT(lines(), ElementsAre("-b error: broken"));
  end_child(supervisor, "a", ExitReason::error("broken"));
  EXPECT_THAT(lines(), ElementsAre("-a error: broken", "-c shutdown", "+a", "+c"));
}

TEST_F(Supervisors, RestartPermanentChildrenThatEndNormally) {
  start_all(1);
  const Ref supervisor = start_supervisor(abc(Strategy::one_for_one));
  lines();
  end_child(supervisor, "a", ExitReason::normal());
  EXPECT_THAT(lines(), ElementsAre("-a normal", "+a"));
}

TEST_F(Supervisors, GiveUpAfterTooManyRestartsInThePeriod) {
  start_all(1);
  const Ref supervisor = start_supervisor(abc(Strategy::one_for_one).intensity(2, 10s));
  const Ref watcher = probe(0);
  in_turn(0, [&] { (void)watcher.cast<Watch>(supervisor); });
  end_child(supervisor, "b", ExitReason::error("1"));
  run_for(11s);
  end_child(supervisor, "b", ExitReason::error("2"));
  end_child(supervisor, "b", ExitReason::error("3"));
  EXPECT_TRUE(lives(supervisor));
  lines();
  end_child(supervisor, "b", ExitReason::error("4"));
  EXPECT_THAT(lines(), ElementsAre("-b error: 4", "-c shutdown", "-a shutdown"));
  EXPECT_THAT(*call<Seen>(0, watcher),
              ElementsAre("down error: too many restarts of its children"));
}

TEST_F(Supervisors, TryAgainWhenAChildDoesNotStart) {
  start_all(1);
  const Ref supervisor = start_supervisor(abc(Strategy::one_for_one));
  lines();
  diary_.plans["b"] = {"refuse", "refuse"};
  end_child(supervisor, "b", ExitReason::error("broken"));
  EXPECT_THAT(lines(), ElementsAre("-b error: broken", "xb", "-b error: rejected (no)", "xb",
                                   "-b error: rejected (no)", "+b"));
  EXPECT_TRUE(lives(supervisor));
}

TEST_F(Supervisors, FailAndLeaveNothingIfAChildDoesNotStartAtFirst) {
  start_all(1);
  diary_.plans["c"] = {"refuse"};
  start_supervisor(abc(Strategy::one_for_one));
  EXPECT_THAT(lines(), ElementsAre("+a", "+b", "xc", "-c error: rejected (no)", "-b shutdown",
                                   "-a shutdown"));
  EXPECT_TRUE(node(0).audit().empty()) << node(0).audit().text();
}

TEST_F(Supervisors, KillChildrenThatDoNotEndInTime) {
  start_all(1);
  diary_.plans["b"] = {"trap"};
  const Ref supervisor = start_supervisor(abc(Strategy::one_for_all, ChildOptions().shutdown(2s)));
  lines();
  end_child(supervisor, "c", ExitReason::error("broken"));
  run_for(1s);
  EXPECT_THAT(lines(), ElementsAre("-c error: broken"));
  run_for(2s);
  EXPECT_THAT(lines(), ElementsAre("-b killed", "-a shutdown", "+a", "+b", "+c"));
  EXPECT_EQ(node(0).audit().timers, 0u);
}

TEST_F(Supervisors, TakeTheirChildrenWithThemWhenKilled) {
  start_all(1);
  const Ref supervisor = start_supervisor(abc(Strategy::one_for_one));
  in_turn(0, [&] { node(0).exit(supervisor, ExitReason::killed()); });
  run_for(1s);
  EXPECT_TRUE(node(0).audit().empty()) << node(0).audit().text();
}

TEST_F(Supervisors, SuperviseSupervisors) {
  start_all(1);
  const Ref top =
      start_supervisor(SupervisorSpec(Strategy::one_for_one)
                           .child<Supervisor>("inner", ChildOptions(), abc(Strategy::one_for_one)));
  lines();
  const Ref inner = child(top, "inner");
  in_turn(0, [&] { node(0).exit(inner, ExitReason::killed()); });
  run_for(1s);
  EXPECT_EQ(lines().size(), 6u) << "three end, three start";
  in_turn(0, [&] { node(0).exit(top, ExitReason::shutdown()); });
  run_for(1s);
  EXPECT_THAT(lines(), ElementsAre("-c shutdown", "-b shutdown", "-a shutdown"));
  EXPECT_TRUE(node(0).audit().empty()) << node(0).audit().text();
}

TEST_F(Supervisors, WaitForSupervisorsAsLongAsTheseNeed) {
  start_all(1);
  diary_.plans["a"] = {"trap"};
  diary_.plans["b"] = {"trap"};
  const Ref top = start_supervisor(SupervisorSpec().child<Supervisor>(
      "inner", ChildOptions(),
      SupervisorSpec()
          .child<Worker>("a", ChildOptions().shutdown(4s), &diary_, "a")
          .child<Worker>("b", ChildOptions().shutdown(4s), &diary_, "b")));
  lines();
  in_turn(0, [&] { node(0).exit(top, ExitReason::shutdown()); });
  run_for(9s);
  EXPECT_THAT(lines(), ElementsAre("-b killed", "-a killed"));
  EXPECT_TRUE(node(0).audit().empty()) << node(0).audit().text();
}

// A program's own supervisor: a class that says what it supervises, spawned by name anywhere.
class Shop : public Supervisor {
 public:
  using arguments = std::tuple<std::string>;
  Shop(Context& context, const std::string& counter)
      : Supervisor(context, SupervisorSpec(Strategy::rest_for_one)
                                .intensity(5, 10s)
                                .child<Partner>("stock", ChildOptions(), "")
                                .child<Partner>("till", ChildOptions().global(counter), "")) {}
};

TEST_F(Supervisors, CanBeSpawnedOnOtherNodesAsAClassOfTheirOwn) {
  start_all(2);
  for (const std::uint32_t index : {0u, 1u}) node(index).behaviors().add<Shop>("shop");
  std::optional<Result<Ref>> made;
  in_turn(0, [&] {
    (void)node(0).run([](Node& node, NodeId where, auto& out) -> task<void> {
      const std::string name = "till:1";
      out = co_await node.spawn<Shop>(where, SpawnOptions(), name);
    }(node(0), id(1), made));
  });
  run_for(2s);
  ASSERT_TRUE(made && *made);
  const Ref shop = **made;
  EXPECT_EQ(call<Children>(0, shop).value().size(), 2u) << "asked from another node";
  const Ref till = *node(0).registry().lookup("till:1");
  end_child(shop, "stock", ExitReason::error("fire"));
  EXPECT_FALSE(lives(till));
  EXPECT_EQ(node(0).registry().lookup("till:1"), child(shop, "till"));
}

TEST_F(Supervisors, LeaveNothingWhenTheirNodeLeaves) {
  start_all(2);
  start_supervisor(abc(Strategy::one_for_all, ChildOptions().global("thing")));
  ASSERT_TRUE(node(1).registry().lookup("thing"));
  in_turn(0, [&] { node(0).leave([] {}); });
  run_for(2s);
  EXPECT_TRUE(node(0).audit().empty()) << node(0).audit().text();
  EXPECT_FALSE(node(1).registry().lookup("thing"));
}

using SupervisedNames = Supervisors;

TEST_F(SupervisedNames, MoveInOneStepAndKeepTheirStamp) {
  start_all(2);
  const Ref supervisor =
      start_supervisor(abc(Strategy::one_for_one, ChildOptions().global("thing")));
  const Stamp stamp = registry_of(node(1)).lookup("thing")->entry.stamp;
  const Ref before = child(supervisor, "b");
  EXPECT_EQ(node(1).registry().lookup("thing"), before);
  bool missing = false;
  const auto look = [&] {
    for (const std::uint32_t index : {0u, 1u}) {
      missing = missing || !node(index).registry().lookup("thing");
    }
  };
  in_turn(0, [&] { node(0).exit(before, ExitReason::error("broken")); });
  for (int i = 0; i < 1000; ++i) {
    look();
    run_for(100us);
  }
  EXPECT_FALSE(missing);
  const Ref after = child(supervisor, "b");
  EXPECT_NE(before, after);
  EXPECT_EQ(node(0).registry().lookup("thing"), after);
  EXPECT_EQ(node(1).registry().lookup("thing"), after);
  EXPECT_EQ(registry_of(node(1)).lookup("thing")->entry.stamp, stamp);
}

TEST_F(SupervisedNames, AreTakenForOthersWhileTheirHolderIsRestarted) {
  start_all(2);
  const Ref supervisor =
      start_supervisor(abc(Strategy::one_for_one, ChildOptions().global("thing")));
  const Ref before = child(supervisor, "b");
  diary_.plans["b"] = {"slow"};
  in_turn(0, [&] { node(0).exit(before, ExitReason::error("broken")); });
  run_for(100ms);
  EXPECT_FALSE(lives(before));
  const Result<Ref> rival = spawn(1, 1, "", "thing");
  ASSERT_FALSE(rival);
  EXPECT_EQ(rival.error().code, ErrorCode::name_taken);
  run_for(2s);
  EXPECT_EQ(node(1).registry().lookup("thing"), child(supervisor, "b"));
}

TEST_F(SupervisedNames, EndWithASupervisorThatEndsWhileTheyAreClaimed) {
  start_all(2);
  for (int microseconds = 0; microseconds < 3000; microseconds += 100) {
    const std::string name = fmt::format("thing{}", microseconds);
    Ref supervisor;
    in_turn(0, [&] {
      supervisor = node(0)
                       .spawn_local<Supervisor>(SupervisorSpec().child<Worker>(
                           "b", ChildOptions().global(name), &diary_, "b"))
                       .value();
    });
    run_for(std::chrono::microseconds(microseconds));
    in_turn(0, [&] { node(0).exit(supervisor, ExitReason::killed()); });
    run_for(1s);
    EXPECT_FALSE(node(1).registry().lookup(name)) << name;
    EXPECT_TRUE(node(0).audit().empty()) << name << ": " << node(0).audit().text();
  }
}

TEST_F(SupervisedNames, GoWithAChildThatIsNotRestarted) {
  start_all(2);
  const Ref supervisor = start_supervisor(
      abc(Strategy::one_for_one, ChildOptions().global("thing").restart(Restart::transient)));
  end_child(supervisor, "b", ExitReason::normal());
  run_for(1s);
  EXPECT_FALSE(node(0).registry().lookup("thing"));
  EXPECT_FALSE(node(1).registry().lookup("thing"));
  EXPECT_EQ(node(0).audit().kept_names, 0u);
}

TEST_F(SupervisedNames, ThatAreLostAfterASplitAreNotTakenAgain) {
  start_all(2);
  fabric_.cut_both(0, 1);
  run_for(10s);
  const Result<Ref> first = spawn(0, 0, "", "thing");
  ASSERT_TRUE(first);
  const Ref supervisor =
      start_supervisor(abc(Strategy::one_for_one, ChildOptions().global("thing")), 1);
  ASSERT_FALSE(child(supervisor, "b").empty());
  lines();
  fabric_.heal_all();
  run_for(20s);
  EXPECT_EQ(node(1).registry().lookup("thing"), *first);
  EXPECT_EQ(lines().size(), 1u) << "it ends, and is not started again";
  EXPECT_TRUE(child(supervisor, "b").empty());
  EXPECT_TRUE(lives(supervisor));
  EXPECT_EQ(node(1).audit().kept_names, 0u);
}

// What a temporary is asked for outlives it.
static_assert(!std::is_reference_v<decltype(ChildOptions().global_name())>);
static_assert(!std::is_reference_v<decltype(ChildOptions().global("store"))>);
static_assert(!std::is_reference_v<decltype(SupervisorSpec().children())>);
static_assert(!std::is_reference_v<decltype(SupervisorSpec().intensity(1, 1s))>);
static_assert(std::is_reference_v<decltype(std::declval<SupervisorSpec&>().intensity(1, 1s))>);

}  // namespace
}  // namespace noex::tests

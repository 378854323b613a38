#include "noex/runtime/node/node.h"

#include <gmock/gmock.h>

#include "tests/runtime/node_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <class T>
ErrorCode code_of(const Result<T>& result) {
  return result ? ErrorCode::ok : result.error().code;
}

using Calls = NodeTest;

TEST_F(Calls, AnswersOnTheSameNode) {
  start(0);
  EXPECT_EQ(call<Echo>(0, probe(0), "hello"), "hello");
}

TEST_F(Calls, AnswersFromAnotherNode) {
  start_all(2);
  EXPECT_EQ(call<Echo>(0, probe(1), "hello"), "hello");
  EXPECT_EQ(call<Slow>(0, probe(1), Duration(1s)), "at last");
}

TEST_F(Calls, GiveTheHandlersOwnError) {
  start_all(2);
  const Error expected{ErrorCode::rejected, "because"};
  EXPECT_EQ(call<Fail>(0, probe(0), "because").error(), expected);
  EXPECT_EQ(call<Fail>(0, probe(1), "because").error(), expected);
}

TEST_F(Calls, AHandlerThatThrowsEndsItsProcess) {
  start_all(2);
  const Ref target = probe(1);
  EXPECT_EQ(code_of(call<Throw>(0, target)), ErrorCode::exited);
  EXPECT_FALSE(node(1).is_alive(target.process()));
  EXPECT_EQ(code_of(call<Echo>(0, target, "x")), ErrorCode::noproc);
  EXPECT_EQ(code_of(call<Echo>(1, target, "x")), ErrorCode::noproc);
}

TEST_F(Calls, AreAnsweredOnceByAProcessThatEndsWithTheAnswer) {
  start_all(2);
  for (const bool later : {false, true}) {
    EXPECT_EQ(call<Farewell>(0, probe(0), later), "bye");
    EXPECT_EQ(call<Farewell>(0, probe(1), later), "bye");
  }
  run_for(1s);
  EXPECT_EQ(observer_.count, 0);
}

TEST_F(Calls, EndAtTheirDeadlineAndLateAnswersReachNobody) {
  start_all(2);
  const Ref target = probe(1);
  EXPECT_EQ(code_of(call<Slow>(0, target, Duration(6s))), ErrorCode::timeout);
  EXPECT_EQ(node(0).pending_calls(), 0u);
  EXPECT_EQ(call<Echo>(0, target, "next"), "next");
}

TEST_F(Calls, AreNotExecutedAfterTheirDeadline) {
  start_all(2);
  const Ref target = probe(1);
  ASSERT_TRUE(await(0, [&]() -> task<void> {
    const Ref there = through(0, target);
    there.cast<Note>("first");
    EXPECT_EQ(code_of(co_await there.call_within<Slow>(1s, Duration(3s))), ErrorCode::timeout);
    EXPECT_EQ(code_of(co_await there.call_within<Count>(1s)), ErrorCode::timeout);
  }));
  run_for(5s);
  EXPECT_EQ(call<Count>(0, target), 1u);
}

TEST_F(Calls, FailWhenTheLinkIsLost) {
  start_all(2);
  const Ref target = through(0, probe(1));
  Result<std::string> result = fail(ErrorCode::system);
  in_turn(0, [&] {
    ASSERT_TRUE(node(0).run([](Ref to, Result<std::string>& out) -> task<void> {
      out = co_await to.call<Slow>(Duration(4s));
    }(target, result)));
  });
  run_for(500ms);
  crash(1);
  run_for(500ms);
  EXPECT_EQ(code_of(result), ErrorCode::noconnection);
}

TEST_F(Calls, FailWithoutALinkAndForAnEarlierBoot) {
  start_all(2);
  const Ref old = through(0, probe(1));
  crash(1);
  run_for(2s);
  EXPECT_EQ(code_of(call<Echo>(0, old, "x")), ErrorCode::unreachable) << "it never left";
  start(1);
  run_for(10s);
  EXPECT_EQ(code_of(call<Echo>(0, old, "x")), ErrorCode::stale_process);
  EXPECT_EQ(code_of(call<Echo>(1, old, "x")), ErrorCode::stale_process);
}

TEST_F(Calls, AreCancelledWithTheirCaller) {
  start_all(2);
  const Ref target = probe(1);
  const Ref caller = probe(0);
  in_turn(0, [&] {
    ASSERT_TRUE(node(0).run([](Ref to, Ref far) -> task<void> {
      (void)co_await to.call<Relay>(far, "x");
    }(through(0, caller), through(0, target))));
    node(0).exit(through(0, caller), ExitReason::killed());
  });
  run_for(1s);
  EXPECT_EQ(node(0).pending_calls(), 0u);
  EXPECT_EQ(node(0).process_count(), 0u);
}

TEST_F(Calls, AProcessMayCallWhileItHandlesACall) {
  start_all(3);
  const Ref far = probe(2);
  EXPECT_EQ(call<Relay>(0, probe(1), far, "round"), "round");
}

// Its caller would take "no such process" for what became of the call itself, and ask again.
TEST_F(Calls, AHandlerCannotSayThatItNeverRan) {
  start_all(2);
  const Ref gone = probe(1);
  in_turn(1, [&] { node(1).exit(gone, ExitReason::shutdown()); });
  const Error expected{ErrorCode::rejected, "no such process"};
  EXPECT_EQ(call<Relay>(0, probe(0), through(0, gone), "lost").error(), expected);
  EXPECT_EQ(call<Relay>(0, probe(1), gone, "lost").error(), expected);
}

using Casts = NodeTest;

TEST_F(Casts, ArriveInOrder) {
  start_all(2);
  const Ref target = probe(1);
  in_turn(0, [&] {
    const Ref there = through(0, target);
    for (const char* text : {"a", "b", "c"}) EXPECT_TRUE(there.cast<Note>(text));
  });
  run_for(1s);
  EXPECT_THAT(*call<Seen>(0, target), ElementsAre("a", "b", "c"));
}

TEST_F(Casts, AreRefusedByAFullMailboxWhichMonitorsAreTold) {
  options_.mailbox_messages_max = 3;
  start_all(2);
  const Ref target = probe(1);
  const Ref watcher = probe(0);
  in_turn(0, [&] { through(0, watcher).cast<Watch>(through(0, target)); });
  run_for(1s);
  in_turn(0, [&] {
    const Ref there = through(0, target);
    for (int i = 0; i < 9; ++i) EXPECT_TRUE(there.cast<Note>("x"));
  });
  run_for(1s);
  EXPECT_EQ(call<Count>(0, target), 3u);
  EXPECT_THAT(*call<Seen>(0, watcher), ElementsAre("overflow"));
}

TEST_F(Casts, MulticastReachesAllAndNamesThoseItCannotReach) {
  start_all(3);
  const Ref here = probe(0);
  const Ref near = probe(1);
  const Ref far = probe(2);
  const Ref sender = probe(0);
  crash(2);
  run_for(1s);
  in_turn(0, [&] {
    const std::vector<Ref> to{through(0, here), through(0, near), through(0, far)};
    through(0, sender).cast<Spread>(to, "news");
  });
  run_for(1s);
  EXPECT_THAT(*call<Seen>(0, here), ElementsAre("news"));
  EXPECT_THAT(*call<Seen>(0, near), ElementsAre("news"));
  EXPECT_THAT(*call<Seen>(0, sender), ElementsAre("refused by node3"));
}

TEST_F(Casts, SendAfterArrivesAfterTheDelay) {
  start(0);
  const Ref target = probe(0);
  in_turn(0, [&] { target.cast<Later>(Duration(2s), "later"); });
  run_for(1s);
  EXPECT_THAT(*call<Seen>(0, target), IsEmpty());
  run_for(2s);
  EXPECT_THAT(*call<Seen>(0, target), ElementsAre("later"));
}

class MonitorsOf : public NodeTest, public ::testing::WithParamInterface<std::uint32_t> {
 protected:
  void watch(const Ref& watcher, const Ref& target) {
    in_turn(0, [&] { through(0, watcher).cast<Watch>(through(0, target)); });
    run_for(1s);
  }
};

// Once with the target on the watcher's node, once on another.
INSTANTIATE_TEST_SUITE_P(LocalAndRemote, MonitorsOf, ::testing::Values(0, 1));

TEST_P(MonitorsOf, TellOnceThatTheProcessEnded) {
  start_all(2);
  const Ref target = probe(GetParam());
  const Ref watcher = probe(0);
  watch(watcher, target);
  in_turn(0, [&] { through(0, target).cast<Stop>("tired"); });
  run_for(1s);
  crash(1);
  run_for(1s);
  EXPECT_THAT(*call<Seen>(0, watcher), ElementsAre("down error: tired"));
  EXPECT_EQ(node(0).monitor_count(), 0u);
}

TEST_P(MonitorsOf, TellAtOnceThatThereIsNoSuchProcess) {
  start_all(2);
  const Ref target = probe(GetParam());
  in_turn(0, [&] { node(0).exit(through(0, target), ExitReason::killed()); });
  run_for(1s);
  const Ref watcher = probe(0);
  watch(watcher, target);
  EXPECT_THAT(*call<Seen>(0, watcher), ElementsAre("down noproc"));
}

TEST_P(MonitorsOf, AreSilentOnceTakenBack) {
  start_all(2);
  const Ref target = probe(GetParam());
  const Ref watcher = probe(0);
  watch(watcher, target);
  in_turn(0, [&] { through(0, watcher).cast<Unwatch>(); });
  run_for(1s);
  in_turn(0, [&] { node(0).exit(through(0, target), ExitReason::killed()); });
  run_for(1s);
  EXPECT_THAT(*call<Seen>(0, watcher), IsEmpty());
  EXPECT_EQ(node(0).monitor_count(), 0u);
  EXPECT_EQ(node(1).monitor_count(), 0u);
}

TEST_F(MonitorsOf, TellOfALostLinkAndOfNoLinkAtAll) {
  start_all(2);
  const Ref target = probe(1);
  const Ref watcher = probe(0);
  watch(watcher, target);
  crash(1);
  run_for(1s);
  watch(watcher, target);
  EXPECT_THAT(*call<Seen>(0, watcher), ElementsAre("down noconnection", "down noconnection"));
}

using Spawns = NodeTest;

TEST_F(Spawns, StartHereAndThere) {
  start_all(2);
  for (const std::uint32_t where : {0u, 1u}) {
    const Result<Ref> made = spawn(0, where, "");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->node(), id(where));
    EXPECT_EQ(call<Echo>(0, *made, "hi"), "hi");
  }
}

TEST_F(Spawns, LeaveNothingBehindWhenTheyFail) {
  start_all(2);
  for (const std::uint32_t where : {0u, 1u}) {
    const Result<Ref> refused = spawn(0, where, "refuse");
    EXPECT_EQ(code_of(refused), ErrorCode::init_failed);
    EXPECT_EQ(code_of(spawn(0, where, "slow")),
              where == 0 ? ErrorCode::init_timeout : ErrorCode::timeout);
    run_for(1s);
    EXPECT_EQ(node(where).process_count(), 0u) << where;
  }
  crash(1);
  run_for(1s);
  EXPECT_EQ(code_of(spawn(0, 1, "")), ErrorCode::unreachable);
}

TEST_F(Spawns, AreCancelledWhenTheirSpawnerGoesAway) {
  start_all(2);
  in_turn(0, [&] {
    ASSERT_TRUE(node(0).run([](Node& from, NodeId there) -> task<void> {
      const SpawnOptions options;
      (void)co_await from.spawn<Probe>(there, options, "slow");
    }(node(0), id(1))));
  });
  run_for(1s);
  EXPECT_EQ(node(1).process_count(), 1u);
  crash(0);
  run_for(1s);
  EXPECT_EQ(node(1).process_count(), 0u);
}

TEST_F(Spawns, RegisterTheirNameOrFail) {
  start_all(2);
  const Result<Ref> first = spawn(0, 1, "", "thing");
  ASSERT_TRUE(first);
  EXPECT_EQ(node(0).registry().lookup("thing"), *first);
  EXPECT_EQ(node(1).registry().lookup("thing"), *first);
  EXPECT_EQ(code_of(spawn(0, 0, "", "thing")), ErrorCode::name_taken);
  EXPECT_EQ(node(0).process_count(), 0u);
  in_turn(1, [&] { node(1).exit(through(1, *first), ExitReason::killed()); });
  run_for(1s);
  EXPECT_FALSE(node(0).registry().lookup("thing"));
  EXPECT_EQ(code_of(spawn(0, 0, "", "thing")), ErrorCode::ok);
}

using Names = NodeTest;

TEST_F(Names, OfADeadNodeDisappear) {
  start_all(3);
  ASSERT_TRUE(spawn(0, 1, "", "thing"));
  run_for(1s);
  ASSERT_TRUE(node(2).registry().lookup("thing"));
  crash(1);
  run_for(1s);
  EXPECT_FALSE(node(0).registry().lookup("thing"));
  EXPECT_FALSE(node(2).registry().lookup("thing"));
}

TEST_F(Names, HaveOneHolderAfterASplitAndTheLoserIsEnded) {
  start_all(2);
  fabric_.cut_both(0, 1);
  run_for(10s);
  const Result<Ref> first = spawn(0, 0, "", "thing");
  const Result<Ref> second = spawn(1, 1, "", "thing");
  ASSERT_TRUE(first && second);
  fabric_.heal_all();
  run_for(20s);
  EXPECT_EQ(node(0).registry().lookup("thing"), *first);
  EXPECT_EQ(node(1).registry().lookup("thing"), *first);
  EXPECT_TRUE(node(0).is_alive(first->process()));
  EXPECT_FALSE(node(1).is_alive(second->process()));
}

// Says on which node it was, at its very end.
class Departing : public Process {
 public:
  using messages = std::tuple<Stop>;
  using arguments = std::tuple<std::vector<std::string>*>;
  Departing(Context& context, std::vector<std::string>* seen) : Process(context), seen_(*seen) {}
  ~Departing() override { seen_.push_back(node().id().name()); }
  void on(const Stop& stop) { exit(ExitReason::error(stop.why)); }

 private:
  std::vector<std::string>& seen_;
};

using Ends = NodeTest;

TEST_F(Ends, LeaveAProcessItsContextForItsDestructor) {
  start(0);
  std::vector<std::string> seen;
  in_turn(0, [&] {
    const Result<Ref> made = node(0).spawn_local<Departing>(&seen);
    ASSERT_TRUE(made);
    EXPECT_TRUE(made->cast<Stop>("enough"));
  });
  EXPECT_THAT(seen, ElementsAre("node1"));
}

using Leaving = NodeTest;

TEST_F(Leaving, IsAnnouncedAndEndsProcesses) {
  start_all(2);
  std::vector<std::string> told;
  node(0).on_node_down([&](const NodeId& who, DownReason why) {
    told.push_back(fmt::format("{} {}", who.name(), describe(why)));
  });
  bool left = false;
  in_turn(1, [&] { node(1).leave([&] { left = true; }); });
  run_for(1s);
  EXPECT_TRUE(left);
  EXPECT_THAT(told, ElementsAre("node2 graceful_shutdown"));
}

}  // namespace
}  // namespace noex::tests

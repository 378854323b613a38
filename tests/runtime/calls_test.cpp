#include "noex/runtime/remote/calls.h"

#include <gmock/gmock.h>

#include "tests/runtime/node_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

using CallsTest = NodeTest;

TEST_F(CallsTest, AnswersOnTheSameNode) {
  start(0);
  EXPECT_EQ(call<Echo>(0, probe(0), "hello"), "hello");
}

TEST_F(CallsTest, AnswersFromAnotherNode) {
  start_all(2);
  EXPECT_EQ(call<Echo>(0, probe(1), "hello"), "hello");
  EXPECT_EQ(call<Slow>(0, probe(1), Duration(1s)), "at last");
}

TEST_F(CallsTest, GiveTheHandlersOwnError) {
  start_all(2);
  const Error expected{ErrorCode::rejected, "because"};
  EXPECT_EQ(call<Fail>(0, probe(0), "because").error(), expected);
  EXPECT_EQ(call<Fail>(0, probe(1), "because").error(), expected);
}

TEST_F(CallsTest, AHandlerThatThrowsEndsItsProcess) {
  start_all(2);
  const Ref target = probe(1);
  EXPECT_EQ(code_of(call<Throw>(0, target)), ErrorCode::exited);
  EXPECT_FALSE(node(1).is_alive(target.process()));
  EXPECT_EQ(code_of(call<Echo>(0, target, "x")), ErrorCode::noproc);
  EXPECT_EQ(code_of(call<Echo>(1, target, "x")), ErrorCode::noproc);
}

TEST_F(CallsTest, AreAnsweredOnceByAProcessThatEndsWithTheAnswer) {
  start_all(2);
  for (const bool later : {false, true}) {
    EXPECT_EQ(call<Farewell>(0, probe(0), later), "bye");
    EXPECT_EQ(call<Farewell>(0, probe(1), later), "bye");
  }
  run_for(1s);
  EXPECT_EQ(observer_.count, 0);
}

TEST_F(CallsTest, EndAtTheirDeadlineAndLateAnswersReachNobody) {
  start_all(2);
  const Ref target = probe(1);
  EXPECT_EQ(code_of(call<Slow>(0, target, Duration(6s))), ErrorCode::timeout);
  EXPECT_EQ(node(0).pending_calls(), 0u);
  EXPECT_EQ(call<Echo>(0, target, "next"), "next");
}

TEST_F(CallsTest, AreNotExecutedAfterTheirDeadline) {
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

TEST_F(CallsTest, FailWhenTheLinkIsLost) {
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

TEST_F(CallsTest, FailWithoutALinkAndForAnEarlierBoot) {
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

TEST_F(CallsTest, AreCancelledWithTheirCaller) {
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

TEST_F(CallsTest, AProcessMayCallWhileItHandlesACall) {
  start_all(3);
  const Ref far = probe(2);
  EXPECT_EQ(call<Relay>(0, probe(1), far, "round"), "round");
}

// Its caller would take "no such process" for what became of the call itself, and ask again.
TEST_F(CallsTest, AHandlerCannotSayThatItNeverRan) {
  start_all(2);
  const Ref gone = probe(1);
  in_turn(1, [&] { node(1).exit(gone, ExitReason::shutdown()); });
  const Error expected{ErrorCode::rejected, "no such process"};
  EXPECT_EQ(call<Relay>(0, probe(0), through(0, gone), "lost").error(), expected);
  EXPECT_EQ(call<Relay>(0, probe(1), gone, "lost").error(), expected);
}

// --- The table alone ---

class NobodyWakes final : public Waker {
 public:
  ProcessId current_process() const override { return 1; }
  Waiting waiting(std::coroutine_handle<> handle) const override { return {1, 0, handle}; }
  void wake(const Waiting&) override {}
};

// How each has ended, in that order.
using Ends = std::vector<std::pair<std::string, ErrorCode>>;

class Named final : public PendingCall {
 public:
  Named(std::string name, Ends& ends) : name_(std::move(name)), ends_(ends) {}
  void complete_error(Error error) override { ends_.emplace_back(name_, error.code); }
  bool complete_bytes(Decoder&) override { return true; }
  void complete_value(void*) override { ends_.emplace_back(name_, ErrorCode::ok); }
  void encode_to(Writer&) const override {}

 private:
  std::string name_;
  Ends& ends_;
};

class CallTable : public ::testing::Test {
 protected:
  ~CallTable() override { calls_.check_invariants(); }

  PendingCall& start(const std::string& name, std::uint64_t link) {
    started_.push_back(std::make_unique<Named>(name, ends_));
    EXPECT_TRUE(calls_.start(*started_.back(), Ref(), LinkSerial(link), 5s));
    calls_.check_invariants();
    return *started_.back();
  }
  Ends take_ends() { return std::exchange(ends_, {}); }

  sim::World world_{1};
  sim::Fabric fabric_{world_};
  Loop& loop_ = (fabric_.add_machine(), fabric_.machine(0).start().loop());
  Options options_;
  NobodyWakes waker_;
  Flow flow_{loop_, options_.queue_bytes_soft};
  Observer observer_;
  Ends ends_;
  std::vector<std::unique_ptr<Named>> started_;
  Calls calls_{loop_, options_, waker_, flow_, observer_};
};

TEST_F(CallTable, ALostLinkEndsItsOwnCallsInTheOrderOfTheirSlots) {
  PendingCall& first = start("first", 2);
  start("a", 1);
  start("b", 1);
  start("local", 0);
  calls_.on_error(first.id, LinkSerial(2), Error{ErrorCode::timeout, {}});
  EXPECT_FALSE(calls_.uses(LinkSerial(2)));
  start("in the first's place", 1);
  start("another's", 2);
  EXPECT_TRUE(calls_.uses(LinkSerial(1)) && calls_.uses(LinkSerial(2)) &&
              !calls_.uses(LinkSerial(3)) && !calls_.uses(LinkSerial(0)));
  (void)take_ends();
  calls_.on_link_down(LinkSerial(3));
  EXPECT_THAT(take_ends(), IsEmpty());
  calls_.on_link_down(LinkSerial(1));
  EXPECT_THAT(take_ends(),
              ElementsAre(Pair("in the first's place", ErrorCode::noconnection),
                          Pair("a", ErrorCode::noconnection), Pair("b", ErrorCode::noconnection)));
  EXPECT_TRUE(!calls_.uses(LinkSerial(1)) && calls_.uses(LinkSerial(2)));
  EXPECT_EQ(calls_.pending(), 2U);
}

TEST_F(CallTable, AnAnswerCountsOverItsLinkOnly) {
  PendingCall& call = start("far", 1);
  const CallId id = call.id;
  calls_.on_reply_error(id, LinkSerial(2), Error{ErrorCode::rejected, {}});
  EXPECT_THAT(take_ends(), IsEmpty());
  calls_.on_reply_error(id, LinkSerial(1), Error{ErrorCode::rejected, {}});
  calls_.on_reply_error(id, LinkSerial(1), Error{ErrorCode::timeout, {}});
  EXPECT_THAT(take_ends(), ElementsAre(Pair("far", ErrorCode::rejected)));
  EXPECT_FALSE(calls_.uses(LinkSerial(1)));
}

TEST_F(CallTable, WhatWaitedForRoomWasNeverSent) {
  PendingCall& call = start("waiting", 1);
  calls_.set_waiting(call, 7);
  calls_.on_reply_error(call.id, LinkSerial(1), Error{ErrorCode::rejected, {}});
  EXPECT_THAT(take_ends(), IsEmpty()) << "nobody can have it";
  calls_.on_link_down(LinkSerial(1));
  EXPECT_THAT(take_ends(), ElementsAre(Pair("waiting", ErrorCode::unreachable)));
}

TEST_F(CallTable, IsBounded) {
  options_.calls_max = 1;
  PendingCall& call = start("one", 1);
  Named& more = *started_.emplace_back(std::make_unique<Named>("more", ends_));
  EXPECT_EQ(code_of(calls_.start(more, Ref(), LinkSerial(1), 5s)), ErrorCode::overloaded);
  calls_.abandon(call, ErrorCode::cancelled);
  EXPECT_FALSE(calls_.uses(LinkSerial(1)));
  EXPECT_TRUE(calls_.start(more, Ref(), LinkSerial(1), 5s));
}

}  // namespace
}  // namespace noex::tests

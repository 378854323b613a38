#include "noex/runtime/message/call.h"

#include <gmock/gmock.h>

#include "tests/runtime/node_harness.h"

namespace noex::tests {
namespace {

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

using Answer = std::optional<Result<std::string>>;

Answer decoded(const Bytes& bytes) {
  Decoder decoder(bytes);
  Answer answer;
  const bool is_reply = decode_reply<Echo>(decoder, answer);
  EXPECT_EQ(is_reply, answer.has_value());
  return answer;
}

TEST(Replies, AreWholeOrNothing) {
  const Answer whole = decoded(encoded(std::string("hi")));
  ASSERT_TRUE(whole && *whole);
  EXPECT_EQ(**whole, "hi");
  EXPECT_FALSE(decoded("\2x")) << "cut";
}

}  // namespace
}  // namespace noex::tests

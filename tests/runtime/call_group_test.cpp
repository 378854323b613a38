// Several calls at once: all, a quorum, the first; and what becomes of the rest.
#include "noex/runtime/message/call_group.h"

#include <gmock/gmock.h>

#include "tests/runtime/node_harness.h"

namespace noex::tests {
namespace {

class CallGroups : public NodeTest {
 protected:
  // Probes on four nodes; as seen from node 0.
  void SetUp() override {
    start_all(4);
    for (std::uint32_t index = 0; index < 4; ++index) probes_.push_back(through(0, probe(index)));
  }
  // "a, b, timeout"
  static std::string text_of(const std::vector<Result<std::string>>& results) {
    std::string text;
    for (const auto& result : results) {
      if (!text.empty()) text += ", ";
      text += result ? *result : describe(result.error());
    }
    return text;
  }
  void end(std::size_t index) {
    in_turn(0, [&] { node(0).exit(probes_[index], ExitReason::shutdown()); });
    run_for(1s);
  }

  std::vector<Ref> probes_;
};

TEST_F(CallGroups, WhenAllGivesEveryAnswerInTheOrderOfTheReferences) {
  end(2);
  std::string text;
  ASSERT_TRUE(
      await(0, [&]() -> task<void> { text = text_of(co_await when_all<Echo>(probes_, "hi")); }));
  EXPECT_EQ(text, "hi, hi, no such process, hi");
  EXPECT_EQ(node(0).pending_calls(), 0u);
}

TEST_F(CallGroups, WhenAllOfNobodyEndsAtOnce) {
  std::size_t size = 1;
  const std::vector<Ref> nobody;
  ASSERT_TRUE(
      await(0, [&]() -> task<void> { size = (co_await when_all<Echo>(nobody, "hi")).size(); }));
  EXPECT_EQ(size, 0u);
}

TEST_F(CallGroups, WhenAllEndsAtTheDeadline) {
  std::string text;
  ASSERT_TRUE(await(0, [&]() -> task<void> {
    text = text_of(co_await when_all_within<Slow>(1s, probes_, Duration(3s)));
  }));
  EXPECT_EQ(text, "timeout, timeout, timeout, timeout");
}

// Each probe takes a while more than the one before it.
struct Paced {
  static constexpr auto wire_name = "test:paced";
  using reply = std::string;
};
class Pacer : public Process {
 public:
  using messages = std::tuple<Paced, Note, Count>;
  using arguments = std::tuple<Duration>;
  Pacer(Context& context, Duration pause) : Process(context), pause_(pause) {}
  task<Result<std::string>> on(const Paced&) {
    co_await node().sleep(pause_);
    ++answered_;
    co_return "done";
  }
  void on(const Note&) {}
  Result<std::uint64_t> on(const Count&) { return answered_; }

 private:
  Duration pause_;
  std::uint64_t answered_ = 0;
};

class Quorums : public CallGroups {
 protected:
  void SetUp() override {
    start_all(4);
    for (std::uint32_t index = 0; index < 4; ++index) {
      in_turn(index, [&] {
        const Ref made = node(index).spawn_local<Pacer>(Duration(1s) * (4 - index)).value();
        probes_.push_back(made);
      });
      probes_.back() = through(0, probes_.back());
    }
  }
};

TEST_F(Quorums, EndWithEnoughAnswersAndCancelTheRest) {
  std::string text;
  std::size_t good = 0;
  ASSERT_TRUE(await(
      0,
      [&]() -> task<void> {
        const auto results = co_await quorum<Paced>(2, probes_);
        good = succeeded(results);
        text = text_of(results);
      },
      2100ms));
  EXPECT_EQ(text, "cancelled, cancelled, done, done");
  EXPECT_EQ(good, 2u);
  EXPECT_EQ(node(0).pending_calls(), 0u);
}

TEST_F(Quorums, GiveUpWhenTooManyHaveFailed) {
  end(1);
  end(2);
  std::string text;
  ASSERT_TRUE(
      await(0, [&]() -> task<void> { text = text_of(co_await quorum<Paced>(3, probes_)); }, 100ms));
  EXPECT_EQ(text, "cancelled, no such process, no such process, cancelled");
  std::size_t good = 7;
  ASSERT_TRUE(await(
      0, [&]() -> task<void> { good = succeeded(co_await quorum<Paced>(5, probes_)); }, 100ms));
  EXPECT_EQ(good, 0u) << "there are only four";
}

TEST_F(Quorums, FirstOfGivesTheFirstAnswerOrTheFirstError) {
  std::string text;
  ASSERT_TRUE(await(
      0, [&]() -> task<void> { text = (co_await first_of<Paced>(probes_)).value_or("none"); },
      1100ms));
  EXPECT_EQ(text, "done");
  ErrorCode code = ErrorCode::ok;
  ASSERT_TRUE(await(0, [&]() -> task<void> {
    code = (co_await first_of_within<Paced>(500ms, probes_)).error().code;
  }));
  EXPECT_EQ(code, ErrorCode::timeout);
}

TEST_F(Quorums, EndWithTheirCaller) {
  Ref caller;
  in_turn(0, [&] {
    caller = node(0)
                 .run([](std::vector<Ref> to) -> task<void> {
                   (void)co_await when_all<Paced>(to);
                 }(probes_))
                 .value();
  });
  EXPECT_EQ(node(0).pending_calls(), 4u);
  in_turn(0, [&] { node(0).exit(caller, ExitReason::killed()); });
  EXPECT_EQ(node(0).pending_calls(), 0u);
  run_for(5s);
}

// The calls that are decided together do not wake the caller twice.
TEST_F(Quorums, AnswersAfterTheLastNeededOneAreDropped) {
  int rounds = 0;
  ASSERT_TRUE(await(0, [&]() -> task<void> {
    for (; rounds < 3; ++rounds) {
      (void)co_await quorum<Paced>(1, probes_);
      (void)co_await quorum<Count>(1, probes_);
    }
  }));
  EXPECT_EQ(rounds, 3);
  EXPECT_EQ(node(0).pending_calls(), 0u);
}

}  // namespace
}  // namespace noex::tests

#include "noex/sim/check/call_checker.h"

#include "tests/sim/checker_test.h"

namespace noex::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Node 0 calls a process of node 1.
class CallCheckerTest : public CheckerTest {
 protected:
  void SetUp() override {
    CheckerTest::SetUp();
    truth_->at = world_.now();
    checker_ = std::make_unique<CallChecker>(*truth_, tally_);
    to_ = probe(1);
    deadline_ = node(0).loop().now() + 5s;
  }
  void start(CallId call = 7) { checker_->on_started(0, call, to_, deadline_); }
  void execute(ProcessId process) {
    checker_->on_executed(1, incarnation(0), 7, process, node(1).loop().now() + 5s);
  }

  std::unique_ptr<CallChecker> checker_;
  Ref to_;
  Instant deadline_;
};

TEST_F(CallCheckerTest, AllowsACallThatRunsOnceAndIsAnswered) {
  start();
  execute(to_.process());
  checker_->on_reply_delivered(0, 7, 7);
  checker_->on_ended(0, 7, ErrorCode::ok);
  checker_->at_end();
  EXPECT_THAT(broken(), IsEmpty());
}

TEST_F(CallCheckerTest, RefusesASecondExecution) {
  start();
  execute(to_.process());
  execute(to_.process());
  EXPECT_THAT(broken(), ElementsAre("P1"));
}

TEST_F(CallCheckerTest, RefusesAnExecutionElsewhere) {
  start();
  execute(to_.process() + 1);
  EXPECT_THAT(broken(), ElementsAre("P2"));
}

TEST_F(CallCheckerTest, RefusesAnExecutionAfterItWasDenied) {
  start();
  checker_->on_ended(0, 7, ErrorCode::noproc);
  execute(to_.process());
  EXPECT_THAT(broken(), ElementsAre("P2"));
}

TEST_F(CallCheckerTest, RefusesToDenyAnExecution) {
  start();
  execute(to_.process());
  checker_->on_ended(0, 7, ErrorCode::noproc);
  EXPECT_THAT(broken(), ElementsAre("P2"));
}

TEST_F(CallCheckerTest, RefusesAnAnswerWithoutAnExecution) {
  start();
  checker_->on_ended(0, 7, ErrorCode::ok);
  EXPECT_THAT(broken(), ElementsAre("P2"));
}

TEST_F(CallCheckerTest, RefusesASecondEndAndAnAnswerToAnother) {
  start();
  checker_->on_ended(0, 7, ErrorCode::timeout);
  checker_->on_ended(0, 7, ErrorCode::timeout);
  EXPECT_THAT(broken(), ElementsAre("P3"));
  checker_->on_reply_delivered(0, 7, 8);
  EXPECT_THAT(broken(), ElementsAre("P3"));
}

TEST_F(CallCheckerTest, RefusesAnEndAfterTheDeadline) {
  start();
  run_for(6s);
  truth_->at = world_.now();
  checker_->at_end();
  EXPECT_THAT(broken(), ElementsAre("P3"));
  checker_->on_ended(0, 7, ErrorCode::timeout);
  EXPECT_THAT(broken(), ElementsAre("P4"));
}

TEST_F(CallCheckerTest, ALostLinkEndsItsCallsAtOnce) {
  start();
  checker_->on_link_down(0, incarnation(1));
  checker_->on_ended(0, 7, ErrorCode::noconnection);
  checker_->after_event(0);
  EXPECT_THAT(broken(), IsEmpty());
  start(8);
  checker_->on_link_down(0, incarnation(1));
  checker_->after_event(0);
  EXPECT_THAT(broken(), ElementsAre("D3"));
}

}  // namespace
}  // namespace noex::sim

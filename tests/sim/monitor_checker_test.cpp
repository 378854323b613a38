#include "noex/sim/check/monitor_checker.h"

#include "tests/sim/checker_test.h"

namespace noex::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A process of node 0 monitors one of node 1.
class MonitorCheckerTest : public CheckerTest {
 protected:
  void SetUp() override {
    CheckerTest::SetUp();
    checker_ = std::make_unique<MonitorChecker>(*truth_, tally_);
    watcher_ = probe(0);
    target_ = probe(1);
    truth_->at = Instant{1h};
    checker_->on_monitor_made(0, watcher_.process(), 5, target_);
  }
  void end_target(const ExitReason& reason) {
    in_turn(1, [&] { node(1).exit(target_, reason); });
    checker_->on_process_ended(1, target_.process(), reason);
  }

  std::unique_ptr<MonitorChecker> checker_;
  Ref watcher_;
  Ref target_;
};

TEST_F(MonitorCheckerTest, AllowsOneDownOfATargetThatEnded) {
  EXPECT_EQ(checker_->target(0, 5), target_);
  end_target(ExitReason::killed());
  checker_->on_down(0, 5, ExitReason::killed());
  EXPECT_THAT(broken(), IsEmpty());
  EXPECT_EQ(checker_->target(0, 5), std::nullopt);
  checker_->on_down(0, 5, ExitReason::killed());
  EXPECT_THAT(broken(), ElementsAre("D2")) << "a second one";
}

TEST_F(MonitorCheckerTest, RefusesADownOfATargetThatLives) {
  checker_->on_down(0, 5, ExitReason::killed());
  EXPECT_THAT(broken(), ElementsAre("D2"));
}

TEST_F(MonitorCheckerTest, RefusesAnotherReasonThanTheTrueOne) {
  end_target(ExitReason::error("a"));
  checker_->on_down(0, 5, ExitReason::error("b"));
  EXPECT_THAT(broken(), ElementsAre("D2"));
}

TEST_F(MonitorCheckerTest, RefusesADownAfterItWasTakenBack) {
  checker_->on_monitor_removed(0, 5);
  checker_->on_down(0, 5, ExitReason::killed());
  EXPECT_THAT(broken(), ElementsAre("D2"));
}

TEST_F(MonitorCheckerTest, ALostLinkOwesADownWithinTheDetectionBound) {
  checker_->on_link_down(0, incarnation(1));
  checker_->look();
  EXPECT_THAT(broken(), IsEmpty());
  truth_->at += detection_bound(options_) + truth_->latency_max() + 1ms;
  checker_->look();
  EXPECT_THAT(broken(), ElementsAre("D3"));
  checker_->on_down(0, 5, ExitReason::noconnection());
  checker_->look();
  EXPECT_THAT(broken(), IsEmpty());
}

TEST_F(MonitorCheckerTest, TheDownOfALostLinkComesBeforeLaterMessagesOfThatPeer) {
  checker_->on_message(0, watcher_.process(), incarnation(1));
  EXPECT_THAT(broken(), IsEmpty());
  checker_->on_link_down(0, incarnation(1));
  checker_->on_message(0, watcher_.process(), incarnation(1));
  EXPECT_THAT(broken(), ElementsAre("D3"));
}

TEST_F(MonitorCheckerTest, DemandsInTheEndTheDownOfWhatHasEnded) {
  checker_->at_end();
  EXPECT_THAT(broken(), IsEmpty());
  end_target(ExitReason::killed());
  checker_->at_end();
  EXPECT_THAT(broken(), ElementsAre("D2"));
}

}  // namespace
}  // namespace noex::sim

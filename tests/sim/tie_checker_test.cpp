#include "noex/sim/check/tie_checker.h"

#include "tests/sim/checker_test.h"

namespace noex::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A process of node 0 is linked to one of node 1.
class TieCheckerTest : public CheckerTest {
 protected:
  void SetUp() override {
    CheckerTest::SetUp();
    checker_ = std::make_unique<TieChecker>(*truth_, tally_);
    near_ = probe(0);
    far_ = probe(1);
    truth_->at = Instant{1h};
    checker_->on_linked(0, near_.process(), far_);
    checker_->on_linked(1, far_.process(), near_);
  }
  void look_late() {
    truth_->at += detection_bound(options_) + truth_->latency_max() + 1ms;
    checker_->look();
  }

  std::unique_ptr<TieChecker> checker_;
  Ref near_;
  Ref far_;
};

TEST_F(TieCheckerTest, RefusesThatOneOutlivesTheAbnormalEndOfTheOther) {
  checker_->on_process_ended(1, far_.process(), ExitReason::killed());
  checker_->look();
  EXPECT_THAT(broken(), IsEmpty()) << "the news is on its way";
  look_late();
  EXPECT_THAT(broken(), ElementsAre("D4"));
}

TEST_F(TieCheckerTest, AllowsThatItEndsToo) {
  checker_->on_process_ended(1, far_.process(), ExitReason::killed());
  checker_->on_process_ended(0, near_.process(), ExitReason::killed());
  look_late();
  EXPECT_THAT(broken(), IsEmpty());
}

TEST_F(TieCheckerTest, AllowsThatItIsTold) {
  checker_->on_process_ended(1, far_.process(), ExitReason::killed());
  checker_->on_exit_told(0, near_.process(), far_);
  look_late();
  EXPECT_THAT(broken(), IsEmpty());
}

TEST_F(TieCheckerTest, ANormalEndOwesNothing) {
  checker_->on_process_ended(1, far_.process(), ExitReason::normal());
  look_late();
  EXPECT_THAT(broken(), IsEmpty());
}

TEST_F(TieCheckerTest, ALostLinkEndsBoth) {
  checker_->on_link_down(0, incarnation(1));
  look_late();
  EXPECT_THAT(broken(), ElementsAre("D4"));
}

TEST_F(TieCheckerTest, OneThatWasUndoneOwesNothing) {
  checker_->on_unlinked(0, near_.process(), far_);
  checker_->on_link_down(0, incarnation(1));
  look_late();
  EXPECT_THAT(broken(), IsEmpty());
}

// The link over which node 0 said that the two are tied has lasted.
TEST_F(TieCheckerTest, AnEndThatTheFarNodeShouldHoldIsOwedToo) {
  checker_ = std::make_unique<TieChecker>(*truth_, tally_);
  checker_->on_linked(0, near_.process(), far_);
  checker_->on_process_ended(0, near_.process(), ExitReason::killed());
  look_late();
  EXPECT_THAT(broken(), ElementsAre("D4"));
}

}  // namespace
}  // namespace noex::sim

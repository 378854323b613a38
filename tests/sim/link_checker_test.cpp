#include "noex/sim/check/link_checker.h"

#include "tests/sim/checker_test.h"

namespace noex::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Both ends of the one link heard, long ago, that it is up.
class LinkCheckerTest : public CheckerTest {
 protected:
  void SetUp() override {
    CheckerTest::SetUp();
    checker_ = std::make_unique<LinkChecker>(*truth_, tally_);
    truth_->at = Instant{1h};
    checker_->on_link_up(0, incarnation(1));
    checker_->on_link_up(1, incarnation(0));
    truth_->at += 1min;
  }
  // The truth that the checker is told knows nothing of it.
  void end_the_link() {
    fabric_.cut_both(0, 1);
    ASSERT_TRUE(fabric_.reset_connection(0, 1));
    run_for(1s);
  }
  void lose_both() {
    const Incarnation first = incarnation(0);
    const Incarnation second = incarnation(1);
    checker_->on_link_down(0, second);
    checker_->on_link_down(1, first);
  }

  std::unique_ptr<LinkChecker> checker_;
};

TEST_F(LinkCheckerTest, AllowsThatTheTwoAreLinkedAgain) {
  lose_both();
  truth_->at += 1h;
  checker_->look();
  EXPECT_THAT(broken(), IsEmpty());
}

TEST_F(LinkCheckerTest, RefusesThatTheTwoStayWithoutALink) {
  end_the_link();
  lose_both();
  checker_->look();
  EXPECT_THAT(broken(), IsEmpty()) << "a dial takes its time";
  truth_->at += 1h;
  checker_->look();
  EXPECT_THAT(broken(), ElementsAre("M5"));
}

TEST_F(LinkCheckerTest, AsksNothingIfOneEndLostItOnly) {
  end_the_link();
  checker_->on_link_down(0, incarnation(1));
  truth_->at += 1h;
  checker_->look();
  EXPECT_THAT(broken(), IsEmpty());
}

}  // namespace
}  // namespace noex::sim

// MembershipChecker: what it demands of nodes that start again and leave, said by hand.
#include "noex/sim/check/membership_checker.h"

#include <memory>

#include "tests/sim/checker_test.h"

namespace noex::sim {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// Node 1 starts for the second time, at once.
class MembershipCheckerTest : public CheckerTest {
 protected:
  void SetUp() override {
    CheckerTest::SetUp();
    checker_ = std::make_unique<MembershipChecker>(*truth_, tally_);
    for (const std::size_t index : {0U, 1U, 1U}) checker_->on_node_started(index);
    due_ = Instant{} + convergence_bound(options_) + truth_->latency_max();
  }
  Incarnation returned() { return node(1).incarnation(); }
  void look_at(Instant at) {
    truth_->at = at;
    checker_->look();
  }

  std::unique_ptr<MembershipChecker> checker_;
  Instant due_;
};

TEST_F(MembershipCheckerTest, DemandsThatANodeThatStartedAgainIsUpInTime) {
  look_at(due_);
  EXPECT_THAT(tally_.violations(), IsEmpty());
  look_at(due_ + 1ms);
  ASSERT_THAT(tally_.violations(), SizeIs(1));
  EXPECT_EQ(tally_.violations().front().property, property::m4);
}

TEST_F(MembershipCheckerTest, DemandsOfANodeThatLeavesThatItWasUpUntilThen) {
  truth_->at = due_ + 1ms;
  checker_->on_node_leaving(1);
  EXPECT_THAT(tally_.violations(), SizeIs(1));
}

// It may wait long for the last who has to hear of it, and runs meanwhile.
TEST_F(MembershipCheckerTest, DemandsNothingMoreOfANodeThatIsLeaving) {
  checker_->on_node_up(0, returned());
  truth_->at = due_ - 1ms;
  checker_->on_node_leaving(1);
  checker_->on_node_down(0, returned(), DownReason::graceful_shutdown);
  look_at(due_ + 1ms);
  EXPECT_THAT(tally_.violations(), IsEmpty());
}

}  // namespace
}  // namespace noex::sim

#include "noex/sim/check/order_checker.h"

#include "tests/sim/checker_test.h"

namespace noex::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Node 0 sends parcels to a process of node 1.
class OrderCheckerTest : public CheckerTest {
 protected:
  void SetUp() override {
    CheckerTest::SetUp();
    checker_ = std::make_unique<OrderChecker>(*truth_, tally_);
    to_ = probe(1);
  }
  void post(std::uint64_t number, bool owed = true) {
    checker_->on_posted(0, 9, to_, number, owed);
  }
  void come(std::uint64_t number) { checker_->on_came(9, to_, number); }

  std::unique_ptr<OrderChecker> checker_;
  Ref to_;
};

TEST_F(OrderCheckerTest, AllowsWhatComesInOrder) {
  for (const std::uint64_t number : {1U, 2U, 3U}) post(number);
  for (const std::uint64_t number : {1U, 2U, 3U}) come(number);
  checker_->at_end();
  EXPECT_THAT(broken(), IsEmpty());
  EXPECT_EQ(checker_->sender(9, to_), incarnation(0));
}

TEST_F(OrderCheckerTest, RefusesWhatComesTwiceOrAfterALaterOne) {
  post(1, false);
  post(2);
  come(2);
  EXPECT_THAT(broken(), IsEmpty());
  come(2);
  EXPECT_THAT(broken(), ElementsAre("D1"));
  come(1);
  EXPECT_THAT(broken(), ElementsAre("D1"));
}

TEST_F(OrderCheckerTest, RefusesAGapOfOneLink) {
  post(1);
  post(2);
  come(2);
  EXPECT_THAT(broken(), ElementsAre("D1"));
}

TEST_F(OrderCheckerTest, AllowsThatAnEndedLinkLosesWhatIsOnIt) {
  post(1);
  checker_->on_link_down(0, incarnation(1));
  post(2);
  come(2);
  checker_->at_end();
  EXPECT_THAT(broken(), IsEmpty());
}

TEST_F(OrderCheckerTest, AllowsAGapThatAFullMailboxMade) {
  post(1);
  post(2);
  checker_->on_refused(9, to_, 1);
  come(2);
  EXPECT_THAT(broken(), IsEmpty());
}

TEST_F(OrderCheckerTest, DemandsInTheEndWhatALinkThatLastsTook) {
  post(1, false);
  checker_->at_end();
  EXPECT_THAT(broken(), IsEmpty()) << "it was not promised";
  checker_->on_owed(9, to_, 1);
  checker_->at_end();
  EXPECT_THAT(broken(), ElementsAre("D1"));
}

}  // namespace
}  // namespace noex::sim

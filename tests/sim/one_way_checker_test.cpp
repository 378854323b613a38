#include "noex/sim/check/one_way_checker.h"

#include "tests/sim/checker_test.h"

namespace noex::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// From node 0 to node 1 nothing passes; node 2 reaches both.
class OneWayCheckerTest : public CheckerTest {
 protected:
  void SetUp() override {
    start(3);
    checker_ = std::make_unique<OneWayChecker>(*truth_, tally_);
    truth_->cuts = {{0, 1, Instant{1s}}};
    truth_->at = Instant{10s};
  }

  std::unique_ptr<OneWayChecker> checker_;
};

TEST_F(OneWayCheckerTest, AllowsThatOneGoesOnce) {
  checker_->on_node_down(1, 0);
  checker_->look();
  EXPECT_THAT(broken(), IsEmpty());
}

TEST_F(OneWayCheckerTest, RefusesThatOneGoesTwiceWhicheverSideSeesIt) {
  checker_->on_node_down(0, 1);
  checker_->on_node_down(1, 0);
  checker_->on_node_down(1, 0);
  checker_->look();
  EXPECT_THAT(broken(), ElementsAre("M6"));
}

TEST_F(OneWayCheckerTest, CountsEachCutByItself) {
  checker_->on_node_down(1, 0);
  truth_->cuts = {{0, 1, Instant{2s}}};
  checker_->on_node_down(1, 0);
  checker_->look();
  EXPECT_THAT(broken(), IsEmpty());
}

TEST_F(OneWayCheckerTest, AsksNothingWithoutAThirdOrOfAShortCut) {
  checker_->on_node_down(1, 0);
  checker_->on_node_down(1, 0);
  truth_->at = Instant{5s};
  checker_->look();
  EXPECT_THAT(broken(), IsEmpty());
  truth_->at = Instant{10s};
  crash(2);
  checker_->look();
  EXPECT_THAT(broken(), IsEmpty());
}

}  // namespace
}  // namespace noex::sim

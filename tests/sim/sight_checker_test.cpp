#include "noex/sim/check/sight_checker.h"

#include "tests/sim/checker_test.h"

namespace noex::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SightCheckerTest : public CheckerTest {
 protected:
  void SetUp() override {
    CheckerTest::SetUp();
    checker_ = std::make_unique<SightChecker>(*truth_, tally_);
  }

  std::unique_ptr<SightChecker> checker_;
};

TEST_F(SightCheckerTest, RefusesTheEndOfALinkThatWasNotUp) {
  checker_->on_link_up(0, incarnation(1));
  checker_->on_link_down(0, incarnation(1));
  EXPECT_THAT(broken(), IsEmpty());
  checker_->on_link_down(0, incarnation(1));
  EXPECT_THAT(broken(), ElementsAre("H2"));
}

TEST_F(SightCheckerTest, RefusesANodeDownWhileALinkStands) {
  checker_->on_node_down(0, incarnation(1));
  EXPECT_THAT(broken(), ElementsAre("H2")) << "the two are linked";
}

TEST_F(SightCheckerTest, NamesAreShownOfWhoIsToldUpAndOfNobodyElse) {
  checker_->on_node_up(0, incarnation(1));
  checker_->on_told(0, id(1), true);
  EXPECT_THAT(broken(), IsEmpty());
  checker_->on_told(0, id(1), false);
  EXPECT_THAT(broken(), ElementsAre("H2"));
}

}  // namespace
}  // namespace noex::sim

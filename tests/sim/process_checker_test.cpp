#include "noex/sim/check/process_checker.h"

#include "tests/sim/checker_test.h"

namespace noex::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Node 0 wants a process on node 1.
class ProcessCheckerTest : public CheckerTest {
 protected:
  void SetUp() override {
    CheckerTest::SetUp();
    truth_->at = world_.now();
    checker_ = std::make_unique<ProcessChecker>(*truth_, tally_);
    made_ = probe(1);
    checker_->on_spawned_for_other(1, made_.process());
  }

  std::unique_ptr<ProcessChecker> checker_;
  Ref made_;
};

TEST_F(ProcessCheckerTest, AllowsOneThatItsSpawnerKnowsAndConfirmed) {
  checker_->on_spawn_told(0, made_);
  checker_->on_spawn_confirmed(1, made_.process());
  checker_->at_end();
  EXPECT_THAT(broken(), IsEmpty());
}

TEST_F(ProcessCheckerTest, RefusesAnOrphanThatLives) {
  checker_->at_end();
  EXPECT_THAT(broken(), ElementsAre("P5"));
  in_turn(1, [this] { node(1).exit(made_, ExitReason::killed()); });
  checker_->at_end();
  EXPECT_THAT(broken(), IsEmpty());
}

TEST_F(ProcessCheckerTest, RefusesAConfirmationByWhoWasNotTold) {
  checker_->on_spawn_confirmed(1, made_.process());
  EXPECT_THAT(broken(), ElementsAre("P5"));
}

TEST_F(ProcessCheckerTest, RefusesThatOneIsTakenBackOfWhichItsSpawnerWasToldLongAgo) {
  truth_->at = Instant{1h};
  checker_->on_spawn_told(0, made_);
  checker_->on_spawn_taken_back(1, made_.process());
  EXPECT_THAT(broken(), IsEmpty()) << "his word may be on its way";
  truth_->at += 10s;
  checker_->on_spawn_taken_back(1, made_.process());
  EXPECT_THAT(broken(), ElementsAre("P5"));
}

}  // namespace
}  // namespace noex::sim

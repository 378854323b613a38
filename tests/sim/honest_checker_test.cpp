#include "noex/sim/check/honest_checker.h"

#include "tests/sim/checker_test.h"

namespace noex::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Node 0 blames node 1.
class HonestCheckerTest : public CheckerTest {
 protected:
  void SetUp() override {
    CheckerTest::SetUp();
    checker_ = std::make_unique<HonestChecker>(*truth_, tally_);
    for (const std::size_t index : {0U, 1U}) checker_->on_node_started(index);
    truth_->at = Instant{1h};
  }
  std::vector<std::string> blame(Blame::What what, Refusal refusal = Refusal::none, Boot boot = 0,
                                 const NodeId& found = {}) {
    Blame blame;
    blame.what = what;
    blame.peer = id(1);
    blame.boot = boot == 0 ? incarnation(1).boot : boot;
    blame.found = found;
    blame.refusal = refusal;
    checker_->on_peer_blamed(0, blame);
    return broken();
  }

  std::unique_ptr<HonestChecker> checker_;
};

TEST_F(HonestCheckerTest, NoHonestPeerIsMalformed) {
  EXPECT_THAT(blame(Blame::What::malformed), ElementsAre("H1"));
}

TEST_F(HonestCheckerTest, SilentIsOnlyWhoWasOutOfReach) {
  EXPECT_THAT(blame(Blame::What::silent), ElementsAre("H1"));
  EXPECT_THAT(blame(Blame::What::cutoff), ElementsAre("H1"));
  truth_->at = Instant{1s};
  EXPECT_THAT(blame(Blame::What::silent), IsEmpty()) << "it may not have been heard for so long";
  truth_->at = Instant{1h};
  crash(1);
  EXPECT_THAT(blame(Blame::What::silent, Refusal::none, 1), IsEmpty()) << "it runs no more";
}

TEST_F(HonestCheckerTest, ARefusalNamesWhatIsTrue) {
  EXPECT_THAT(blame(Blame::What::refused, Refusal::version), ElementsAre("H1"));
  EXPECT_THAT(blame(Blame::What::refused, Refusal::self), ElementsAre("H1"));
  EXPECT_THAT(blame(Blame::What::refused, Refusal::name_taken), ElementsAre("H1"));
  EXPECT_THAT(blame(Blame::What::refused, Refusal::leaving), IsEmpty()) << "it says nothing of it";
}

TEST_F(HonestCheckerTest, ABootIsTooLowOnlyBelowOneThatWasStarted) {
  EXPECT_THAT(blame(Blame::What::refused, Refusal::boot_too_low), ElementsAre("H1"));
  const Boot before = incarnation(1).boot - 1;
  EXPECT_THAT(blame(Blame::What::refused, Refusal::boot_too_low, before), IsEmpty());
}

TEST_F(HonestCheckerTest, OnlyWhoBeganToLeaveHasLeft) {
  EXPECT_THAT(blame(Blame::What::refused, Refusal::left), ElementsAre("H1"));
  checker_->on_node_leaving(1);
  EXPECT_THAT(blame(Blame::What::refused, Refusal::left), IsEmpty());
}

TEST_F(HonestCheckerTest, AStrangerIsAnotherNodeAtThatAddress) {
  EXPECT_THAT(blame(Blame::What::stranger, Refusal::none, 0, id(0)), ElementsAre("H1"));
}

}  // namespace
}  // namespace noex::sim

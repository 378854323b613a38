#include "noex/sim/check/version_checker.h"

#include "tests/sim/checker_test.h"

namespace noex::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class VersionCheckerTest : public CheckerTest {
 protected:
  void SetUp() override {
    CheckerTest::SetUp();
    checker_ = std::make_unique<VersionChecker>(*truth_, tally_);
    for (const std::size_t index : {0U, 1U}) checker_->on_node_started(index);
  }
  // Node `index` takes node 1 for that.
  void take(std::size_t index, std::uint64_t version, MemberStatus status) {
    checker_->on_member_changed(
        index, TableEntry{incarnation(1).id, incarnation(1).boot, version, status, {}});
  }

  std::unique_ptr<VersionChecker> checker_;
};

TEST_F(VersionCheckerTest, OnlyANodeItselfRaisesItsVersion) {
  take(0, 2, MemberStatus::alive);
  EXPECT_THAT(broken(), ElementsAre("M3"));
}

TEST_F(VersionCheckerTest, AllowsARefutationWithAHigherVersion) {
  take(0, 1, MemberStatus::alive);
  take(0, 1, MemberStatus::suspect);
  take(1, 2, MemberStatus::alive);
  take(0, 2, MemberStatus::alive);
  EXPECT_THAT(broken(), IsEmpty());
}

TEST_F(VersionCheckerTest, AliveDoesNotBeatSuspectOfTheSameVersion) {
  take(0, 1, MemberStatus::suspect);
  take(0, 1, MemberStatus::alive);
  EXPECT_THAT(broken(), ElementsAre("M3"));
}

TEST_F(VersionCheckerTest, ANodeRepeatsNoVersionOfItself) {
  take(1, 2, MemberStatus::alive);
  take(1, 2, MemberStatus::alive);
  EXPECT_THAT(broken(), ElementsAre("M3"));
}

TEST_F(VersionCheckerTest, TablesAreEqualInTheEnd) {
  checker_->on_member_changed(
      1, TableEntry{incarnation(0).id, incarnation(0).boot, 1, MemberStatus::alive, {}});
  take(0, 1, MemberStatus::alive);
  checker_->at_end({0, 1});
  EXPECT_THAT(broken(), IsEmpty());
  take(0, 1, MemberStatus::suspect);
  checker_->at_end({0, 1});
  EXPECT_THAT(broken(), ElementsAre("M5"));
}

}  // namespace
}  // namespace noex::sim

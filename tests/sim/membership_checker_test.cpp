// MembershipChecker: what it demands of nodes that start again and leave, said by hand.
#include "noex/sim/check/membership_checker.h"

#include <memory>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "noex/sim/check/runtime_properties.h"
#include "tests/runtime/node_harness.h"

namespace noex::sim {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// Two nodes that nothing has troubled since `now` was zero.
class CalmTruth final : public Truth {
 public:
  explicit CalmTruth(const std::vector<std::unique_ptr<Node>>& nodes) : nodes_(nodes) {
    for (const auto& node : nodes_) ids_.push_back(node->incarnation().id);
  }
  std::size_t nodes() const override { return nodes_.size(); }
  std::size_t machine(std::size_t index) const override { return index; }
  std::size_t on_machine(std::size_t machine) const override { return machine; }
  Instant now() const override { return at; }
  const Node* node(std::size_t index) const override { return nodes_[index].get(); }
  const NodeId& id(std::size_t index) const override { return ids_[index]; }
  const std::vector<NodeId>& seeds(std::size_t) const override { return ids_; }
  Instant undisturbed_since(std::size_t, std::size_t) const override { return {}; }
  Instant heard_since(std::size_t, std::size_t, Duration) const override { return {}; }
  bool calm_so_far() const override { return false; }
  std::vector<Cut> one_way_cuts() const override { return {}; }
  Duration latency_max() const override { return 1ms; }
  Duration clock_slack(Duration) const override { return {}; }

  Instant at{};

 private:
  const std::vector<std::unique_ptr<Node>>& nodes_;
  std::vector<NodeId> ids_;
};

// Node 1 starts for the second time, at once.
class MembershipCheckerTest : public tests::NodeTest {
 protected:
  void SetUp() override {
    start_all(2);
    truth_ = std::make_unique<CalmTruth>(nodes_);
    checker_ = std::make_unique<MembershipChecker>(*truth_, tally_);
    for (const std::size_t index : {0U, 1U, 1U}) checker_->on_node_started(index);
    due_ = Instant{} + convergence_bound(options_) + truth_->latency_max();
  }
  Incarnation returned() { return node(1).incarnation(); }
  void look_at(Instant at) {
    truth_->at = at;
    checker_->look();
  }

  const PropertyTable table_{{runtime_properties.begin(), runtime_properties.end()}};
  Tally tally_{table_};
  std::unique_ptr<CalmTruth> truth_;
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

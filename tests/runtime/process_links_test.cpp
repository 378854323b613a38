#include "noex/runtime/remote/process_links.h"

#include <gmock/gmock.h>

#include "tests/runtime/partner.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class LinkedTo : public PartnersTest, public ::testing::WithParamInterface<std::uint32_t> {
 protected:
  // One on node 0, linked to one on the node of the parameter.
  void make(std::string how_near = {}, std::string how_far = {}) {
    start_partners(2);
    near_ = partner(0, std::move(how_near));
    far_ = partner(GetParam(), std::move(how_far));
    tie(near_, far_);
  }
  Ref near_;
  Ref far_;
};
INSTANTIATE_TEST_SUITE_P(LocalAndRemote, LinkedTo, ::testing::Values(0, 1));

TEST_P(LinkedTo, EndsWithItWhenItFails) {
  make();
  tell<End>(far_, ExitReason::error("broken"));
  EXPECT_FALSE(lives(near_));
  EXPECT_EQ(links(), 0u);
}

TEST_P(LinkedTo, IsSymmetric) {
  make("", "trap");
  tell<End>(near_, ExitReason::error("broken"));
  EXPECT_THAT(seen(far_), ElementsAre(saw(near_, "error: broken")));
  EXPECT_EQ(links(), 0u);
}

TEST_P(LinkedTo, OutlivesItsNormalEnd) {
  make();
  tell<End>(far_, ExitReason::normal());
  EXPECT_TRUE(lives(near_));
  EXPECT_EQ(links(), 0u);
}

TEST_P(LinkedTo, IsToldOfANormalEndIfItTraps) {
  make("trap");
  tell<End>(far_, ExitReason::normal());
  EXPECT_THAT(seen(near_), ElementsAre(saw(far_, "normal")));
}

TEST_P(LinkedTo, IsKilledButItsPartnerMayTrapThat) {
  make("trap", "trap");
  in_turn(0, [&] { node(0).exit(through(0, far_), ExitReason::killed()); });
  run_for(100ms);
  EXPECT_FALSE(lives(far_));
  EXPECT_THAT(seen(near_), ElementsAre(saw(far_, "killed")));
}

TEST_P(LinkedTo, StopsTrappingWhenItWants) {
  make("trap");
  tell<Trap>(near_, false);
  tell<End>(far_, ExitReason::error("broken"));
  EXPECT_FALSE(lives(near_));
}

TEST_P(LinkedTo, NobodyOnceItUnlinks) {
  make();
  tell<Untie>(near_, far_);
  EXPECT_EQ(links(), 0u);
  tell<End>(far_, ExitReason::error("broken"));
  EXPECT_TRUE(lives(near_));
}

TEST_P(LinkedTo, NobodyOnceTheOtherUnlinks) {
  make();
  tell<Untie>(far_, near_);
  EXPECT_EQ(links(), 0u);
  tell<End>(near_, ExitReason::error("broken"));
  EXPECT_TRUE(lives(far_));
}

TEST_P(LinkedTo, OnceHoweverOftenItLinks) {
  make("trap");
  tie(near_, far_);
  tie(far_, near_);
  tell<End>(far_, ExitReason::error("broken"));
  EXPECT_THAT(seen(near_), ElementsAre(saw(far_, "error: broken")));
}

TEST_P(LinkedTo, ADeadProcessMeansNoproc) {
  make("trap");
  tell<Untie>(near_, far_);
  in_turn(0, [&] { node(0).exit(through(0, far_), ExitReason::killed()); });
  run_for(100ms);
  tie(near_, far_);
  EXPECT_THAT(seen(near_), ElementsAre(saw(far_, "noproc")));
  EXPECT_EQ(links(), 0u);
}

// The Exit waits behind the Untie, in the mailbox of a process that is busy.
TEST_P(LinkedTo, IsNotToldOnceItHasUnlinked) {
  make("trap");
  in_turn(0, [&] {
    ASSERT_TRUE(node(0).run([](Ref to) -> task<void> {
      (void)co_await to.call<Slow>(Duration(1s));
    }(through(0, near_))));
  });
  tell<Untie>(near_, far_);
  tell<End>(far_, ExitReason::error("broken"));
  run_for(2s);
  EXPECT_THAT(seen(near_), IsEmpty());
  EXPECT_EQ(links(), 0u);
}

TEST_P(LinkedTo, AsksItToEndWithAReason) {
  make("", "trap");
  tell<Untie>(near_, far_);
  tell<EndOther>(near_, far_, ExitReason::shutdown());
  EXPECT_THAT(seen(far_), ElementsAre(saw(near_, "shutdown")));
  tell<EndOther>(near_, far_, ExitReason::killed());
  EXPECT_FALSE(lives(far_));
  EXPECT_TRUE(lives(near_));
}

TEST_P(LinkedTo, ByItsSpawnFromTheStart) {
  start_partners(2);
  const Ref parent = partner(0);
  const Result<Ref> child = call<SpawnTied>(0, parent, id(GetParam()), "");
  ASSERT_TRUE(child);
  tell<End>(*child, ExitReason::error("broken"));
  EXPECT_FALSE(lives(parent));
}

TEST_P(LinkedTo, AChildThatItSpawnedEndsWithIt) {
  start_partners(2);
  const Ref parent = partner(0);
  const Result<Ref> child = call<SpawnTied>(0, parent, id(GetParam()), "");
  ASSERT_TRUE(child);
  tell<End>(parent, ExitReason::error("broken"));
  EXPECT_FALSE(lives(*child));
}

TEST_P(LinkedTo, NobodyAfterASpawnThatFailed) {
  start_partners(2);
  const Ref parent = partner(0);
  const Result<Ref> child = call<SpawnTied>(0, parent, id(GetParam()), "refuse");
  ASSERT_FALSE(child);
  // The parent's handler passes on why, so that its own call was rejected.
  EXPECT_EQ(child.error().code, ErrorCode::rejected);
  EXPECT_THAT(child.error().detail, testing::StartsWith(describe(ErrorCode::init_failed)));
  EXPECT_TRUE(lives(parent));
  EXPECT_EQ(links(), 0u);
}

using ProcessLinks = PartnersTest;

TEST_F(ProcessLinks, AreLostWithTheLinkOnBothSides) {
  start_partners(2);
  const Ref near = partner(0, "trap");
  const Ref far = partner(1, "trap");
  tie(near, far);
  fabric_.cut_both(0, 1);
  run_for(detection_bound(options_));
  EXPECT_THAT(seen(near), ElementsAre(saw(far, "noconnection")));
  EXPECT_THAT(seen(far), ElementsAre(saw(near, "noconnection")));
  EXPECT_EQ(links(), 0u);
  tie(near, far);
  EXPECT_EQ(seen(near).size(), 2u) << "linking without a link says so at once";
}

TEST_F(ProcessLinks, EndThoseOfACrashedNodesProcesses) {
  start_partners(3);
  const Ref first = partner(0);
  const Ref second = partner(1);
  const Ref third = partner(2);
  tie(first, second);
  tie(third, first);
  crash(1);
  run_for(detection_bound(options_));
  EXPECT_FALSE(lives(first));
  EXPECT_FALSE(lives(third)) << "noconnection goes on along the links";
  EXPECT_EQ(links(), 0u);
}

TEST_F(ProcessLinks, AgreeAfterLinkAndUnlinkCrossEachOther) {
  start_partners(2);
  const Ref near = partner(0, "trap");
  const Ref far = partner(1, "trap");
  for (int round = 0; round < 20; ++round) {
    // Both sides act in the same instant, before either hears of the other.
    for (const auto& [index, self, other] :
         {std::tuple(0u, near, far), std::tuple(1u, far, near)}) {
      fabric_.machine(index).host()->loop().give(sim::EventKind::task, [&, index, self, other] {
        const Ref ref = through(index, self);
        if ((round + index) % 2 == 0) (void)ref.cast<Untie>(other);
        (void)ref.cast<Tie>(other);
        if (round % 3 == 0) (void)ref.cast<Untie>(other);
        if (round % 5 == 0) (void)ref.cast<Tie>(other);
      });
    }
    run_for(1s);
    EXPECT_EQ(node(0).audit().process_links, node(1).audit().process_links) << round;
  }
}

TEST_F(ProcessLinks, FormChainsThatNeedNoDeepStack) {
  start_partners(1);
  constexpr int length = 20'000;
  std::vector<Ref> chain;
  in_turn(0, [&] {
    for (int i = 0; i < length; ++i) {
      chain.push_back(node(0).spawn_local<Partner>(std::string()).value());
      if (i > 0) (void)chain[i].cast<Tie>(chain[i - 1]);
    }
  });
  run_for(1s);
  EXPECT_EQ(links(), length - 1u);
  tell<End>(chain[length / 2], ExitReason::error("broken"));
  EXPECT_EQ(node(0).process_count(), 0u);
  EXPECT_EQ(links(), 0u);
}

TEST_F(ProcessLinks, BeyondTheirBoundFailAtOnce) {
  options_.watches_per_link_max = 2;
  start_partners(2);
  const Ref near = partner(0, "trap");
  std::vector<Ref> far;
  for (int i = 0; i < 3; ++i) far.push_back(partner(1));
  for (const Ref& each : far) tie(near, each);
  EXPECT_THAT(seen(near), ElementsAre(saw(far[2], "error: watches_per_link_max")));
  EXPECT_EQ(node(0).audit().process_links, 2u);
  tell<Untie>(near, far[0]);
  tie(near, far[2]);
  EXPECT_EQ(seen(near).size(), 1u);
  EXPECT_EQ(node(0).audit().process_links, 2u) << "the link between the nodes stands";
}

TEST_F(ProcessLinks, LeaveNothingBehindWhenANodeLeaves) {
  start_partners(2);
  const Ref near = partner(0, "trap");
  const Ref far = partner(1, "trap");
  tie(near, far);
  const Ref child = call<SpawnTied>(0, near, id(1), "trap").value();
  in_turn(1, [&] {
    ASSERT_TRUE(node(1).run([](Ref to) -> task<void> {
      (void)co_await to.call<Slow>(Duration(3s));
    }(through(1, near))));
  });
  run_for(500ms);
  EXPECT_FALSE(node(0).audit().empty());
  bool left = false;
  in_turn(1, [&] { node(1).leave([&] { left = true; }); });
  run_for(1s);
  EXPECT_TRUE(left);
  EXPECT_TRUE(node(1).audit().empty()) << node(1).audit().text();
  EXPECT_THAT(seen(near), UnorderedElementsAre(saw(far, "shutdown"), saw(child, "shutdown")));
  EXPECT_EQ(links(), 0u);
}

}  // namespace
}  // namespace noex::tests

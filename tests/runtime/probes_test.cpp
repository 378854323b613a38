#include "noex/runtime/membership/probes.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/membership_parts.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ProbesTest : public testing::Test, protected MembershipParts {
 protected:
  // Its number, and whom it asks.
  std::pair<std::uint64_t, std::set<NodeId>> start(const MemberRecord& target) {
    take();
    EXPECT_TRUE(probes.start(target, now + 1s));
    std::set<NodeId> asked;
    std::uint64_t number = 0;
    for (const auto& sent : take<SendPingRequest>()) {
      EXPECT_EQ(sent.request.target, target.incarnation());
      number = sent.request.number;
      asked.insert(sent.to);
    }
    return {number, asked};
  }
};

TEST_F(ProbesTest, NobodyIsThereToAsk) {
  MemberRecord& target = link(alive(ann, 7));
  link(alive(bob, 5)).probed = true;
  take();
  EXPECT_FALSE(probes.start(target, now + 1s)) << "who is silent itself is not asked";
  EXPECT_THAT(take(), IsEmpty());
  EXPECT_FALSE(probes.is_under_way(ann));
}

TEST_F(ProbesTest, AFewAreAskedOutOfMany) {
  MemberRecord& target = add(alive(ann, 7));
  for (int i = 1; i <= 20; ++i) link(alive(numbered(i), 1));
  std::set<NodeId> ever;
  for (int i = 0; i < 50; ++i) {
    const auto asked = start(target).second;
    EXPECT_EQ(asked.size(), probe_relays_max);
    ever.insert(asked.begin(), asked.end());
  }
  EXPECT_GT(ever.size(), 10U) << "not always the same";
}

TEST_F(ProbesTest, InALargeClusterThoseAreAskedFirstWhoWatchTheTarget) {
  MemberRecord& target = add(alive(ann, 7));
  for (int i = 1; i <= 60; ++i) link(alive(numbered(i), 1));
  ASSERT_FALSE(overlay.is_mesh());
  std::set<NodeId> watchers;
  for (const MemberIndex index : overlay.neighbours_of(ann)) watchers.insert(table.at(index).id());
  for (const NodeId& asked : start(target).second) EXPECT_TRUE(watchers.contains(asked));
}

TEST_F(ProbesTest, OnePongIsProofOfLife) {
  MemberRecord& target = add(alive(ann, 7));
  for (int i = 1; i <= 2; ++i) link(alive(numbered(i), 1));
  const std::uint64_t number = start(target).first;
  EXPECT_EQ(probes.on_pong(bob, number), std::nullopt) << "it was not asked";
  EXPECT_EQ(probes.on_pong(numbered(1), number + 1), std::nullopt) << "nor that";
  EXPECT_EQ(probes.on_pong(numbered(1), number), (Incarnation{ann, 7}));
  EXPECT_EQ(probes.on_pong(numbered(2), number), std::nullopt) << "known already";
  const auto ended = probes.due(now + 1s);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_TRUE(ended[0].alive);
  EXPECT_FALSE(ended[0].unanswered);
  EXPECT_EQ(ended[0].asked, 2U);
}

TEST_F(ProbesTest, NackIsAnAnswerAndNoSignOfLife) {
  MemberRecord& target = add(alive(ann, 7));
  link(alive(bob, 5));
  probes.on_nack(bob, start(target).first);
  const auto ended = probes.end(ann);
  ASSERT_TRUE(ended);
  EXPECT_FALSE(ended->alive);
  EXPECT_FALSE(ended->unanswered);
  start(target);
  EXPECT_TRUE(probes.end(ann)->unanswered);
  EXPECT_FALSE(probes.end(ann)) << "it is over";
}

TEST_F(ProbesTest, EndInTheirTime) {
  link(alive(bob, 5));
  const MemberRecord& first = add(alive(ann, 7));
  const MemberRecord& second = add(alive(numbered(1), 1));
  EXPECT_EQ(probes.next_deadline(), Instant::max());
  probes.start(second, now + 2s);
  probes.start(first, now + 1s);
  EXPECT_EQ(probes.next_deadline(), now + 1s);
  EXPECT_THAT(probes.due(now + 1s - 1ns), IsEmpty());
  EXPECT_EQ(probes.due(now + 1s).size(), 1U);
  EXPECT_TRUE(probes.is_under_way(second.id()) && !probes.is_under_way(first.id()));
  probes.forget_all();
  EXPECT_EQ(probes.next_deadline(), Instant::max());
}

}  // namespace
}  // namespace noex

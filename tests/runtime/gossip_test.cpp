#include "noex/runtime/membership/gossip.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/membership_scene.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class GossipTest : public testing::Test {
 protected:
  std::vector<Rumour> told(const NodeId& peer) {
    return gossip_.rumours_for(
        peer, [this](const NodeId& id) -> const TableEntry& { return entries_.at(id); });
  }

  const NodeId eve_{"eve", "10.0.0.4", 1};
  std::map<NodeId, TableEntry> entries_{{eve_, alive(eve_, 3)}, {bob, alive(bob, 5)}};
  Gossip gossip_;
};

TEST_F(GossipTest, IsForAllButWhoToldIt) {
  gossip_.add(eve_, ann, std::nullopt, Instant{1s});
  EXPECT_THAT(told(ann), IsEmpty());
  EXPECT_THAT(told(bob), ElementsAre(Rumour{alive(eve_, 3), std::nullopt}));
}

TEST_F(GossipTest, WhatTwoToldIsForBoth) {
  gossip_.add(eve_, ann, std::nullopt, Instant{1s});
  gossip_.add(eve_, bob, std::nullopt, Instant{1s});
  EXPECT_EQ(told(ann).size(), 1U);
  EXPECT_EQ(told(bob).size(), 1U);
}

TEST_F(GossipTest, SeveralChangesTravelAsOneTheLast) {
  gossip_.add(eve_, NodeId(), std::nullopt, Instant{1s});
  gossip_.add(eve_, NodeId(), std::nullopt, Instant{1s});
  entries_[eve_] = alive(eve_, 4);
  EXPECT_THAT(told(ann), ElementsAre(Rumour{alive(eve_, 4), std::nullopt}));
}

TEST_F(GossipTest, SuspectIsToldOnceForEachAccuser) {
  gossip_.add(eve_, NodeId(), self_id, Instant{1s});
  gossip_.add(eve_, NodeId(), bob, Instant{1s});
  gossip_.add(eve_, NodeId(), bob, Instant{1s});
  entries_[eve_] = suspect(eve_, 3);
  EXPECT_THAT(told(ann),
              ElementsAre(Rumour{suspect(eve_, 3), self_id}, Rumour{suspect(eve_, 3), bob}));
  entries_[eve_] = alive(eve_, 3, 2);
  EXPECT_EQ(told(ann).size(), 1U) << "nobody accuses it any more";
}

TEST_F(GossipTest, LeavesWithWhatLeavesFirst) {
  EXPECT_EQ(gossip_.due(), Instant::max());
  gossip_.add(eve_, ann, std::nullopt, Instant{2s});
  gossip_.add(bob, ann, std::nullopt, Instant{1s});
  EXPECT_EQ(gossip_.due(), Instant{1s});
  gossip_.clear();
  EXPECT_EQ(gossip_.due(), Instant::max());
  gossip_.add(eve_, ann, std::nullopt, Instant{3s});
  EXPECT_EQ(gossip_.due(), Instant{3s});
}

TEST_F(GossipTest, ForgetsWhoIsForgotten) {
  gossip_.add(eve_, ann, std::nullopt, Instant{1s});
  EXPECT_TRUE(gossip_.tells_of(eve_));
  gossip_.forget(eve_);
  EXPECT_TRUE(gossip_.empty());
  EXPECT_FALSE(gossip_.tells_of(eve_));
}

}  // namespace
}  // namespace noex

// Links that are opened when needed: to all who are up, and mostly in clusters beyond the mesh,
// where they are given up when idle.
#include "noex/runtime/cluster/idle_links.h"

#include <algorithm>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/cluster_harness.h"

namespace noex {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

// Sixteen nodes of which at most two may form a mesh; everybody knows everybody's names.
class ClusterDemand : public testing::Test {
 protected:
  ClusterDemand() {
    world_.options.mesh_max = 2;
    world_.names_travel = true;
    for (int i = 0; i < nodes; ++i)
      world_.start(i, i == 0 ? std::vector<int>{} : std::vector<int>{0});
    world_.run(20s);
    for (int i = 0; i < nodes; ++i) {
      EXPECT_EQ(std::ranges::count(world_.view(i), ' '), nodes - 2) << world_.view(i);
      world_[i].take_events();
    }
    find_strangers();
  }

  // Two that are up for each other, not linked, and should not be.
  void find_strangers() {
    for (one_ = 1; one_ < nodes; ++one_) {
      for (const Member& member : world_[one_].cluster().members()) {
        if (member.linked || member.wanted) continue;
        for (two_ = 1; two_ < nodes; ++two_) {
          if (world_.id(two_) == member.incarnation.id) return;
        }
      }
    }
    FAIL() << "everybody is linked";
  }
  Link* open() { return world_[one_].cluster().open(world_.id(two_)); }
  std::string name_of(int i) { return world_.id(i).name(); }
  bool linked(int i, int other) {
    const auto members = world_[i].cluster().members();
    return std::ranges::any_of(members, [&](const Member& member) {
      return member.linked && member.incarnation.id == world_.id(other);
    });
  }

  static constexpr int nodes = 16;
  ClusterWorld world_{nodes};
  int one_ = 0;
  int two_ = 0;
};

TEST_F(ClusterDemand, LinkIsThereAtOnceAndKeepsTheOrder) {
  world_.turn(one_, [&] {
    Link* link = open();
    ASSERT_NE(link, nullptr);
    EXPECT_THAT(world_[one_].events, IsEmpty()) << "told later";
    EXPECT_EQ(open(), link);
    EXPECT_EQ(world_[one_].cluster().find(world_.id(two_)), link);
    EXPECT_EQ(world_[one_].cluster().open(world_.id(two_), 1), nullptr) << "another boot";
    for (int i = 0; i < 100; ++i) {
      const std::string message = fmt::format("{}", i);
      if (i % 2 == 0) {
        ASSERT_TRUE(link->send(message).has_value());
      } else {
        link->send_signal(message);
      }
    }
    EXPECT_GT(link->queued_bytes(), 100U);
    EXPECT_EQ(link->send("").error().code, ErrorCode::invalid_argument);
    const std::string large(world_.options.message_bytes_max + 1, 'x');
    EXPECT_EQ(link->send(large).error().code, ErrorCode::too_large);
  });
  world_.run(1s);
  ASSERT_EQ(world_[two_].messages.size(), 100U);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(world_[two_].messages[static_cast<std::size_t>(i)], fmt::format("{}", i));
  }
  EXPECT_THAT(world_[two_].take_events(), ElementsAre("link_up " + name_of(one_)));
  EXPECT_THAT(world_[one_].take_events(), ElementsAre("link_up " + name_of(two_)));
}

// After a cut others tell us who is up, before we have dialled him.
TEST(ClusterHearsay, WhoIsUpCanBeReached) {
  int unlinked = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    ClusterWorld world(4, seed);
    world.names_travel = true;
    world.start_all();
    for (const std::uint32_t other : {1U, 2U, 3U}) world.fabric.cut_both(0, other);
    world.run(30s);
    ASSERT_EQ(world.view(0), "");
    world[0].hook = [&](const std::string& event) {
      for (const int other : {1, 2, 3}) {
        if (event != "up " + world.id(other).name()) continue;
        for (const Member& member : world[0].cluster().members()) {
          if (member.incarnation.id == world.id(other) && !member.linked) ++unlinked;
        }
        Link* link = world[0].cluster().open(world.id(other));
        ASSERT_NE(link, nullptr);
        EXPECT_TRUE(link->send("hello").has_value());
      }
    };
    world.fabric.heal_all();
    world.run(convergence_bound(world.options));
    for (const int other : {1, 2, 3}) EXPECT_THAT(world[other].messages, ElementsAre("hello"));
  }
  EXPECT_GT(unlinked, 0) << "nobody was up by hearsay";
}

TEST_F(ClusterDemand, BothMayOpenItAtOnce) {
  for (const int i : {one_, two_}) {
    world_.turn(i, [this, i] {
      Link* link = world_[i].cluster().open(world_.id(i == one_ ? two_ : one_));
      ASSERT_NE(link, nullptr);
      ASSERT_TRUE(link->send("hello").has_value());
    });
  }
  world_.run(2s);
  EXPECT_THAT(world_[one_].messages, ElementsAre("hello"));
  EXPECT_THAT(world_[two_].messages, ElementsAre("hello"));
  EXPECT_THAT(world_[one_].take_events(), ElementsAre("link_up " + name_of(two_)));
  EXPECT_THAT(world_[two_].take_events(), ElementsAre("link_up " + name_of(one_)));
}

TEST_F(ClusterDemand, WhatIsQueuedIsBounded) {
  world_.turn(one_, [&] {
    Link* link = open();
    const std::string message(100'000, 'x');
    while (link->send(message).has_value()) {
    }
    EXPECT_GT(link->queued_bytes(), world_.options.queue_bytes_hard);
    EXPECT_EQ(link->send("one more").error().code, ErrorCode::overloaded);
    for (int i = 0; i < 400; ++i) link->send_signal(message);
    EXPECT_LT(link->queued_bytes(), world_.options.queue_bytes_cutoff + 200'000);
  });
  world_.run(3s);
  EXPECT_THAT(world_[one_].take_events(),
              ElementsAre("link_up " + name_of(two_), "link_down " + name_of(two_)))
      << "too much came for it";
  EXPECT_GE(world_[one_].cluster().overload_refusals(), 2U);
}

TEST_F(ClusterDemand, NobodyThereIsTheLinksEnd) {
  world_.machine(two_).power_off();
  world_[two_].destroy();
  world_.turn(one_, [&] { ASSERT_NE(open(), nullptr); });
  world_.run(2 * world_.options.dial_timeout);
  EXPECT_THAT(world_[one_].take_events(),
              ElementsAre("link_up " + name_of(two_), "link_down " + name_of(two_)));
  world_.run(detection_bound(world_.options));
  EXPECT_THAT(world_[one_].take_events(), Contains("down(heartbeat_timeout) " + name_of(two_)));
  world_.turn(one_, [&] { EXPECT_EQ(open(), nullptr) << "it is down"; });
  world_.run(1s);
}

TEST_F(ClusterDemand, WhoLeavesWaitsForTheLinkThatOpens) {
  bool done = false;
  world_.turn(one_, [&] {
    ASSERT_TRUE(open()->send("farewell").has_value());
    world_[one_].cluster().leave([&done] { done = true; });
  });
  world_.run(world_.options.leave_timeout / 2);
  EXPECT_TRUE(done);
  EXPECT_THAT(world_[two_].messages, ElementsAre("farewell"));
  EXPECT_THAT(world_[two_].take_events(),
              ElementsAre("link_up " + name_of(one_), "link_down " + name_of(one_),
                          "down(graceful_shutdown) " + name_of(one_)));
  const std::vector<std::string> events = world_[one_].take_events();
  EXPECT_THAT(events, Contains("link_up " + name_of(two_)).Times(1));
  EXPECT_THAT(events, Contains("link_down " + name_of(two_)).Times(1));
}

TEST_F(ClusterDemand, WhoLeavesWaitsNoLongerThanForAnAcknowledgement) {
  world_.machine(two_).power_off();
  world_[two_].destroy();
  bool done = false;
  world_.turn(one_, [&] {
    ASSERT_TRUE(open()->send("farewell").has_value());
    world_[one_].cluster().leave([&done] { done = true; });
  });
  world_.run(world_.options.leave_timeout / 2);
  EXPECT_FALSE(done);
  world_.run(world_.options.leave_timeout / 2 + 1ms);
  EXPECT_TRUE(done);
  EXPECT_THAT(world_[one_].take_events(), Contains("link_down " + name_of(two_)).Times(1));
}

TEST_F(ClusterDemand, LinkIsDownBeforeTheNode) {
  world_.crash(two_);
  world_.turn(one_, [&] { ASSERT_NE(open(), nullptr); });
  world_.run(1s);
  EXPECT_THAT(world_[one_].take_events(),
              ElementsAre("link_up " + name_of(two_), "link_down " + name_of(two_),
                          testing::StartsWith("down(")));
}

// One thing is told after the other, whatever is done inside.
TEST_F(ClusterDemand, WhatIsOpenedInsideAnEventIsToldAfterIt) {
  world_.turn(one_, [&] { ASSERT_NE(open(), nullptr); });
  world_.run(1s);
  world_[one_].take_events();
  int opened = 0;
  world_[one_].hook = [&](const std::string& event) {
    if (event != "link_down " + name_of(two_) || opened++ > 0) return;
    const std::size_t told = world_[one_].events.size();
    Link* link = open();
    ASSERT_NE(link, nullptr);
    EXPECT_TRUE(link->send("hello again").has_value());
    EXPECT_EQ(world_[one_].events.size(), told);
  };
  const auto index = [](int i) { return static_cast<std::uint32_t>(i); };
  EXPECT_TRUE(world_.fabric.reset_connection(index(one_), index(two_)));
  world_.run(2s);
  EXPECT_EQ(opened, 1);
  EXPECT_THAT(world_[one_].take_events(),
              ElementsAre("link_down " + name_of(two_), "link_up " + name_of(two_)));
  EXPECT_THAT(world_[two_].messages, ElementsAre("hello again"));
  EXPECT_THAT(world_[two_].log.warnings, IsEmpty());
}

// Whoever opens a link in whatever he is told finds none to a node whose end is known.
class ClusterDemandAtTheEnd : public ClusterDemand {
 protected:
  ClusterDemandAtTheEnd() {
    world_[one_].hook = [this](const std::string& event) {
      const bool is_down = event.starts_with("down(") && event.ends_with(" " + name_of(two_));
      if (event == "link_up " + name_of(two_)) ++links_;
      if (event == "link_down " + name_of(two_)) --links_;
      down_ |= is_down;
      EXPECT_TRUE(links_ == 0 || !is_down);
      EXPECT_TRUE(open() == nullptr || !down_);
    };
    world_.turn(one_, [&] { EXPECT_NE(open(), nullptr); });
  }
  ~ClusterDemandAtTheEnd() override {
    world_.run(20s);
    EXPECT_TRUE(down_);
    EXPECT_EQ(links_, 0);
    world_[one_].hook = nullptr;
  }

  int links_ = 0;
  bool down_ = false;
};

TEST_F(ClusterDemandAtTheEnd, NobodyOpensALinkToWhoCrashed) {
  world_.crash(two_);
}

TEST_F(ClusterDemandAtTheEnd, NobodyOpensALinkToWhoLeft) {
  world_.run(1s);
  world_.turn(two_, [&] { world_[two_].cluster().leave([] {}); });
}

TEST_F(ClusterDemand, IdleLinkIsGivenUpWithoutAWord) {
  world_.turn(one_, [&] { ASSERT_TRUE(open()->send("hello").has_value()); });
  world_.run(world_.options.link_idle_timeout);
  EXPECT_TRUE(linked(one_, two_));
  world_.run(world_.options.link_idle_timeout);
  EXPECT_FALSE(linked(one_, two_));
  for (const auto& [here, there] : {std::pair(one_, two_), std::pair(two_, one_)}) {
    const auto events = world_[here].take_events();
    EXPECT_THAT(events, Contains("link_up " + name_of(there)).Times(1));
    EXPECT_THAT(events, Contains("link_down " + name_of(there)).Times(1));
    EXPECT_THAT(events, Not(Contains(testing::StartsWith("down("))));
  }
  EXPECT_THAT(world_[one_].log.warnings, IsEmpty());
  world_.run(60s);
  EXPECT_THAT(world_[one_].take_events(), IsEmpty()) << "nobody redials";
  // And it opens again.
  world_.turn(one_, [&] { ASSERT_TRUE(open()->send("again").has_value()); });
  world_.run(1s);
  EXPECT_THAT(world_[two_].messages, ElementsAre("hello", "again"));
}

TEST_F(ClusterDemand, LinkInUseStaysOnWhicheverSide) {
  for (const int user : {one_, two_}) {
    world_[user].in_use = true;
    world_.turn(one_, [&] { ASSERT_NE(open(), nullptr); });
    world_.run(4 * world_.options.link_idle_timeout);
    EXPECT_TRUE(linked(one_, two_));
    EXPECT_THAT(world_[one_].take_events(), Not(Contains(testing::HasSubstr("down"))));
    world_[user].in_use = false;
    world_.run(3 * world_.options.link_idle_timeout);
    EXPECT_FALSE(linked(one_, two_));
    world_[one_].take_events();
  }
}

// Data that is sent at any moment around the giving up arrives, once, behind the registry.
TEST_F(ClusterDemand, NothingIsLostWhileALinkIsGivenUp) {
  std::vector<std::string> expected;
  for (int round = 0; round < 60; ++round) {
    const std::string message = fmt::format("{}", round);
    world_.turn(one_, [&] {
      Link* link = open();
      ASSERT_NE(link, nullptr);
      ASSERT_TRUE(link->send(message).has_value());
    });
    expected.push_back(message);
    // Around the moment at which it is found idle; a turn is a fraction of a millisecond.
    world_.run(world_.options.link_idle_timeout + 1s - std::chrono::microseconds(500 * round));
  }
  world_.run(3s);
  EXPECT_EQ(world_[two_].messages, expected);
  EXPECT_THAT(world_[one_].log.warnings, IsEmpty());
  EXPECT_THAT(world_[two_].log.warnings, IsEmpty());
}

// The peer has agreed and closed, which is not known here yet.
TEST_F(ClusterDemand, LinkThatIsNeededWhileItIsGivenUpOpensAnew) {
  world_.turn(one_, [&] { ASSERT_TRUE(open()->send("hello").has_value()); });
  world_.run(world_.options.link_idle_timeout - 1s);
  world_[one_].take_events();
  world_[two_].take_events();
  const auto has_closed = [this](int here, int there) {
    return std::ranges::count(world_[here].events, "link_down " + name_of(there)) > 0;
  };
  int giver = one_;
  int other = two_;
  for (int i = 0; i < 300'000 && !has_closed(one_, two_) && !has_closed(two_, one_); ++i) {
    world_.run(10us);
  }
  if (has_closed(one_, two_)) std::swap(giver, other);
  ASSERT_TRUE(has_closed(other, giver));
  ASSERT_FALSE(has_closed(giver, other));
  world_.turn(giver, [&] {
    Link* link = world_[giver].cluster().open(world_.id(other));
    ASSERT_NE(link, nullptr);
    ASSERT_TRUE(link->send("late").has_value());
  });
  world_.run(2s);
  EXPECT_EQ(world_[other].messages.back(), "late");
  EXPECT_THAT(world_[giver].events, Contains("reopened " + name_of(other)));
  EXPECT_FALSE(has_closed(giver, other));
  EXPECT_THAT(world_[other].events, Contains("link_up " + name_of(giver)));
}

// The messages of a cluster of sixteen do not need links that nobody wants.
TEST_F(ClusterDemand, UnwantedLinksGoAndWantedOnesStay) {
  world_.run(3 * world_.options.link_idle_timeout);
  for (int i = 0; i < nodes; ++i) {
    for (const Member& member : world_[i].cluster().members()) {
      EXPECT_EQ(member.linked, member.wanted) << i << " " << member.incarnation.id.text();
      EXPECT_TRUE(member.up);
    }
    EXPECT_THAT(world_[i].take_events(), Not(Contains(testing::HasSubstr("down("))));
  }
}

}  // namespace
}  // namespace noex

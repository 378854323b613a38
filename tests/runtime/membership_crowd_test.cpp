// Membership in clusters too large for a mesh: it converges, detects, refutes, heals, and costs the
// same however many there are.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/runtime/crowd.h"

namespace noex {
namespace {

TEST(MembershipCrowd, HundredFindEachOtherAndKeepFewLinks) {
  Crowd crowd(100);
  crowd.start_all();
  crowd.run(30s);
  EXPECT_EQ(crowd.disagreement(crowd.running()), "");
  for (std::size_t node = 0; node < crowd.size(); ++node) {
    std::size_t wanted = 0;
    for (const Member& member : crowd.core(node).members()) wanted += member.wanted ? 1 : 0;
    EXPECT_GE(wanted, 5U);
    EXPECT_LE(wanted, 10U);
    EXPECT_TRUE(crowd.core(node).settled());
    EXPECT_EQ(crowd.downs(node), 0U);
  }
}

// The same members give the same graph to all, and its edges are wanted by both their ends.
TEST(MembershipCrowd, WantedIsMutual) {
  Crowd crowd(60);
  crowd.start_all();
  crowd.run(30s);
  std::set<std::pair<NodeId, NodeId>> wanted;
  for (std::size_t node = 0; node < crowd.size(); ++node) {
    for (const Member& member : crowd.core(node).members()) {
      if (member.wanted) wanted.insert({crowd.id(node), member.incarnation.id});
    }
  }
  for (const auto& [one, two] : wanted) EXPECT_TRUE(wanted.contains({two, one}));
}

TEST(MembershipCrowd, MeshUpToTheBoundThenRingsThenMeshAgain) {
  Crowd crowd(33);
  for (std::size_t node = 0; node < 32; ++node) crowd.start(node);
  crowd.run(20s);
  EXPECT_EQ(crowd.disagreement(crowd.running()), "");
  EXPECT_EQ(crowd.links(31), 31U);
  crowd.start(32);
  crowd.run(20s);
  EXPECT_EQ(crowd.disagreement(crowd.running()), "");
  EXPECT_LE(crowd.links(32), 12U) << "its neighbours and its seeds";
  crowd.crash(5);
  crowd.run(60s);
  EXPECT_EQ(crowd.disagreement(crowd.running()), "");
  EXPECT_EQ(crowd.links(32), 31U);
}

TEST(MembershipCrowd, CrashIsKnownToAllAtOnce) {
  Crowd crowd(100);
  crowd.start_all();
  crowd.run(30s);
  crowd.crash(50);
  crowd.run(2s);
  EXPECT_EQ(crowd.disagreement(crowd.running()), "");
}

TEST(MembershipCrowd, SilentDeathIsKnownToAllWithinTheBound) {
  Crowd crowd(100);
  crowd.start_all();
  crowd.run(30s);
  for (const std::size_t node : {7U, 8U, 9U, 40U, 77U}) crowd.power_off(node);
  crowd.run(detection_bound(crowd.options));
  EXPECT_EQ(crowd.disagreement(crowd.running()), "");
  // And back, with nothing known.
  crowd.start(40);
  crowd.run(30s);
  EXPECT_EQ(crowd.disagreement(crowd.running()), "");
}

TEST(MembershipCrowd, HalfOfThemDieAtOnce) {
  Crowd crowd(100);
  crowd.start_all();
  crowd.run(30s);
  for (std::size_t node = 1; node < crowd.size(); node += 2) crowd.power_off(node);
  crowd.run(convergence_bound(crowd.options));
  EXPECT_EQ(crowd.disagreement(crowd.running()), "");
}

TEST(MembershipCrowd, SplitHeals) {
  Crowd crowd(80);
  crowd.start_all();
  crowd.run(30s);
  for (std::size_t a = 0; a < 40; ++a) {
    for (std::size_t b = 40; b < 80; ++b) {
      crowd.cut(a, b);
      crowd.cut(b, a);
    }
  }
  crowd.run(40s);
  std::vector<std::size_t> first;
  for (std::size_t node = 0; node < 40; ++node) first.push_back(node);
  EXPECT_EQ(crowd.disagreement(first), "");
  crowd.heal_all();
  crowd.run(convergence_bound(crowd.options) + crowd.options.dead_redial_interval);
  EXPECT_EQ(crowd.disagreement(crowd.running()), "");
}

// One way of each of these pairs is cut for long: links go, nodes do not. (M6)
TEST(MembershipCrowd, OneWayCutsAreNoEndOfAnybody) {
  Crowd crowd(60);
  crowd.start_all();
  crowd.run(30s);
  for (std::size_t node = 0; node < 60; node += 3) crowd.cut(node, (node + 7) % 60);
  crowd.run(120s);
  for (const std::size_t node : crowd.running()) {
    EXPECT_EQ(crowd.downs(node), 0U) << node;
    EXPECT_EQ(crowd.up(node).size(), 59U) << node;
  }
  crowd.heal_all();
  crowd.run(convergence_bound(crowd.options));
  EXPECT_EQ(crowd.disagreement(crowd.running()), "");
}

// Idle, a node's traffic does not depend on how many there are. (M7)
TEST(MembershipCrowd, IdleTrafficIsFlat) {
  const auto bytes_per_node = [](std::size_t nodes) {
    Crowd crowd(nodes);
    crowd.start_all();
    crowd.run(90s);
    EXPECT_EQ(crowd.disagreement(crowd.running()), "");
    crowd.release_idle();
    crowd.run(1s);
    crowd.count_bytes();
    crowd.run(60s);
    return crowd.take_bytes() / nodes / 60;
  };
  const std::uint64_t few = bytes_per_node(64);
  const std::uint64_t many = bytes_per_node(256);
  RecordProperty("bytes_per_second_of_64", static_cast<int>(few));
  RecordProperty("bytes_per_second_of_256", static_cast<int>(many));
  EXPECT_LE(many, few * 12 / 10);
  EXPECT_GE(many, few * 8 / 10);
}

}  // namespace
}  // namespace noex

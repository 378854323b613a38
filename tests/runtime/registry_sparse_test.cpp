// Registries where not everybody is linked to everybody: what an owner says reaches all of them.
#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/runtime/registry_harness.h"

namespace noex::test {
namespace {

using testing::IsEmpty;
using Edges = std::set<std::pair<std::size_t, std::size_t>>;

Edges chain_of(std::size_t nodes) {
  Edges edges;
  for (std::size_t i = 1; i < nodes; ++i) edges.emplace(i - 1, i);
  return edges;
}

class RegistryChain : public testing::Test {
 protected:
  explicit RegistryChain(std::size_t nodes = 6) : harness_(nodes) {
    harness_.set_edges(chain_of(nodes));
    harness_.heal();
  }
  ~RegistryChain() override { EXPECT_THAT(harness_.problems(), IsEmpty()); }

  // Until nobody has anything to say and nobody wants a link.
  void run() {
    for (int i = 0; i < 4; ++i) {
      harness_.deliver_all();
      harness_.open_reached();
    }
  }

  RegistryHarness harness_;
};

TEST_F(RegistryChain, EverybodyIsKnownToEverybody) {
  for (std::size_t node = 0; node < harness_.size(); ++node) {
    EXPECT_EQ(harness_.registry(node).copies(), harness_.size() - 1);
    for (std::size_t peer = 0; peer < harness_.size(); ++peer) {
      EXPECT_EQ(harness_.is_up(node, peer), node != peer);
    }
  }
}

TEST_F(RegistryChain, ANameIsClaimedOverLinksThatAreOpenedForIt) {
  const auto request = harness_.register_name(0, "x", 7);
  run();
  EXPECT_EQ(harness_.outcome(0, request), ErrorCode::ok);
  for (std::size_t i = 0; i < harness_.size(); ++i) EXPECT_EQ(harness_.seen(i, "x"), "n0:7");
  harness_.check_converged();
}

TEST_F(RegistryChain, ChangesArePassedOnOnceByEach) {
  harness_.register_name(0, "x", 7);
  run();
  const auto before = harness_.delivered();
  harness_.move_name(0, "x", 7, 8);
  harness_.deliver_all();
  for (std::size_t i = 0; i < harness_.size(); ++i) EXPECT_EQ(harness_.seen(i, "x"), "n0:8");
  EXPECT_LE(harness_.delivered() - before, 2 * harness_.links());
}

TEST_F(RegistryChain, WhatAPartMissedIsPulledFromWhoeverHasIt) {
  const auto request = harness_.register_name(0, "x", 7);
  run();
  ASSERT_EQ(harness_.outcome(0, request), ErrorCode::ok);
  for (std::size_t other = 0; other + 1 < harness_.size(); ++other) {
    harness_.cut(other, 5);
    harness_.see_cut(other, 5);
    harness_.see_cut(5, other);
  }
  harness_.move_name(0, "x", 7, 8);
  harness_.deliver_all();
  EXPECT_EQ(harness_.seen(5, "x"), "n0:7") << "nobody is down, it just has not heard";
  harness_.connect(4, 5);
  harness_.see_link(4, 5);
  harness_.see_link(5, 4);
  harness_.deliver_all();
  EXPECT_EQ(harness_.seen(5, "x"), "n0:7");
  harness_.compare(4, 5);
  harness_.deliver_all();
  EXPECT_EQ(harness_.seen(5, "x"), "n0:8");
  harness_.check_converged();
}

TEST_F(RegistryChain, AReturningNodeIsKnownFromAnybodyWhoKnowsIt) {
  harness_.register_name(0, "x", 7);
  run();
  for (std::size_t i = 1; i < harness_.size(); ++i) harness_.node_down(i, 0);
  EXPECT_EQ(harness_.seen(5, "x"), "");
  harness_.node_up(5, 0);
  EXPECT_EQ(harness_.seen(5, "x"), "") << "its names may have changed meanwhile";
  harness_.heal();
  for (std::size_t i = 0; i < harness_.size(); ++i) EXPECT_EQ(harness_.seen(i, "x"), "n0:7");
  harness_.check_converged();
}

TEST_F(RegistryChain, AnEarlierBootDoesNotComeBack) {
  harness_.register_name(0, "x", 7);
  run();
  harness_.restart(0);
  harness_.heal();
  for (std::size_t i = 0; i < harness_.size(); ++i) EXPECT_EQ(harness_.seen(i, "x"), "");
  harness_.check_converged();
}

TEST_F(RegistryChain, FindAsksTheArbitersWhereNothingIsKnown) {
  harness_.register_name(0, "x", 7);
  run();
  harness_.node_down(5, 0);
  ASSERT_EQ(harness_.seen(5, "x"), "");
  const auto there = harness_.find(5, "x");
  const auto nowhere = harness_.find(5, "y");
  EXPECT_EQ(harness_.found(5, there), "");
  run();
  EXPECT_EQ(harness_.found(5, there), "n0:7");
  EXPECT_EQ(harness_.found(5, nowhere), "no such process");
  EXPECT_EQ(harness_.found(4, harness_.find(4, "x")), "n0:7") << "what is known is not asked";
}

TEST_F(RegistryChain, FindEndsByItsDeadline) {
  harness_.settle(5, false);
  const auto waits = harness_.find(5, "y", 1s);
  harness_.advance(999ms);
  EXPECT_EQ(harness_.found(5, waits), "");
  harness_.advance(1ms);
  EXPECT_EQ(harness_.found(5, waits), "timeout");
}

TEST_F(RegistryChain, FindIsNotWaitingForANodeThatIsDown) {
  const auto asked = harness_.find(5, "y");
  for (std::size_t peer = 0; peer < 5; ++peer) harness_.node_down(5, peer);
  EXPECT_EQ(harness_.found(5, asked), "no such process");
}

TEST_F(RegistryChain, LinksAreUsedWhileSomethingIsUnderWay) {
  const auto used = [&] {
    std::size_t count = 0;
    for (std::size_t a = 0; a < harness_.size(); ++a) {
      for (std::size_t b = 0; b < harness_.size(); ++b) {
        if (harness_.registry(a).uses_link(harness_.link(a, b))) ++count;
      }
    }
    return count;
  };
  EXPECT_EQ(used(), 0U);
  harness_.register_name(0, "x", 7);
  harness_.find(1, "y");
  EXPECT_GT(used(), 0U);
  run();
  EXPECT_EQ(used(), 0U);
}

TEST_F(RegistryChain, GroupsAreKnownEverywhereAndEndWithTheirMembers) {
  harness_.join_group(0, "g", 7);
  harness_.join_group(5, "g", 8);
  harness_.join_group(5, "h", 8);
  run();
  for (std::size_t i = 0; i < harness_.size(); ++i) {
    EXPECT_THAT(harness_.members(i, "g"), testing::ElementsAre("n0:7", "n5:8"));
  }
  harness_.process_ended(5, 8);
  harness_.leave_group(0, "g", 8);
  run();
  EXPECT_THAT(harness_.members(0, "g"), testing::ElementsAre("n0:7"));
  EXPECT_THAT(harness_.registry(0).groups(), testing::ElementsAre("g"));
  harness_.node_down(3, 0);
  EXPECT_THAT(harness_.members(3, "g"), IsEmpty());
}

class RegistryMesh : public RegistryChain {
 protected:
  RegistryMesh() {
    harness_.set_edges(all());
    harness_.heal();
  }
  static Edges all() {
    Edges edges;
    for (std::size_t a = 0; a < 6; ++a) {
      for (std::size_t b = a + 1; b < 6; ++b) edges.emplace(a, b);
    }
    return edges;
  }
};

TEST_F(RegistryMesh, ChangesCostOneMessageEach) {
  harness_.register_name(0, "x", 7);
  harness_.deliver_all();
  const auto before = harness_.delivered();
  harness_.move_name(0, "x", 7, 8);
  harness_.deliver_all();
  EXPECT_EQ(harness_.delivered() - before, 5U);
}

// --- Any order of events on any graph ---

using Steps = std::vector<std::uint32_t>;

// Two nodes, a name and a process are in a step's bits.
void run_step(RegistryHarness& harness, std::uint32_t step) {
  const std::size_t a = step / 32 % harness.size();
  const std::size_t b = step / 256 % harness.size();
  const std::string name = fmt::format("name{}", step / 4096 % 2);
  const ProcessId process = 1 + step / 16384 % 2;
  switch (step % 32) {
    case 0:
    case 1:
      harness.register_name(a, name, process);
      return;
    case 2:
      harness.unregister_name(a, name, process);
      return;
    case 3:
    case 4:
      harness.move_name(a, name, process, 3 - process);
      return;
    case 5:
      harness.cut(a, b);
      return;
    case 6:
      harness.see_cut(a, b);
      return;
    case 7:
      harness.connect(a, b);
      return;
    case 8:
      harness.see_link(a, b);
      return;
    case 9:
      harness.node_down(a, b);
      return;
    case 10:
    case 11:
      harness.node_up(a, b);
      return;
    case 12:
      harness.open_reached();
      return;
    case 13:
    case 14:
      harness.compare(a, b);
      return;
    case 15:
      harness.advance(2s);
      return;
    case 16:
      if (process == 1) harness.restart(a);
      return;
    case 17:
      harness.join_group(a, name, process);
      return;
    case 18:
      harness.leave_group(a, name, process);
      return;
    case 19:
      if (process == 1) harness.process_ended(a, process);
      return;
    case 20:
      harness.find(a, name);
      return;
    default:
      break;
  }
  const auto pairs = harness.deliverable();
  if (pairs.empty()) return;
  const auto [from, to] = pairs[step / 32 % pairs.size()];
  harness.deliver(from, to);
}

// A random tree, so that it is connected, and some edges more: none, a few, or all.
Edges graph_of(std::size_t nodes, const Steps& choices, std::uint32_t density) {
  Edges edges;
  for (std::size_t i = 1; i < nodes; ++i) edges.emplace(choices[i] % i, i);
  for (std::size_t a = 0; a < nodes; ++a) {
    for (std::size_t b = a + 1; b < nodes; ++b) {
      if (choices[a * nodes + b] % 4 < density) edges.emplace(a, b);
    }
  }
  return edges;
}

RC_GTEST_PROP(RegistrySparse, AnyGraphConvergesToTheOwnersTruth, ()) {
  const auto below = [](std::uint32_t bound) {
    return rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::uint32_t>(0, bound));
  };
  const std::size_t nodes = 2 + *below(6);
  const auto graph = *rc::gen::container<Steps>(64, below(1024));
  const auto density = *rc::gen::element(0U, 0U, 1U, 4U);
  const auto steps = *rc::gen::mapcat(below(300), [&](std::size_t count) {
    return rc::gen::container<Steps>(count, below(1U << 31));
  });
  RegistryHarness harness(nodes);
  harness.set_edges(graph_of(nodes, graph, density));
  harness.heal();
  for (std::size_t node = 0; node < nodes; ++node) harness.watch(node, "name0");
  for (const std::uint32_t step : steps) {
    run_step(harness, step);
    if (!harness.problems().empty()) RC_FAIL(harness.problems().front());
  }
  harness.heal();
  harness.advance(10s);
  harness.heal();
  harness.check_converged();
  for (std::size_t node = 0; node < nodes; ++node) {
    const auto members = harness.members(node, "name1");
    if (members != harness.members(0, "name1")) RC_FAIL("a group differs");
    const std::string seen = harness.seen(node, "name1");
    const std::string found = harness.found(node, harness.find(node, "name1"));
    if (!seen.empty() && found != seen) RC_FAIL("finds another than it sees");
  }
  if (!harness.problems().empty()) RC_FAIL(harness.problems().front());
}

}  // namespace
}  // namespace noex::test

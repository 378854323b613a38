#include "noex/runtime/registry/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "noex/runtime/registry/registry_peers.h"
#include "tests/runtime/registry_harness.h"
#include "tests/runtime/registry_ports_fake.h"

namespace noex::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Everything between two halves is cut, seen and judged down.
void split(RegistryHarness& harness, std::size_t half) {
  for (std::size_t a = 0; a < half; ++a) {
    for (std::size_t b = half; b < harness.size(); ++b) {
      harness.cut(a, b);
      for (const auto& [node, peer] : {std::pair(a, b), std::pair(b, a)}) {
        harness.see_cut(node, peer);
        harness.node_down(node, peer);
      }
    }
  }
}

TEST(Registry, ANodeAloneDecidesAlone) {
  RegistryHarness harness(1);
  const auto first = harness.register_name(0, "x", 1);
  EXPECT_EQ(harness.outcome(0, first), std::nullopt);
  harness.settle(0, true);
  EXPECT_EQ(harness.outcome(0, first), ErrorCode::ok);
  EXPECT_EQ(harness.seen(0, "x"), "n0:1");
  const auto second = harness.register_name(0, "x", 2);
  EXPECT_EQ(harness.outcome(0, second), ErrorCode::name_taken);
  EXPECT_EQ(harness.finished(0).back().holder->entry.process, 1U);
  EXPECT_EQ(harness.outcome(0, harness.register_name(0, "y", 1)), ErrorCode::ok);
  EXPECT_THAT(harness.problems(), IsEmpty());
}

TEST(Registry, ANameIsSeenEverywhereAndGoesEverywhere) {
  RegistryHarness harness(3);
  harness.heal();
  const auto request = harness.register_name(1, "x", 7);
  EXPECT_EQ(harness.outcome(1, request), std::nullopt);
  harness.deliver_all();
  EXPECT_EQ(harness.outcome(1, request), ErrorCode::ok);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(harness.seen(i, "x"), "n1:7");
  EXPECT_FALSE(harness.unregister_name(1, "x", 8));
  EXPECT_FALSE(harness.unregister_name(0, "x", 7));
  EXPECT_TRUE(harness.unregister_name(1, "x", 7));
  harness.deliver_all();
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(harness.seen(i, "x"), "");
  harness.check_converged();
  EXPECT_THAT(harness.problems(), IsEmpty());
}

TEST(Registry, TheEndOfAProcessTakesAllItsNames) {
  RegistryHarness harness(2);
  harness.heal();
  for (const auto* name : {"x", "y", "z"}) harness.register_name(0, name, name[0] == 'z' ? 2 : 1);
  harness.deliver_all();
  harness.register_name(0, "w", 1);
  harness.process_ended(0, 1);
  harness.deliver_all();
  EXPECT_EQ(harness.registry(1).names().size(), 1U);
  EXPECT_EQ(harness.seen(1, "z"), "n0:2");
  harness.check_converged();
  EXPECT_THAT(harness.problems(), IsEmpty());
}

TEST(Registry, NodeDownHidesItsNamesAndLinkDownDoesNot) {
  RegistryHarness harness(2);
  harness.heal();
  harness.register_name(0, "x", 1);
  harness.deliver_all();
  harness.cut(0, 1);
  harness.see_cut(1, 0);
  EXPECT_EQ(harness.seen(1, "x"), "n0:1");
  harness.node_down(1, 0);
  EXPECT_EQ(harness.seen(1, "x"), "");
  harness.heal();
  EXPECT_EQ(harness.seen(1, "x"), "n0:1");
  EXPECT_THAT(harness.problems(), IsEmpty());
}

TEST(Registry, ARestartedNodeHasNoNames) {
  RegistryHarness harness(2);
  harness.heal();
  harness.register_name(0, "x", 1);
  harness.deliver_all();
  harness.restart(0);
  harness.heal();
  EXPECT_EQ(harness.seen(1, "x"), "");
  harness.check_converged();
  EXPECT_THAT(harness.problems(), IsEmpty());
}

TEST(Registry, AfterASplitTheEarlierEntryStays) {
  RegistryHarness harness(4);
  harness.heal();
  split(harness, 2);
  harness.skew_wall(2, 1s);
  const auto early = harness.register_name(0, "x", 1);
  const auto late = harness.register_name(2, "x", 2);
  harness.deliver_all();
  EXPECT_EQ(harness.outcome(0, early), ErrorCode::ok);
  EXPECT_EQ(harness.outcome(2, late), ErrorCode::ok);
  harness.heal();
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(harness.seen(i, "x"), "n0:1");
  EXPECT_THAT(harness.lost(0), IsEmpty());
  ASSERT_THAT(harness.lost(2), SizeIs(1));
  EXPECT_EQ(harness.lost(2)[0].process, 2U);
  EXPECT_EQ(harness.lost(2)[0].winner.owner, harness.incarnation(0));
  harness.check_converged();
  EXPECT_THAT(harness.problems(), IsEmpty());
}

TEST(Registry, AnArbiterThatIsOnlyUnlinkedIsWaitedFor) {
  RegistryHarness harness(2);
  harness.heal();
  harness.cut(0, 1);
  harness.see_cut(0, 1);
  harness.see_cut(1, 0);
  const auto request = harness.register_name(0, "x", 1);
  harness.deliver_all();
  EXPECT_EQ(harness.outcome(0, request), std::nullopt);
  harness.node_down(0, 1);
  EXPECT_EQ(harness.outcome(0, request), ErrorCode::ok);
}

// Only the way between two is cut, and nobody is taken for dead: a majority is enough.
TEST(Registry, OneBadLinkKeepsNobodyFromANameForLong) {
  RegistryHarness harness(3);
  harness.heal();
  harness.cut(0, 1);
  harness.see_cut(0, 1);
  harness.see_cut(1, 0);
  harness.skew_wall(1, 1s);
  const auto larger = harness.register_name(1, "x", 1);
  harness.deliver_all();
  const auto smaller = harness.register_name(0, "x", 1);
  harness.deliver_all();
  EXPECT_EQ(harness.successes(), 0U);
  harness.advance(Options{}.claim_grace);
  harness.deliver_all();
  EXPECT_EQ(harness.outcome(0, smaller), ErrorCode::ok);
  EXPECT_EQ(harness.outcome(1, larger), ErrorCode::name_taken);
  EXPECT_EQ(harness.finished(1).back().holder->owner, harness.incarnation(0));
  EXPECT_THAT(harness.problems(), IsEmpty());
}

// The smaller claim reaches nobody but one arbiter, and must not keep that one from the other.
TEST(Registry, AClaimThatTooFewAnswerStandsInNobodysWay) {
  RegistryHarness harness(5);
  harness.heal();
  for (const std::size_t far : {1U, 2U, 3U}) {
    harness.cut(0, far);
    harness.see_cut(0, far);
    harness.see_cut(far, 0);
  }
  harness.cut(1, 2);
  harness.see_cut(1, 2);
  harness.see_cut(2, 1);
  harness.skew_wall(1, 1s);
  const auto few = harness.register_name(0, "x", 1);
  harness.deliver_all();
  const auto many = harness.register_name(1, "x", 1);
  harness.deliver_all();
  harness.advance(Options{}.claim_grace);
  harness.deliver_all();
  EXPECT_EQ(harness.outcome(1, many), ErrorCode::ok);
  EXPECT_NE(harness.outcome(0, few), ErrorCode::ok);
  EXPECT_THAT(harness.problems(), IsEmpty());
}

// Found by the simulator: seeds 42001403, 42012683 and 42029957.
TEST(Registry, ANameThatIsLostBeforeItsSuccessWasToldIsRefused) {
  const Incarnation self = node(0);
  const Incarnation other = node(1);
  HybridClock clock(self.id);
  const auto registry = Registry::create(self, Options{}, clock);
  registry->set_settled(true);
  const auto request = registry->register_name("x", 7, Instant{1s}, WallTime(1000s), Instant{6s});
  registry->on_link_up(other, LinkSerial(1));
  const NamesSnapshot older{other, 1, true, {{"x", WireEntry{{5, 0}, 3}}}, {}};
  ASSERT_TRUE(registry->on_message(
      LinkSerial(1), encode_registry_message(older, Stamp{5, 0, other.id}), Instant{1s}));
  registry->on_node_up(other);
  std::size_t ends = 0;
  for (const auto& action : registry->take_actions()) {
    EXPECT_FALSE(std::holds_alternative<RegistryConflictLost>(action));
    const auto* finished = std::get_if<RegistryFinished>(&action);
    if (finished == nullptr) continue;
    ++ends;
    EXPECT_EQ(finished->request, request);
    ASSERT_FALSE(finished->result);
    EXPECT_EQ(finished->result.error().code, ErrorCode::name_taken);
    EXPECT_EQ(finished->holder->owner, other);
  }
  EXPECT_EQ(ends, 1U);
}

// One of three stands still, or has no link to who asks.
TEST(Registry, AFindIsAnsweredByAMajority) {
  RegistryHarness harness(3);
  harness.heal();
  harness.cut(0, 1);
  harness.see_cut(0, 1);
  harness.see_cut(1, 0);
  const auto request = harness.find(0, "x");
  harness.deliver_all();
  harness.advance(Options{}.claim_grace - Duration(1));
  EXPECT_EQ(harness.found(0, request), "");
  harness.advance(Duration(1));
  EXPECT_EQ(harness.found(0, request), describe(ErrorCode::noproc));
}

TEST(Registry, ARequestEndsByItsDeadline) {
  RegistryHarness harness(2);
  harness.heal();
  const auto request = harness.register_name(0, "x", 1, 100ms);
  harness.advance(99ms);
  EXPECT_EQ(harness.outcome(0, request), std::nullopt);
  harness.advance(1ms);
  EXPECT_EQ(harness.outcome(0, request), ErrorCode::timeout);
  EXPECT_EQ(harness.outcome(0, harness.register_name(0, "y", 1, 0ms)), ErrorCode::timeout);
  harness.deliver_all();
  harness.check_converged();
  EXPECT_THAT(harness.problems(), IsEmpty());
}

// The two nodes that are no arbiters of the name claim it: the larger claim has all the grants on
// their way when the smaller one comes to the arbiters. If they granted that too, both would hold
// the name.
TEST(Registry, ASmallerClaimThatComesLateWaits) {
  constexpr std::size_t nodes = 7;
  RegistryHarness harness(nodes);
  harness.heal();
  std::vector<Incarnation> members;
  for (std::size_t i = 0; i < nodes; ++i) members.push_back(harness.incarnation(i));
  const auto arbiters = arbiters_of("x", members);
  std::vector<std::size_t> claimants;
  std::vector<std::size_t> judges;
  for (std::size_t i = 0; i < nodes; ++i) {
    const bool is_judge = std::ranges::find(arbiters, members[i]) != arbiters.end();
    (is_judge ? judges : claimants).push_back(i);
  }
  ASSERT_THAT(claimants, SizeIs(2));
  harness.skew_wall(claimants[1], 1s);
  const auto smaller = harness.register_name(claimants[0], "x", 1);
  const auto larger = harness.register_name(claimants[1], "x", 2);
  for (const std::size_t judge : judges) harness.deliver(claimants[1], judge);
  for (const std::size_t judge : judges) harness.deliver(claimants[0], judge);
  for (const std::size_t judge : judges) harness.deliver(judge, claimants[1]);
  for (const std::size_t judge : judges) harness.deliver(judge, claimants[0]);
  EXPECT_EQ(harness.outcome(claimants[0], smaller), std::nullopt);
  harness.deliver_all();
  EXPECT_EQ(harness.outcome(claimants[1], larger), ErrorCode::ok);
  EXPECT_EQ(harness.outcome(claimants[0], smaller), ErrorCode::name_taken);
  harness.check_converged();
  EXPECT_THAT(harness.problems(), IsEmpty());
}

TEST(Registry, NamesAreBounded) {
  Options options;
  options.names_max = 2;
  RegistryHarness harness(1, options);
  harness.settle(0, true);
  EXPECT_EQ(harness.outcome(0, harness.register_name(0, "", 1)), ErrorCode::invalid_argument);
  EXPECT_EQ(harness.outcome(0, harness.register_name(0, std::string(256, 'x'), 1)),
            ErrorCode::invalid_argument);
  EXPECT_EQ(harness.outcome(0, harness.register_name(0, std::string(255, 'x'), 1)), ErrorCode::ok);
  EXPECT_EQ(harness.outcome(0, harness.register_name(0, "y", 1)), ErrorCode::ok);
  EXPECT_EQ(harness.outcome(0, harness.register_name(0, "z", 1)), ErrorCode::overloaded);
}

TEST(Registry, AllNamesFitIntoOneMessage) {
  Options options;
  options.message_bytes_max = 4096;
  RegistryHarness harness(1, options);
  harness.settle(0, true);
  std::optional<ErrorCode> outcome;
  for (int i = 0; i < 100 && outcome != ErrorCode::overloaded; ++i) {
    const std::string name(static_cast<std::size_t>(100 + i), 'x');
    outcome = harness.outcome(0, harness.register_name(0, name, 1));
  }
  EXPECT_EQ(outcome, ErrorCode::overloaded);
  EXPECT_LE(harness.registry(0).snapshot().size(), options.message_bytes_max);
}

}  // namespace
}  // namespace noex::test

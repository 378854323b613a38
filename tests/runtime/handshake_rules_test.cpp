#include "noex/runtime/cluster/handshake_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/cluster_parts.h"

namespace noex {
namespace {

class HandshakeRulesTest : public testing::Test, protected ClusterParts {
 protected:
  Hello hello(const Incarnation& from) const {
    Hello hello;
    hello.from = from.id;
    hello.boot = from.boot;
    hello.to = self.id;
    hello.joined = true;
    return hello;
  }
  DialFailure failure(Refusal refusal, const Incarnation& by) const {
    HelloAck ack;
    ack.refusal = refusal;
    ack.id = by.id;
    ack.boot = by.boot;
    return rules.failure(ann.id, ack);
  }
};

TEST_F(HandshakeRulesTest, StrangerIsWelcome) {
  EXPECT_EQ(rules.judge(hello(ann)), std::nullopt);
}

TEST_F(HandshakeRulesTest, RefusesWhoSpeaksToSomebodyElse) {
  Hello other = hello(ann);
  other.to = bob.id;
  EXPECT_EQ(rules.judge(other), Refusal::wrong_node);
  other.version = 2;
  EXPECT_EQ(rules.judge(other), Refusal::version) << "whatever else it says";
}

TEST_F(HandshakeRulesTest, RefusesItselfAndTellsItsOtherBootsApart) {
  EXPECT_EQ(rules.judge(hello(self)), Refusal::self);
  EXPECT_EQ(rules.judge(hello({self.id, self.boot - 1})), Refusal::boot_too_low);
  EXPECT_EQ(rules.judge(hello({self.id, self.boot + 1})), Refusal::restarting);
}

TEST_F(HandshakeRulesTest, RefusesAllWhenItLeavesOrStartsAgain) {
  life.leaving = true;
  EXPECT_EQ(rules.judge(hello(ann)), Refusal::leaving);
  life.halted = true;
  EXPECT_EQ(rules.judge(hello(ann)), Refusal::restarting);
}

TEST_F(HandshakeRulesTest, LowerBootIsRefusedWhileTheHigherIsLinked) {
  ASSERT_TRUE(membership.on_linked(ann, loop.now()));
  const Incarnation older{ann.id, ann.boot - 1};
  EXPECT_EQ(rules.judge(hello(older)), Refusal::boot_too_low);
  membership.on_link_closed(ann, loop.now());
  EXPECT_EQ(rules.judge(hello(older)), std::nullopt) << "it may insist";
  EXPECT_FALSE(rules.is_welcome(older, ann.boot - 1));
  EXPECT_TRUE(rules.is_welcome(older, ann.boot)) << "it knows of the higher one, and is there";
}

TEST_F(HandshakeRulesTest, WhoJoinsMayNotHaveThisNodesName) {
  Hello namesake = hello({NodeId(self.id.name(), "10.0.0.99", 1), 5});
  EXPECT_EQ(rules.judge(namesake), std::nullopt) << "it has joined: both stay";
  namesake.joined = false;
  EXPECT_EQ(rules.judge(namesake), Refusal::name_taken);
}

TEST_F(HandshakeRulesTest, WhoLeftInThatBootIsNotLinkedAgain) {
  ASSERT_TRUE(membership.on_linked(ann, loop.now()));
  membership.on_left(ann, loop.now());
  EXPECT_EQ(rules.judge(hello(ann)), Refusal::left);
  EXPECT_EQ(rules.judge(hello({ann.id, ann.boot + 1})), std::nullopt);
}

TEST_F(HandshakeRulesTest, SaysWhichBootOfTheOtherIsKnown) {
  EXPECT_EQ(rules.hello(ann.id, {}, nullptr).known, 0U);
  ASSERT_TRUE(membership.on_linked(ann, loop.now()));
  const Hello said = rules.hello(ann.id, ClockReading{3, 4}, nullptr);
  EXPECT_EQ(said.known, ann.boot);
  EXPECT_EQ(said.from, self.id);
  EXPECT_EQ(said.boot, self.boot);
  EXPECT_EQ(said.clock, (ClockReading{3, 4}));
  EXPECT_TRUE(said.joined);
  EXPECT_TRUE(said.binding.empty());
  const ConnectionProof proof{"bound"};
  EXPECT_EQ(rules.hello(ann.id, {}, &proof).binding, "bound");
  EXPECT_EQ(rules.answer(hello(ann), Refusal::none, {}).known, ann.boot);
  EXPECT_EQ(rules.answer(hello(self), Refusal::self, {}).known, self.boot);
}

TEST_F(HandshakeRulesTest, RefusalSaysWhetherTheNodeIsThere) {
  EXPECT_EQ(failure(Refusal::simultaneous_dial, ann), DialFailure::simultaneous);
  EXPECT_EQ(failure(Refusal::self, self), DialFailure::self);
  EXPECT_EQ(failure(Refusal::self, ann), DialFailure::silent) << "it only says so";
  for (const Refusal refusal : {Refusal::wrong_node, Refusal::version, Refusal::restarting}) {
    EXPECT_EQ(failure(refusal, ann), DialFailure::refused);
  }
  for (const Refusal refusal :
       {Refusal::full, Refusal::name_taken, Refusal::boot_too_low, Refusal::left}) {
    EXPECT_EQ(failure(refusal, ann), DialFailure::silent);
  }
  EXPECT_EQ(failure(Refusal::leaving, ann), DialFailure::silent) << "nobody knows that boot";
  ASSERT_TRUE(membership.on_linked(ann, loop.now()));
  EXPECT_EQ(failure(Refusal::leaving, ann), DialFailure::left);
}

}  // namespace
}  // namespace noex

#include "noex/runtime/registry/claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/registry_ports_fake.h"

namespace noex::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Instant deadline{10s};

class ClaimsTest : public testing::Test {
 protected:
  ClaimsTest() {
    for (const Incarnation& peer : {b_, c_}) {
      peers_.link_up(peer, ++links_);
      peers_.node_up(peer);
    }
  }
  ~ClaimsTest() override { claims_.check_invariants(); }

  void add(std::uint64_t request = 1) {
    claims_.add(request, "x", entry_of(self_, 10, request), now_, deadline);
  }
  // The number of the ask that was sent to that node last.
  std::uint64_t asked(const Incarnation& peer) const {
    std::uint64_t number = 0;
    for (const auto& [to, message] : ports_.sent) {
      const auto* claim = std::get_if<NameClaim>(&message);
      if (to == peer && claim != nullptr) number = claim->number;
    }
    return number;
  }
  void grant(const Incarnation& peer) { claims_.on_grant(peer, asked(peer), now_); }
  void pass(Duration time) {
    now_ += time;
    claims_.on_time(now_);
  }
  std::size_t aborts() const {
    return static_cast<std::size_t>(std::ranges::count_if(ports_.sent, [](const auto& sent) {
      return std::holds_alternative<ClaimAbort>(sent.second);
    }));
  }
  void expect_ended(ErrorCode code) {
    ASSERT_THAT(ports_.finished, SizeIs(1));
    const auto& result = ports_.finished[0].result;
    EXPECT_EQ(result ? ErrorCode::ok : result.error().code, code);
    EXPECT_EQ(claims_.size(), 0U);
    EXPECT_EQ(claims_.cost(), 0U);
    EXPECT_EQ(claims_.next_deadline(), std::nullopt);
  }

  Incarnation self_ = node(0);
  Incarnation b_ = node(1);
  Incarnation c_ = node(2);
  RegistryPeers peers_{self_};
  LinkSerial links_;
  NameTable table_{self_};
  FakePorts ports_{table_};
  Options options_;
  Claims claims_{options_, peers_, table_, ports_};
  Instant now_{1s};
};

TEST_F(ClaimsTest, WaitsUntilSettled) {
  add();
  EXPECT_THAT(ports_.sent, IsEmpty());
  claims_.set_settled(true);
  EXPECT_THAT(ports_.sent, SizeIs(3));
}

TEST_F(ClaimsTest, MakesTheEntryOnceAllHaveGrantedAndEndsOnceAllShowIt) {
  claims_.set_settled(true);
  add();
  grant(self_);
  grant(b_);
  grant(b_);
  EXPECT_EQ(table_.own_entry("x"), nullptr);
  grant(c_);
  EXPECT_NE(table_.own_entry("x"), nullptr);
  EXPECT_TRUE(claims_.is_applying("x"));
  claims_.on_applied(self_, 1);
  claims_.on_applied(b_, 0);
  claims_.on_applied(b_, 1);
  EXPECT_THAT(ports_.finished, IsEmpty());
  claims_.on_applied(c_, 2);
  expect_ended(ErrorCode::ok);
  EXPECT_EQ(aborts(), 0U);
}

TEST_F(ClaimsTest, RefusalEndsItAndAbortsTheOthers) {
  claims_.set_settled(true);
  add();
  grant(b_);
  claims_.on_refuse(c_, ClaimRefuse{asked(c_), to_wire(NameHolder{b_, entry_of(b_, 5)})});
  expect_ended(ErrorCode::name_taken);
  EXPECT_EQ(ports_.finished[0].holder->owner, b_);
  EXPECT_EQ(aborts(), 3U);
}

TEST_F(ClaimsTest, DeadlineWithdrawsAnEntryThatWasNotShownInTime) {
  claims_.set_settled(true);
  add();
  for (const auto& arbiter : {self_, b_, c_}) grant(arbiter);
  claims_.on_applied(b_, 1);
  claims_.on_time(deadline - Duration(1));
  EXPECT_NE(table_.own_entry("x"), nullptr);
  EXPECT_EQ(claims_.next_deadline(), deadline);
  claims_.on_time(deadline);
  EXPECT_EQ(table_.own_entry("x"), nullptr);
  expect_ended(ErrorCode::timeout);
  EXPECT_EQ(aborts(), 2U);
}

TEST_F(ClaimsTest, CancelAndTheEndOfTheProcessEndIt) {
  claims_.set_settled(true);
  add(1);
  claims_.cancel(1);
  claims_.cancel(1);
  expect_ended(ErrorCode::cancelled);
  ports_.finished.clear();
  add(2);
  claims_.process_ended(1);
  EXPECT_EQ(claims_.size(), 1U);
  claims_.process_ended(2);
  expect_ended(ErrorCode::cancelled);
}

TEST_F(ClaimsTest, LostLinkVoidsTheGrantAndTheNextOneAsksAgain) {
  claims_.set_settled(true);
  add();
  grant(self_);
  grant(b_);
  const auto old_number = asked(b_);
  peers_.link_down(b_.id);
  claims_.on_link_down(b_.id);
  grant(c_);
  EXPECT_EQ(table_.own_entry("x"), nullptr);
  peers_.link_up(b_, ++links_);
  claims_.on_link_up(b_);
  EXPECT_NE(asked(b_), old_number);
  claims_.on_grant(b_, old_number, now_);
  EXPECT_EQ(table_.own_entry("x"), nullptr);
  grant(b_);
  EXPECT_NE(table_.own_entry("x"), nullptr);
}

TEST_F(ClaimsTest, ArbiterThatIsDownIsNotWaitedFor) {
  claims_.set_settled(true);
  add();
  grant(self_);
  grant(c_);
  peers_.link_down(b_.id);
  claims_.on_link_down(b_.id);
  EXPECT_EQ(table_.own_entry("x"), nullptr);
  peers_.node_down(b_.id);
  claims_.on_node_down(b_);
  EXPECT_TRUE(claims_.is_applying("x"));
  claims_.on_applied(self_, 1);
  peers_.link_down(c_.id);
  claims_.on_link_down(c_.id);
  EXPECT_THAT(ports_.finished, IsEmpty());
  peers_.node_down(c_.id);
  claims_.on_node_down(c_);
  expect_ended(ErrorCode::ok);
}

TEST_F(ClaimsTest, NewMemberIsAskedToo) {
  claims_.set_settled(true);
  add();
  for (const auto& arbiter : {self_, b_}) grant(arbiter);
  const Incarnation d = node(3);
  peers_.link_up(d, ++links_);
  peers_.node_up(d);
  claims_.on_node_up(d);
  grant(c_);
  EXPECT_EQ(table_.own_entry("x"), nullptr);
  grant(d);
  EXPECT_NE(table_.own_entry("x"), nullptr);
}

TEST_F(ClaimsTest, EntryOfAnotherEndsOnlyClaimsWithoutOne) {
  claims_.set_settled(true);
  add();
  const NameHolder other{b_, entry_of(b_, 5)};
  EXPECT_FALSE(claims_.on_entry_lost("x", other));
  claims_.on_entry("y", other);
  EXPECT_THAT(ports_.finished, IsEmpty());
  claims_.on_entry("x", other);
  expect_ended(ErrorCode::name_taken);
}

TEST_F(ClaimsTest, LosingAnEntryThatWasNotAcknowledgedIsARefusal) {
  claims_.set_settled(true);
  add();
  for (const auto& arbiter : {self_, b_, c_}) grant(arbiter);
  table_.remove_own({"x"});
  EXPECT_TRUE(claims_.on_entry_lost("x", NameHolder{b_, entry_of(b_, 5)}));
  expect_ended(ErrorCode::name_taken);
  EXPECT_EQ(aborts(), 3U);
}

TEST_F(ClaimsTest, AnswersNobodyWaitsForAreIgnored) {
  claims_.set_settled(true);
  add();
  claims_.on_grant(b_, asked(c_), now_);
  claims_.on_grant(node(1, 2), asked(b_), now_);
  claims_.on_grant(b_, 999, now_);
  claims_.on_refuse(b_, ClaimRefuse{999, {}});
  claims_.on_applied(b_, 999);
  EXPECT_THAT(ports_.finished, IsEmpty());
  claims_.on_held(b_, 999, now_);
  claims_.on_wanted(b_, asked(b_), now_);
  EXPECT_EQ(aborts(), 0U);
}

TEST_F(ClaimsTest, MajorityIsEnoughOnceTheOthersHadTheirGrace) {
  claims_.set_settled(true);
  add();
  grant(self_);
  grant(b_);
  EXPECT_EQ(claims_.next_deadline(), now_ + options_.claim_grace);
  pass(options_.claim_grace - Duration(1));
  EXPECT_FALSE(claims_.is_applying("x"));
  pass(Duration(1));
  EXPECT_TRUE(claims_.is_applying("x"));
  EXPECT_EQ(aborts(), 1U);  // it may have been on its way
  claims_.on_applied(b_, 1);
  claims_.on_applied(self_, 1);
  expect_ended(ErrorCode::ok);
}

TEST_F(ClaimsTest, OneWithoutALinkIsNotWaitedForEither) {
  claims_.set_settled(true);
  peers_.link_down(b_.id);
  add();
  grant(self_);
  grant(c_);
  EXPECT_FALSE(claims_.is_applying("x"));
  pass(options_.claim_grace);
  EXPECT_TRUE(claims_.is_applying("x"));
}

TEST_F(ClaimsTest, LostLinkHasItsGraceAnew) {
  claims_.set_settled(true);
  add();
  for (const auto& arbiter : {self_, b_}) grant(arbiter);
  pass(options_.claim_grace / 2);
  peers_.link_down(c_.id);
  claims_.on_link_down(c_.id);
  pass(Duration(0));
  pass(options_.claim_grace - Duration(1));
  EXPECT_FALSE(claims_.is_applying("x"));
  pass(Duration(1));
  EXPECT_TRUE(claims_.is_applying("x"));
}

// It would only keep the name from others; and it tries again as soon as enough answer.
TEST_F(ClaimsTest, GivesBackWhatItWasGrantedWhileTooFewAnswer) {
  claims_.set_settled(true);
  add();
  grant(b_);
  pass(options_.claim_grace);
  EXPECT_EQ(ports_.sent.back().first, b_);
  EXPECT_EQ(ports_.sent.back().second, RegistryMessage(ClaimAbort{asked(b_)}));
  const auto given_back = asked(b_);
  claims_.on_grant(b_, given_back, now_);
  EXPECT_EQ(asked(b_), given_back);
  claims_.on_held(c_, asked(c_), now_);
  EXPECT_GT(asked(b_), given_back);
  grant(b_);
  EXPECT_FALSE(claims_.is_applying("x"));
  grant(c_);
  pass(options_.claim_grace);
  EXPECT_TRUE(claims_.is_applying("x"));
}

TEST_F(ClaimsTest, GivenBackIsAskedForAgainWhenFewerAreUp) {
  claims_.set_settled(true);
  add();
  grant(self_);
  pass(options_.claim_grace);
  const auto given_back = asked(self_);
  for (const auto& peer : {b_, c_}) {
    peers_.link_down(peer.id);
    claims_.on_link_down(peer.id);
    peers_.node_down(peer.id);
    claims_.on_node_down(peer);
  }
  EXPECT_GT(asked(self_), given_back);
  grant(self_);
  EXPECT_TRUE(claims_.is_applying("x"));
}

// A majority has granted, and yet who has answered is waited for: with other views of the members
// its promise may be the only one that two claims have in common.
TEST_F(ClaimsTest, WhoHoldsItIsWaitedForLonger) {
  claims_.set_settled(true);
  add();
  grant(self_);
  grant(b_);
  claims_.on_held(c_, asked(c_), now_);
  pass(options_.claim_grace * 3 - Duration(1));
  EXPECT_FALSE(claims_.is_applying("x"));
  pass(Duration(1));
  EXPECT_TRUE(claims_.is_applying("x"));
}

TEST_F(ClaimsTest, SmallerClaimGoesFirst) {
  claims_.set_settled(true);
  add();
  grant(b_);
  const auto first = asked(b_);
  ports_.take();
  claims_.on_wanted(b_, first, now_);
  EXPECT_THAT(ports_.sent, SizeIs(2));
  EXPECT_EQ(ports_.sent[0].second, RegistryMessage(ClaimAbort{first}));
  EXPECT_GT(asked(b_), first);
  claims_.on_held(b_, asked(b_), now_);
  EXPECT_EQ(aborts(), 1U);
}

// The name has an entry there, though the promise still stands.
TEST_F(ClaimsTest, RefusalAfterAGrantEndsItUnlessItIsAnEntryItself) {
  claims_.set_settled(true);
  add(1);
  grant(b_);
  claims_.on_refuse(b_, ClaimRefuse{asked(b_), to_wire(NameHolder{c_, entry_of(c_, 5)})});
  expect_ended(ErrorCode::name_taken);
  ports_.finished.clear();
  add(2);
  for (const auto& arbiter : {self_, b_, c_}) grant(arbiter);
  claims_.on_refuse(b_, ClaimRefuse{asked(b_), to_wire(NameHolder{c_, entry_of(c_, 50)})});
  EXPECT_THAT(ports_.finished, IsEmpty());
}

TEST_F(ClaimsTest, EntryIsShownByAMajorityAndByAllWhoSaySoInTime) {
  claims_.set_settled(true);
  add();
  for (const auto& arbiter : {self_, b_, c_}) grant(arbiter);
  claims_.on_applied(self_, 1);
  pass(Duration(0));
  pass(options_.claim_grace * 2);
  EXPECT_THAT(ports_.finished, IsEmpty());
  EXPECT_EQ(aborts(), 0U);
  claims_.on_applied(b_, 1);
  expect_ended(ErrorCode::ok);
  // Its promise may outlive the entry, of which it has not heard (seed 43100878).
  EXPECT_EQ(ports_.sent.back().first, c_);
  EXPECT_EQ(ports_.sent.back().second, RegistryMessage(ClaimAbort{asked(c_)}));
}

// --- Of many nodes each name has its own few arbiters ---

class ClaimsAmongMany : public ClaimsTest {
 protected:
  static constexpr std::uint64_t count = 20;

  ClaimsAmongMany() {
    for (int number = 3; number < 10; ++number) {
      peers_.link_up(node(number), ++links_);
      peers_.node_up(node(number));
    }
    claims_.set_settled(true);
    for (std::uint64_t request = 1; request <= count; ++request) {
      claims_.add(request, name_of(request), entry_of(self_, 10, request), now_, deadline);
    }
    pass({});
    for (const auto& [to, message] : ports_.take()) {
      if (to == b_) askers_.push_back(std::get<NameClaim>(message).name);
    }
    EXPECT_THAT(askers_, testing::AllOf(testing::Not(IsEmpty()), testing::Not(SizeIs(count))));
  }

  static std::string name_of(std::uint64_t request) { return std::to_string(100 + request); }
  void lose_link(const Incarnation& peer) {
    peers_.link_down(peer.id);
    claims_.on_link_down(peer.id);
  }
  // The names of the claims that were sent to that node since the last call, and to no other.
  std::vector<std::string> asked_of(const Incarnation& peer) {
    std::vector<std::string> names;
    for (const auto& [to, message] : ports_.take()) {
      EXPECT_EQ(to, peer);
      const auto* claim = std::get_if<NameClaim>(&message);
      if (claim != nullptr) names.push_back(claim->name);
    }
    return names;
  }

  std::vector<std::string> askers_;  // whose arbiter b is, in their order
};

TEST_F(ClaimsAmongMany, ANewLinkIsForThoseWhoAskItsPeer) {
  lose_link(b_);
  EXPECT_THAT(asked_of(b_), IsEmpty());
  EXPECT_THAT(ports_.reached, testing::Each(b_.id));
  EXPECT_THAT(ports_.reached, SizeIs(askers_.size()));
  EXPECT_TRUE(claims_.uses_link(b_.id));
  peers_.link_up(b_, ++links_);
  claims_.on_link_up(b_);
  EXPECT_EQ(asked_of(b_), askers_);
}

TEST_F(ClaimsAmongMany, ANewMemberIsAskedByThoseWhoseArbiterItIs) {
  const Incarnation late = node(10);
  std::vector<std::string> expected;
  peers_.link_up(late, ++links_);
  peers_.node_up(late);
  for (std::uint64_t request = 1; request <= count; ++request) {
    const std::vector<Incarnation> arbiters = peers_.arbiters(name_of(request));
    const bool is_arbiter = std::ranges::find(arbiters, late) != arbiters.end();
    if (is_arbiter) expected.push_back(name_of(request));
  }
  ASSERT_THAT(expected, testing::AllOf(testing::Not(IsEmpty()), testing::Not(SizeIs(count))));
  claims_.on_node_up(late);
  EXPECT_EQ(asked_of(late), expected);
}

// In place of one that is down, the next in rank is asked.
TEST_F(ClaimsAmongMany, OneThatIsDownConcernsThoseWhoAskedIt) {
  lose_link(b_);
  (void)ports_.take();
  peers_.node_down(b_.id);
  claims_.on_node_down(b_);
  std::vector<std::string> asking;
  for (const auto& [to, message] : ports_.take())
    asking.push_back(std::get<NameClaim>(message).name);
  EXPECT_EQ(asking, askers_);
  EXPECT_FALSE(claims_.uses_link(b_.id));
}

// Whoever else comes or goes: there may be a way by now.
TEST_F(ClaimsAmongMany, WhoCouldNotBeAskedIsTriedAgain) {
  lose_link(b_);
  pass({});
  ports_.reached.clear();
  const Incarnation other = node(10);
  peers_.node_up(other);
  claims_.on_node_up(other);
  EXPECT_THAT(ports_.reached, testing::Contains(b_.id));
  ports_.reached.clear();
  peers_.node_down(other.id);
  claims_.on_node_down(other);
  EXPECT_THAT(ports_.reached, testing::AllOf(testing::Not(IsEmpty()), testing::Each(b_.id)));
}

// It was asked while the time was not known: the next event knows it, and that nobody else answers.
TEST_F(ClaimsAmongMany, WhatTheTimeHasDecidedIsSeenByTheNextEvent) {
  std::map<NodeId, std::uint64_t> numbers;
  claims_.add(count + 1, "late", entry_of(self_, 11), now_, deadline);
  for (const auto& [to, message] : ports_.take()) {
    numbers.emplace(to.id, std::get<NameClaim>(message).number);
  }
  ASSERT_THAT(numbers, SizeIs(arbiters_max));
  pass({});
  std::size_t granted = 0;
  for (const auto& [id, number] : numbers) {
    if (++granted <= 3) claims_.on_grant({id, 1}, number, now_);
  }
  EXPECT_EQ(table_.own_entry("late"), nullptr) << "two may still answer";
  const std::uint64_t other = 77;  // an answer that nobody waits for, later
  claims_.on_grant(b_, other, now_ + options_.claim_grace);
  claims_.on_node_down(node(11));
  EXPECT_NE(table_.own_entry("late"), nullptr);
}

}  // namespace
}  // namespace noex::test

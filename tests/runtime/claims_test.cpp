#include "runtime/claims.h"

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
    claims_.add(request, "x", entry_of(self_, 10, request), deadline);
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
  void grant(const Incarnation& peer) { claims_.on_grant(peer, asked(peer)); }
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
  LinkSerial links_ = 0;
  NameTable table_{self_};
  FakePorts ports_{table_};
  Claims claims_{peers_, table_, ports_};
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
  claims_.on_grant(b_, old_number);
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
  claims_.on_node_up();
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
  claims_.on_grant(b_, asked(c_));
  claims_.on_grant(node(1, 2), asked(b_));
  claims_.on_grant(b_, 999);
  claims_.on_refuse(b_, ClaimRefuse{999, {}});
  claims_.on_applied(b_, 999);
  EXPECT_THAT(ports_.finished, IsEmpty());
  grant(b_);
  claims_.on_refuse(b_, ClaimRefuse{asked(b_), {}});
  EXPECT_THAT(ports_.finished, IsEmpty());
}

}  // namespace
}  // namespace noex::test

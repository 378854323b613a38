#include "noex/runtime/registry/finds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "noex/runtime/core/options.h"
#include "tests/runtime/registry_ports_fake.h"

namespace noex::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Instant deadline{10s};

class FindsTest : public testing::Test {
 protected:
  ~FindsTest() override { finds_.check_invariants(); }

  // Nodes 1 .. count, up and linked.
  void meet(int count) {
    for (int number = 1; number <= count; ++number) {
      peers_.link_up(node(number), ++links_);
      peers_.node_up(node(number));
    }
  }
  void add(std::uint64_t request, const std::string& name = "x") {
    finds_.add(request, name, now_, deadline);
  }
  void lose_link(const Incarnation& peer) {
    peers_.link_down(peer.id);
    finds_.on_link_down(peer.id);
  }
  void answer(const Incarnation& peer, std::uint64_t request) {
    finds_.on_found(peer, NameFound{request, {}});
  }
  void pass(Duration time) {
    now_ += time;
    finds_.on_time(now_);
  }
  // Who was asked since the last call.
  std::vector<Incarnation> asked() {
    std::vector<Incarnation> whom;
    for (const auto& [to, message] : ports_.take()) {
      EXPECT_TRUE(std::holds_alternative<NameFind>(message));
      whom.push_back(to);
    }
    return whom;
  }
  void expect_ended(ErrorCode code) {
    ASSERT_THAT(ports_.found, SizeIs(1));
    const auto& result = ports_.found[0].result;
    EXPECT_EQ(result ? ErrorCode::ok : result.error().code, code);
    EXPECT_EQ(finds_.size(), 0U);
    EXPECT_EQ(finds_.next_deadline(), std::nullopt);
  }

  Incarnation self_ = node(0);
  Incarnation b_ = node(1);
  Incarnation c_ = node(2);
  RegistryPeers peers_{self_};
  LinkSerial links_;
  NameTable table_{self_};
  FakePorts ports_{table_};
  Options options_;
  Finds finds_{options_, peers_, ports_};
  Instant now_{1s};
};

TEST_F(FindsTest, WaitsUntilSettled) {
  meet(2);
  add(1);
  EXPECT_THAT(asked(), IsEmpty());
  finds_.set_settled(true);
  EXPECT_THAT(asked(), ElementsAre(b_, c_));
  finds_.set_settled(true);
  EXPECT_THAT(asked(), IsEmpty()) << "once";
}

TEST_F(FindsTest, TheFirstWhoKnowsAHolderEndsIt) {
  meet(2);
  finds_.set_settled(true);
  add(1);
  const NameHolder holder{c_, entry_of(c_, 5)};
  finds_.on_found(b_, NameFound{1, to_wire(holder)});
  expect_ended(ErrorCode::ok);
  EXPECT_EQ(ports_.found[0].result, holder);
  answer(c_, 1);
  expect_ended(ErrorCode::ok);
}

TEST_F(FindsTest, NobodyHoldsItOnceAllSaySo) {
  meet(2);
  finds_.set_settled(true);
  add(1);
  answer(b_, 1);
  answer(b_, 1);
  EXPECT_THAT(ports_.found, IsEmpty());
  answer(c_, 1);
  expect_ended(ErrorCode::noproc);
}

TEST_F(FindsTest, AMajorityIsEnoughOnceTheOthersHadTheirGrace) {
  meet(2);
  finds_.set_settled(true);
  add(1);
  answer(b_, 1);
  pass(options_.claim_grace - 1ns);
  EXPECT_THAT(ports_.found, IsEmpty());
  pass(1ns);
  expect_ended(ErrorCode::noproc);
}

TEST_F(FindsTest, EndsByItsDeadlineOrWhenItIsCancelled) {
  meet(3);
  finds_.set_settled(true);
  add(1);
  add(2);
  finds_.cancel(2);
  ASSERT_THAT(ports_.found, SizeIs(1));
  EXPECT_EQ(ports_.found[0].result.error().code, ErrorCode::cancelled);
  ports_.found.clear();
  now_ = deadline;
  finds_.on_time(now_);
  expect_ended(ErrorCode::timeout);
}

TEST_F(FindsTest, ALostLinkIsWaitedForAndAskedOverAgain) {
  meet(2);
  finds_.set_settled(true);
  add(1);
  (void)asked();
  lose_link(b_);
  EXPECT_THAT(ports_.reached, ElementsAre(b_.id));
  answer(b_, 1);
  answer(c_, 1);
  EXPECT_THAT(ports_.found, IsEmpty()) << "an answer over the lost link can't come";
  peers_.link_up(b_, ++links_);
  finds_.on_link_up(b_);
  EXPECT_THAT(asked(), ElementsAre(b_)) << "and not who has answered";
  answer(b_, 1);
  expect_ended(ErrorCode::noproc);
}

TEST_F(FindsTest, WhoIsDownIsNotWaitedFor) {
  meet(2);
  finds_.set_settled(true);
  add(1);
  answer(b_, 1);
  finds_.on_node_down(node(2, 9));
  EXPECT_THAT(ports_.found, IsEmpty()) << "another boot";
  peers_.node_down(c_.id);
  finds_.on_node_down(c_);
  expect_ended(ErrorCode::noproc);
}

TEST_F(FindsTest, AnEntryHereEndsAllOfItsName) {
  meet(2);
  finds_.set_settled(true);
  for (const std::uint64_t request : {1, 2}) add(request);
  add(3, "y");
  finds_.on_entry("x", {b_, entry_of(b_, 1)});
  ASSERT_THAT(ports_.found, SizeIs(2));
  EXPECT_EQ(ports_.found[0].request, 1U);
  EXPECT_EQ(ports_.found[1].request, 2U);
  EXPECT_EQ(finds_.size(), 1U);
}

TEST_F(FindsTest, UsesALinkWhileAnAnswerIsAwaited) {
  meet(2);
  add(1);
  EXPECT_FALSE(finds_.uses_link(b_.id)) << "nobody is asked yet";
  finds_.set_settled(true);
  EXPECT_TRUE(finds_.uses_link(b_.id) && finds_.uses_link(c_.id));
  answer(b_, 1);
  EXPECT_TRUE(!finds_.uses_link(b_.id) && finds_.uses_link(c_.id));
  answer(c_, 1);
  EXPECT_FALSE(finds_.uses_link(c_.id));
}

// Of many nodes each name has its own few arbiters.
TEST_F(FindsTest, APeersEventsTouchThoseWhoAskItAndNobodyElse) {
  meet(9);
  finds_.set_settled(true);
  std::vector<std::uint64_t> askers;
  for (std::uint64_t request = 1; request <= 20; ++request) {
    add(request, std::to_string(request));
    const std::vector<Incarnation> whom = asked();
    if (std::ranges::find(whom, b_) != whom.end()) askers.push_back(request);
  }
  ASSERT_THAT(askers, testing::AllOf(testing::Not(IsEmpty()), testing::Not(SizeIs(20))));
  lose_link(b_);
  peers_.link_up(b_, ++links_);
  finds_.on_link_up(b_);
  std::vector<std::uint64_t> asked_again;
  for (const auto& [to, message] : ports_.take()) {
    EXPECT_EQ(to, b_);
    asked_again.push_back(std::get<NameFind>(message).number);
  }
  EXPECT_EQ(asked_again, askers) << "in their order";
}

}  // namespace
}  // namespace noex::test

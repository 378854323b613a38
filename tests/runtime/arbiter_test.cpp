#include "noex/runtime/registry/arbiter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/registry_ports_fake.h"

namespace noex::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

NameClaim claim(std::uint64_t number, std::int64_t wall, const std::string& name = "x") {
  return NameClaim{number, name, WireEntry{{wall, 0}, 1}};
}

class ArbiterTest : public testing::Test {
 protected:
  ~ArbiterTest() override { arbiter_.check_invariants(); }

  // An entry of that owner becomes visible.
  void make_entry(const Incarnation& owner, std::int64_t wall) {
    if (table_.copy(owner.id) == nullptr) {
      table_.replace_copy(NamesSnapshot{owner, 0, false, {}, {}});
      table_.show(owner);
    }
    const std::uint64_t next = table_.copy(owner.id)->sequence + 1;
    table_.apply(NamesDelta{owner, next, false, {{"x", WireEntry{{wall, 0}, 1}}}, {}, {}, {}});
    arbiter_.on_entry("x");
  }
  ClaimRefuse refusal(std::uint64_t number, const Incarnation& holder, std::int64_t wall) {
    return ClaimRefuse{number, WireHolder{holder.id, holder.boot, WireEntry{{wall, 0}, 1}}};
  }

  Incarnation self_ = node(0);
  Incarnation b_ = node(1);
  Incarnation c_ = node(2);
  Incarnation d_ = node(3);
  NameTable table_{self_};
  FakePorts ports_{table_};
  Arbiter arbiter_{table_, ports_};
};

using Sent = RegistryMessage;

TEST_F(ArbiterTest, GrantsWhatIsFree) {
  arbiter_.on_claim(b_, claim(1, 10));
  arbiter_.on_claim(c_, claim(1, 20, "y"));
  EXPECT_THAT(ports_.take(),
              ElementsAre(Pair(b_, Sent(ClaimGrant{1})), Pair(c_, Sent(ClaimGrant{1}))));
  EXPECT_EQ(arbiter_.promises(), 2U);
}

TEST_F(ArbiterTest, RefusesWhatHasAnEntry) {
  make_entry(b_, 10);
  arbiter_.on_claim(c_, claim(1, 5));
  EXPECT_THAT(ports_.take(), ElementsAre(Pair(c_, Sent(refusal(1, b_, 10)))));
  EXPECT_EQ(arbiter_.promises(), 0U);
}

TEST_F(ArbiterTest, EntryOfAnOwnerThatIsNotUpIsNoReason) {
  table_.replace_copy(NamesSnapshot{b_, 1, false, {{"x", WireEntry{{10, 0}, 1}}}, {}});
  arbiter_.on_claim(c_, claim(1, 50));
  EXPECT_THAT(ports_.take(), ElementsAre(Pair(c_, Sent(ClaimGrant{1}))));
}

// Nobody knows yet whether the smaller one comes to an entry.
TEST_F(ArbiterTest, HoldsALargerClaimToo) {
  arbiter_.on_claim(b_, claim(1, 10));
  ports_.take();
  arbiter_.on_claim(c_, claim(1, 20));
  EXPECT_THAT(ports_.take(), ElementsAre(Pair(c_, Sent(ClaimHeld{1}))));
  EXPECT_EQ(arbiter_.held(), 1U);
}

TEST_F(ArbiterTest, HoldsASmallerClaimUntilTheEntryAppears) {
  arbiter_.on_claim(b_, claim(1, 20));
  ports_.take();
  arbiter_.on_claim(c_, claim(1, 10));
  EXPECT_THAT(ports_.take(),
              ElementsAre(Pair(c_, Sent(ClaimHeld{1})), Pair(b_, Sent(ClaimWanted{1}))));
  EXPECT_EQ(arbiter_.held(), 1U);
  arbiter_.on_claim(d_, claim(1, 5));  // who has the promise is told once
  EXPECT_THAT(ports_.take(), ElementsAre(Pair(d_, Sent(ClaimHeld{1}))));
  arbiter_.on_abort(d_.id, 1);
  make_entry(b_, 20);
  EXPECT_THAT(ports_.take(),
              ElementsAre(Pair(c_, Sent(refusal(1, b_, 20))), Pair(b_, Sent(NamesApplied{1}))));
  EXPECT_EQ(arbiter_.promises() + arbiter_.held(), 0U);
}

TEST_F(ArbiterTest, GrantsTheSmallestHeldClaimAfterAnAbort) {
  arbiter_.on_claim(b_, claim(1, 30));
  arbiter_.on_claim(c_, claim(1, 20));
  arbiter_.on_claim(d_, claim(1, 10));
  ports_.take();
  arbiter_.on_abort(b_.id, 1);
  EXPECT_THAT(ports_.take(), ElementsAre(Pair(d_, Sent(ClaimGrant{1}))));
  EXPECT_EQ(arbiter_.promises(), 1U);
  EXPECT_EQ(arbiter_.held(), 1U);
  arbiter_.on_claim(b_, claim(2, 5));
  EXPECT_THAT(ports_.take(),
              ElementsAre(Pair(b_, Sent(ClaimHeld{2})), Pair(d_, Sent(ClaimWanted{1}))));
}

TEST_F(ArbiterTest, LostLinkReleasesAllOfAClaimant) {
  arbiter_.on_claim(b_, claim(1, 30));
  arbiter_.on_claim(b_, claim(2, 40, "y"));
  arbiter_.on_claim(c_, claim(1, 20));
  arbiter_.on_claim(c_, claim(2, 50, "z"));
  ports_.take();
  arbiter_.release(b_.id);
  EXPECT_THAT(ports_.take(), ElementsAre(Pair(c_, Sent(ClaimGrant{1}))));
  EXPECT_EQ(arbiter_.promises(), 2U);
  arbiter_.release(c_.id);
  arbiter_.release(c_.id);
  EXPECT_EQ(arbiter_.promises(), 0U);
}

TEST_F(ArbiterTest, AbortOfAHeldClaimLeavesThePromise) {
  arbiter_.on_claim(b_, claim(1, 30));
  arbiter_.on_claim(c_, claim(1, 20));
  ports_.take();
  arbiter_.on_abort(c_.id, 1);
  arbiter_.on_abort(c_.id, 1);
  arbiter_.on_abort(d_.id, 7);
  EXPECT_THAT(ports_.take(), IsEmpty());
  EXPECT_EQ(arbiter_.promises(), 1U);
  EXPECT_EQ(arbiter_.held(), 0U);
}

TEST_F(ArbiterTest, PromiseOutlivesAnEntryOfSomebodyElse) {
  arbiter_.on_claim(b_, claim(1, 30));
  arbiter_.on_claim(c_, claim(1, 20));
  ports_.take();
  make_entry(d_, 5);
  EXPECT_THAT(ports_.take(),
              ElementsAre(Pair(c_, Sent(refusal(1, d_, 5))), Pair(b_, Sent(refusal(1, d_, 5)))));
  EXPECT_EQ(arbiter_.promises(), 1U);
  arbiter_.on_abort(b_.id, 1);
  EXPECT_EQ(arbiter_.promises(), 0U);
}

// A majority was enough for it.
TEST_F(ArbiterTest, EntryOfAHeldClaimIsNoRefusalOfIt) {
  arbiter_.on_claim(b_, claim(1, 10));
  arbiter_.on_claim(c_, claim(1, 20));
  ports_.take();
  make_entry(c_, 20);
  EXPECT_THAT(ports_.take(), ElementsAre(Pair(b_, Sent(refusal(1, c_, 20)))));
  EXPECT_EQ(arbiter_.held(), 0U);
  EXPECT_EQ(arbiter_.promises(), 1U);
}

TEST_F(ArbiterTest, AsksAreToldApartAndBounded) {
  arbiter_.on_claim(b_, claim(1, 30));
  const std::size_t two = 2 * snapshot_cost("x");
  EXPECT_FALSE(arbiter_.is_acceptable(b_.id, claim(1, 30, "y"), two));
  EXPECT_TRUE(arbiter_.is_acceptable(b_.id, claim(2, 30, "y"), two));
  EXPECT_FALSE(arbiter_.is_acceptable(b_.id, claim(2, 30, "y"), two - 1));
  EXPECT_TRUE(arbiter_.is_acceptable(c_.id, claim(1, 30, "y"), two));
}

}  // namespace
}  // namespace noex::test

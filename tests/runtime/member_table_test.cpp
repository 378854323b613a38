#include "noex/runtime/membership/member_table.h"

#include <algorithm>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/membership_scene.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class MemberTables : public testing::Test {
 protected:
  MemberRecord& put(const TableEntry& entry) {
    MemberRecord* record = table_.find(entry.id);
    if (record == nullptr) record = table_.add(entry.id);
    table_.put(*record, entry);
    table_.check_invariants();
    return *record;
  }

  MemberTable table_{Incarnation{self_id, 100}, 3};
};

// Each is beaten by those behind it.
TEST_F(MemberTables, HigherBootThenLeftThenVersionThenStatus) {
  const std::vector<TableEntry> order{alive(ann, 7, 1), suspect(ann, 7, 1), dead(ann, 7, 1),
                                      alive(ann, 7, 2), left(ann, 7, 1),    left(ann, 7, 2),
                                      alive(ann, 8, 1)};
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = 0; j < order.size(); ++j) {
      EXPECT_EQ(beats(order[i], order[j]), i > j) << i << ' ' << j;
    }
  }
}

TEST_F(MemberTables, HashIsThatOfWhatIsKnownInWhateverOrder) {
  MemberTable other(Incarnation{self_id, 100}, 3);
  put(alive(ann, 7));
  put(suspect(bob, 5));
  for (const TableEntry& entry : {dead(bob, 4), suspect(bob, 5), alive(ann, 7)}) {
    MemberRecord* record = other.find(entry.id);
    other.put(record != nullptr ? *record : *other.add(entry.id), entry);
  }
  EXPECT_EQ(table_.hash(), other.hash());
  put(alive(ann, 7, 2));
  EXPECT_NE(table_.hash(), other.hash());
}

TEST_F(MemberTables, HashKnowsNoReasonsAndNobodyWhoLeft) {
  const auto before = table_.hash();
  put(left(ann, 7));
  EXPECT_EQ(table_.hash(), before);
  TableEntry closed = dead(ann, 8);
  closed.reason = DownReason::connection_closed;
  EXPECT_EQ(hash_of(closed), hash_of(dead(ann, 8)));
  EXPECT_NE(hash_of(closed), hash_of(suspect(ann, 8)));
}

TEST_F(MemberTables, FindsByIdBootAndName) {
  const NodeId other("ann", "10.0.0.9", 1);
  put(alive(bob, 5));
  put(alive(other, 3));
  put(alive(ann, 7));
  std::vector<NodeId> ids;
  for (const MemberIndex index : table_.by_id()) ids.push_back(table_.at(index).id());
  EXPECT_THAT(ids, ElementsAre(ann, other, bob));
  EXPECT_EQ(table_.by_name("ann").size(), 2U);
  EXPECT_THAT(table_.by_name("an"), IsEmpty());
  EXPECT_NE(table_.find(Incarnation{ann, 7}), nullptr);
  EXPECT_EQ(table_.find(Incarnation{ann, 6}), nullptr);
  EXPECT_EQ(table_.find(self_id), nullptr) << "it is no member of its own table";
}

TEST_F(MemberTables, PlacesAreBoundedAndGivenAgain) {
  put(alive(ann, 7));
  const MemberIndex place = put(dead(bob, 5)).index;
  put(alive(numbered(1), 1));
  EXPECT_TRUE(table_.is_full());
  EXPECT_EQ(table_.add(numbered(2)), nullptr);
  table_.forget(bob);
  EXPECT_FALSE(table_.holds(place));
  EXPECT_EQ(table_.add(numbered(2))->index, place);
  EXPECT_TRUE(table_.holds(place));
  table_.check_invariants();
}

TEST_F(MemberTables, CountsWhoIsInWhichState) {
  put(alive(ann, 7));
  put(suspect(bob, 5));
  EXPECT_EQ(table_.living(), 2U);
  put(dead(bob, 5));
  put(left(ann, 7));
  EXPECT_EQ(table_.living(), 0U);
  EXPECT_EQ(table_.dead(), 1U);
  EXPECT_EQ(table_.left(), 1U);
}

TEST_F(MemberTables, CountsWhoIsStillToBeTried) {
  MemberRecord& seed = *table_.add(ann);
  table_.set_seed(seed, true);
  table_.set_wanted(seed, true);
  EXPECT_EQ(table_.untried(), 1U);
  table_.set_tried(seed, true);
  EXPECT_EQ(table_.untried(), 0U);
  table_.set_tried(seed, false);
  table_.forget(ann);
  EXPECT_EQ(table_.untried(), 0U) << "nobody waits for it any more";
  table_.check_invariants();
}

// Who left for longest, then, for one who lives, who is dead for longest; never a seed.
TEST_F(MemberTables, DispensableIsWhoIsGoneForLongest) {
  put(dead(ann, 7)).changed_at = Instant{1s};
  EXPECT_EQ(table_.dispensable(MemberStatus::left), nullptr);
  EXPECT_EQ(table_.dispensable(MemberStatus::dead)->id(), ann);
  put(left(bob, 5)).changed_at = Instant{3s};
  put(left(numbered(1), 5)).changed_at = Instant{2s};
  EXPECT_EQ(table_.dispensable(MemberStatus::left)->id(), numbered(1));
  EXPECT_EQ(table_.dispensable(MemberStatus::dead)->id(), numbered(1));
  for (const NodeId& id : {bob, numbered(1)}) table_.set_seed(*table_.find(id), true);
  EXPECT_EQ(table_.dispensable(MemberStatus::left), nullptr);
  EXPECT_EQ(table_.dispensable(MemberStatus::dead)->id(), ann);
}

// The last part is not full, so that its receiver knows that it is the last.
TEST(MemberTableParts, AreByIdWithItselfAndEndWithOneThatIsNotFull) {
  for (const std::size_t others : {0U, 1U, 126U, 127U, 128U, 300U}) {
    MemberTable table(Incarnation{NodeId("n", "10.0.1.1", 50), 100}, 4096);
    for (std::size_t i = 0; i < others; ++i) {
      const NodeId id("n", "10.0.1.1", static_cast<std::uint16_t>(i < 49 ? i + 1 : i + 2));
      table.put(*table.add(id), alive(id, 7));
    }
    table.add(NodeId("unknown", "h", 1));
    std::vector<NodeId> ids;
    const auto parts = table.parts();
    for (const Table& part : parts) {
      EXPECT_LE(part.entries.size(), table_entries_max);
      for (const TableEntry& entry : part.entries) ids.push_back(entry.id);
    }
    EXPECT_LT(parts.back().entries.size(), table_entries_max);
    EXPECT_EQ(ids.size(), others + 1);
    EXPECT_TRUE(std::ranges::is_sorted(ids));
  }
}

TEST_F(MemberTables, OwnVersionOnlyRises) {
  const auto before = table_.hash();
  table_.raise_self(5);
  EXPECT_EQ(table_.self().version, 5U);
  EXPECT_NE(table_.hash(), before);
  table_.check_invariants();
  EXPECT_DEATH(table_.raise_self(5), "5");
}

}  // namespace
}  // namespace noex

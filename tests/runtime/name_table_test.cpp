#include "noex/runtime/registry/name_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/registry_ports_fake.h"

namespace noex::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t plenty = 1'000'000;

NamesSnapshot snapshot_of(const Incarnation& owner, std::uint64_t sequence,
                          std::map<std::string, std::int64_t> walls) {
  NamesSnapshot snapshot{owner, sequence, false, {}, {}};
  for (const auto& [name, wall] : walls) snapshot.names[name] = WireEntry{{wall, 0}, 1};
  return snapshot;
}

class NameTableTest : public testing::Test {
 protected:
  ~NameTableTest() override { table_.check_invariants(); }

  Incarnation self_ = node(0);
  Incarnation b_ = node(1);
  Incarnation c_ = node(2);
  NameTable table_{self_};
};

TEST(Wins, IsASmallerStampAndTotal) {
  const NameHolder early{node(1), entry_of(node(1), 5)};
  const NameHolder late{node(0), entry_of(node(0), 6)};
  EXPECT_TRUE(wins(early, late));
  EXPECT_FALSE(wins(late, early));
  EXPECT_FALSE(wins(early, early));
  const NameHolder tied{node(0), entry_of(node(0), 5)};
  EXPECT_NE(wins(early, tied), wins(tied, early));
}

TEST_F(NameTableTest, OwnNamesAreSeenAtOnceAndEveryChangeCounts) {
  table_.put_own("x", entry_of(self_, 5, 7));
  table_.put_own("y", entry_of(self_, 6, 7));
  EXPECT_EQ(table_.own().sequence, 1U);
  EXPECT_TRUE(table_.take_delta());
  EXPECT_THAT(table_.own_names_of(7), ElementsAre("x", "y"));
  EXPECT_THAT(table_.own_names_of(8), IsEmpty());
  EXPECT_EQ(table_.winner("x")->owner, self_);
  const auto before = table_.version();
  table_.remove_own({"x", "y"});
  EXPECT_EQ(table_.own().sequence, 2U);
  EXPECT_EQ(table_.winner("x"), nullptr);
  EXPECT_GT(table_.version(), before);
}

TEST_F(NameTableTest, CopyIsSeenOnlyWhileItsOwnerIsUp) {
  table_.replace_copy(snapshot_of(b_, 4, {{"x", 5}}));
  EXPECT_EQ(table_.winner("x"), nullptr);
  table_.show(b_);
  EXPECT_EQ(table_.winner("x")->owner, b_);
  EXPECT_NE(table_.visible_entry(b_, "x"), nullptr);
  table_.hide(b_);
  EXPECT_EQ(table_.winner("x"), nullptr);
  EXPECT_EQ(table_.visible_entry(b_, "x"), nullptr);
  table_.show(b_);
  EXPECT_EQ(table_.winner("x")->owner, b_);
  table_.drop_copy(b_);
  EXPECT_EQ(table_.winner("x"), nullptr);
}

TEST_F(NameTableTest, SmallerStampIsTheWinner) {
  table_.put_own("x", entry_of(self_, 6));
  table_.replace_copy(snapshot_of(b_, 1, {{"x", 7}}));
  table_.replace_copy(snapshot_of(c_, 1, {{"x", 5}}));
  table_.show(b_);
  table_.show(c_);
  EXPECT_EQ(table_.winner("x")->owner, c_);
  EXPECT_THAT(table_.visible().entries("x"), testing::SizeIs(3));
  EXPECT_EQ(table_.visible().entries("x").back().owner, b_);
  table_.hide(c_);
  EXPECT_EQ(table_.winner("x")->owner, self_);
  EXPECT_THAT(table_.visible().winners(), testing::SizeIs(1));
}

TEST_F(NameTableTest, SnapshotReplacesTheWholeCopy) {
  table_.show(b_);
  table_.replace_copy(snapshot_of(b_, 4, {{"x", 5}, {"y", 6}}));
  table_.replace_copy(snapshot_of(b_, 9, {{"z", 7}}));
  EXPECT_EQ(table_.winner("x"), nullptr);
  EXPECT_NE(table_.winner("z"), nullptr);
  EXPECT_EQ(table_.copy(b_.id)->sequence, 9U);
}

TEST_F(NameTableTest, VersionsAreComparedByBootFirst) {
  EXPECT_TRUE(table_.compare(b_, 0) < 0);
  table_.replace_copy(snapshot_of(node(1, 3), 4, {}));
  EXPECT_TRUE(table_.compare(node(1, 3), 3) > 0);
  EXPECT_TRUE(table_.compare(node(1, 3), 4) == 0);
  EXPECT_TRUE(table_.compare(node(1, 3), 5) < 0);
  EXPECT_TRUE(table_.compare(node(1, 2), 9) > 0);
  EXPECT_TRUE(table_.compare(node(1, 4), 0) < 0);
}

TEST_F(NameTableTest, ChangesUntilTheyAreToldAreOneDelta) {
  EXPECT_EQ(table_.take_delta(), std::nullopt);
  const auto before = table_.hash();
  table_.put_own("x", entry_of(self_, 5));
  table_.put_own("y", entry_of(self_, 6));
  table_.remove_own({"x"});
  table_.move_own("y", 9);
  const auto delta = table_.take_delta();
  ASSERT_TRUE(delta);
  EXPECT_EQ(*delta, (NamesDelta{self_, 1, false, {{"y", WireEntry{{6, 0}, 9}}}, {}, {}, {}}));
  EXPECT_EQ(table_.take_delta(), std::nullopt);
  table_.put_own("x", entry_of(self_, 5));
  table_.remove_own({"x"});
  EXPECT_EQ(table_.take_delta(), std::nullopt) << "it was there for nobody";
  EXPECT_EQ(table_.own().sequence, 1U);
  table_.remove_own({"y"});
  EXPECT_EQ(table_.take_delta()->removed, std::vector<std::string>{"y"});
  EXPECT_NE(table_.hash(), before);
}

TEST_F(NameTableTest, HashIsOfWhatIsVisible) {
  const auto empty = table_.hash();
  table_.replace_copy(snapshot_of(b_, 4, {{"x", 5}}));
  EXPECT_EQ(table_.hash(), empty);
  table_.show(b_);
  const auto whole = table_.hash();
  EXPECT_NE(whole, empty);
  table_.replace_copy(snapshot_of(b_, 5, {{"x", 5}}));
  EXPECT_NE(table_.hash(), whole);
  table_.hide(b_);
  EXPECT_EQ(table_.hash(), empty);
}

TEST_F(NameTableTest, VersionsAreOfWhatIsKnown) {
  table_.replace_copy(snapshot_of(b_, 4, {{"x", 5}}));
  EXPECT_EQ(table_.versions(), (std::vector<OwnerVersion>{{self_, 0}}));
  table_.set_known(b_, true);
  EXPECT_EQ(table_.versions(), (std::vector<OwnerVersion>{{self_, 0}, {b_, 4}}));
  table_.replace_copy(snapshot_of(node(1, 2), 0, {}));
  EXPECT_FALSE(table_.is_known(b_));
  EXPECT_FALSE(table_.is_known(node(1, 2)));
}

TEST_F(NameTableTest, MakesRoomInPlaceOfWhatNobodyMisses) {
  table_.replace_copy(snapshot_of(b_, 4, {{"x", 5}}));
  EXPECT_TRUE(table_.make_room(2, c_.id));
  EXPECT_EQ(table_.copies(), 1U);
  table_.show(b_);
  EXPECT_FALSE(table_.make_room(1, c_.id));
  table_.hide(b_);
  EXPECT_TRUE(table_.make_room(1, c_.id));
  EXPECT_EQ(table_.copies(), 0U);
}

TEST_F(NameTableTest, NewBootIsHiddenUntilItIsUpItself) {
  table_.show(b_);
  table_.replace_copy(snapshot_of(b_, 1, {{"x", 5}}));
  table_.replace_copy(snapshot_of(node(1, 2), 1, {{"y", 6}}));
  EXPECT_THAT(table_.visible().winners(), IsEmpty());
  table_.hide(b_);
  table_.drop_copy(b_);
  table_.show(node(1, 2));
  EXPECT_EQ(table_.winner("y")->owner, node(1, 2));
}

TEST_F(NameTableTest, DeltaIsAppliedInOrderOnly) {
  table_.replace_copy(snapshot_of(b_, 4, {{"x", 5}}));
  table_.show(b_);
  const NamesDelta next{b_, 5, false, {{"y", WireEntry{{6, 0}, 2}}}, {"x"}, {}, {}};
  ASSERT_TRUE(table_.is_applicable(next, plenty));
  table_.apply(next);
  EXPECT_EQ(table_.winner("x"), nullptr);
  EXPECT_EQ(table_.winner("y")->entry.process, 2U);
  EXPECT_FALSE(table_.is_applicable(next, plenty));
  EXPECT_FALSE(table_.is_applicable(NamesDelta{node(1, 1), 7, false, {}, {"y"}, {}, {}}, plenty));
  EXPECT_FALSE(table_.is_applicable(NamesDelta{node(1, 2), 6, false, {}, {"y"}, {}, {}}, plenty));
  EXPECT_FALSE(table_.is_applicable(NamesDelta{node(1, 1), 6, false, {}, {"x"}, {}, {}}, plenty));
  EXPECT_FALSE(table_.is_applicable(NamesDelta{node(2, 1), 1, false, {}, {"y"}, {}, {}}, plenty));
  EXPECT_TRUE(table_.is_applicable(NamesDelta{node(1, 1), 6, false, {}, {"y"}, {}, {}}, plenty));
}

TEST_F(NameTableTest, DeltaMayPutANameAgain) {
  table_.replace_copy(snapshot_of(b_, 0, {{"x", 5}}));
  table_.show(b_);
  const NamesDelta again{b_, 1, false, {{"x", WireEntry{{5, 0}, 9}}}, {}, {}, {}};
  ASSERT_TRUE(table_.is_applicable(again, plenty));
  table_.apply(again);
  EXPECT_EQ(table_.winner("x")->entry.process, 9U);
  EXPECT_THAT(table_.visible().entries("x"), testing::SizeIs(1));
}

TEST_F(NameTableTest, CopyHasABound) {
  table_.replace_copy(snapshot_of(b_, 0, {{"x", 5}}));
  const NamesDelta more{b_, 1, false, {{"y", WireEntry{{6, 0}, 2}}}, {}, {}, {}};
  EXPECT_TRUE(table_.is_applicable(more, 2 * snapshot_cost("x")));
  EXPECT_FALSE(table_.is_applicable(more, 2 * snapshot_cost("x") - 1));
}

}  // namespace
}  // namespace noex::test

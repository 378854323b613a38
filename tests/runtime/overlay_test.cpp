#include "noex/runtime/membership/overlay.h"

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/membership_scene.h"

namespace noex {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

class Overlays : public testing::Test {
 protected:
  std::vector<MemberIndex> tell(const TableEntry& entry) {
    change(entry);
    return overlay_.review(table_);
  }
  void change(const TableEntry& entry) {
    MemberRecord* record = table_.find(entry.id);
    if (record == nullptr) record = table_.add(entry.id);
    const bool lived = record->lives();
    table_.put(*record, entry);
    overlay_.changed(*record, lived);
  }
  std::set<MemberIndex> wanted() const {
    std::set<MemberIndex> wanted;
    for (const MemberIndex index : table_.by_id()) {
      if (overlay_.should_be_linked(table_.at(index))) wanted.insert(index);
    }
    return wanted;
  }

  MemberTable table_{Incarnation{self_id, 100}, 4096};
  Overlay overlay_{self_id, 32};
};

TEST_F(Overlays, SmallClusterIsAMeshOfAllButWhoLeft) {
  tell(alive(ann, 7));
  tell(dead(bob, 5));
  tell(left(numbered(1), 5));
  EXPECT_TRUE(overlay_.is_mesh() && overlay_.is_mesh_of_all());
  EXPECT_TRUE(overlay_.should_be_linked(*table_.find(ann)));
  EXPECT_TRUE(overlay_.should_be_linked(*table_.find(bob)));
  EXPECT_FALSE(overlay_.should_be_linked(*table_.find(numbered(1))));
}

TEST_F(Overlays, TheDeadAreTheFirstWhoAreNotLinkedAnyMore) {
  for (int i = 1; i <= 30; ++i) tell(alive(numbered(i), 1));
  tell(dead(ann, 7));
  EXPECT_TRUE(overlay_.should_be_linked(*table_.find(ann)));
  EXPECT_EQ(tell(dead(bob, 7)).size(), 32U) << "the shape has changed";
  EXPECT_TRUE(overlay_.is_mesh());
  EXPECT_FALSE(overlay_.is_mesh_of_all());
  EXPECT_FALSE(overlay_.should_be_linked(*table_.find(ann)));
  EXPECT_EQ(wanted().size(), 30U);
}

TEST_F(Overlays, LargeClusterHasNeighboursOnly) {
  for (int i = 1; i <= 200; ++i) tell(alive(numbered(i), 1));
  EXPECT_FALSE(overlay_.is_mesh());
  EXPECT_THAT(wanted(), Not(IsEmpty()));
  EXPECT_LE(wanted().size(), 2 * rings);
  const MemberIndex near = *wanted().begin();
  tell(dead(table_.at(near).id(), 1));
  EXPECT_THAT(wanted(), Not(Contains(near)));
  EXPECT_THAT(wanted(), Not(IsEmpty())) << "others are near now";
}

TEST_F(Overlays, ReviewNamesAllOfWhomItsAnswerHasChanged) {
  for (int i = 1; i <= 300; ++i) {
    const auto before = wanted();
    const auto concerned = tell(alive(numbered(i), 1));
    const auto after = wanted();
    for (const MemberIndex index : table_.by_id()) {
      if (before.contains(index) != after.contains(index)) {
        EXPECT_THAT(concerned, Contains(index)) << i;
      }
    }
    if (i <= 40) continue;
    EXPECT_LE(concerned.size(), 1 + 4 * rings) << "and hardly anybody else";
  }
}

TEST_F(Overlays, AnswersWaitForTheReview) {
  for (int i = 1; i <= 100; ++i) change(alive(numbered(i), 1));
  EXPECT_TRUE(overlay_.is_mesh());
  EXPECT_EQ(overlay_.review(table_).size(), 100U);
  EXPECT_FALSE(overlay_.is_mesh());
  EXPECT_THAT(overlay_.review(table_), IsEmpty()) << "nothing has changed since";
}

TEST_F(Overlays, WhoIsForgottenMeanwhileIsNotNamed) {
  change(alive(ann, 7));
  change(left(bob, 5));
  table_.forget(bob);
  EXPECT_THAT(overlay_.review(table_), UnorderedElementsAre(table_.find(ann)->index));
}

}  // namespace
}  // namespace noex

#include "noex/runtime/registry/owner_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "noex/runtime/registry/registry_wire.h"
#include "tests/runtime/registry_ports_fake.h"

namespace noex::test {
namespace {

const Incarnation owner = node(0);

TEST(OwnerSet, KeepsItsMeasureWithEveryChange) {
  OwnerSet set(1, 0);
  EXPECT_EQ(set.cost(), 0U);
  set.put("x", entry_of(owner, 1));
  set.put("longer", entry_of(owner, 2));
  set.put("x", entry_of(owner, 3));
  EXPECT_TRUE(set.join({"g", 1}));
  EXPECT_FALSE(set.join({"g", 1})) << "there already";
  EXPECT_EQ(set.size(), 3U);
  EXPECT_EQ(set.cost(), snapshot_cost("x") + snapshot_cost("longer") + snapshot_cost("g"));
  EXPECT_EQ(set.find("x")->stamp.wall, 3);
  EXPECT_TRUE(set.remove("x"));
  EXPECT_FALSE(set.remove("x"));
  EXPECT_TRUE(set.remove("longer"));
  EXPECT_TRUE(set.leave({"g", 1}));
  EXPECT_FALSE(set.leave({"g", 1}));
  EXPECT_EQ(set.size(), 0U);
  EXPECT_EQ(set.cost(), 0U);
}

// Whoever holds the same has the same hash, however he came by it.
TEST(OwnerSet, HashIsOfWhatIsInIt) {
  OwnerSet one(1, 5);
  one.put("x", entry_of(owner, 1));
  one.put("y", entry_of(owner, 2));
  one.join({"g", 1});
  OwnerSet other(1, 5);
  other.join({"g", 1});
  other.put("y", entry_of(owner, 9));
  other.put("y", entry_of(owner, 2));
  other.put("z", entry_of(owner, 3));
  other.put("x", entry_of(owner, 1));
  EXPECT_NE(one.hash(owner.id), other.hash(owner.id));
  other.remove("z");
  EXPECT_EQ(one.hash(owner.id), other.hash(owner.id));
  EXPECT_NE(one.hash(owner.id), one.hash(node(1).id)) << "whose it is";
  other.sequence = 6;
  EXPECT_NE(one.hash(owner.id), other.hash(owner.id)) << "as of when";
}

TEST(OwnerSet, IsWhatASnapshotSays) {
  const NamesSnapshot snapshot{owner, 7, false, {{"x", WireEntry{{4, 2}, 9}}}, {{"g", 3}}};
  const OwnerSet set(snapshot);
  EXPECT_EQ(set.boot, owner.boot);
  EXPECT_EQ(set.sequence, 7U);
  ASSERT_NE(set.find("x"), nullptr);
  EXPECT_EQ(*set.find("x"), (RegistryEntry{Stamp{4, 2, owner.id}, 9}));
  EXPECT_TRUE(set.members().contains({"g", 3}));
}

TEST(OwnerSet, ACopyIsAnother) {
  OwnerSet set(1, 0);
  set.put("x", entry_of(owner, 1));
  const OwnerSet copy(set);
  set.remove("x");
  EXPECT_NE(copy.find("x"), nullptr);
  EXPECT_EQ(copy.cost(), snapshot_cost("x"));
}

}  // namespace
}  // namespace noex::test

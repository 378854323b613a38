#include "noex/runtime/registry/name_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/registry_ports_fake.h"

namespace noex::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;
using testing::Pair;

const Incarnation a = node(0);
const Incarnation b = node(1);

std::optional<NameHolder> held_by(const Incarnation& owner, std::int64_t wall) {
  return NameHolder{owner, entry_of(owner, wall)};
}

TEST(NameIndex, TheSmallestStampIsTheWinnerInWhateverOrderTheyCome) {
  NameIndex index;
  index.add(b, "x", entry_of(b, 20));
  index.add(a, "x", entry_of(a, 30));
  EXPECT_EQ(*index.winner("x"), held_by(b, 20));
  EXPECT_THAT(index.entries("x"), ElementsAre(*held_by(b, 20), *held_by(a, 30)));
  index.remove(b, "x");
  EXPECT_EQ(*index.winner("x"), held_by(a, 30));
  index.remove(a, "x");
  EXPECT_EQ(index.winner("x"), nullptr);
  EXPECT_THAT(index.winners(), IsEmpty());
}

TEST(NameIndex, ListsNamesByTheirBeginning) {
  NameIndex index;
  for (const char* name : {"a", "room", "room:", "room:1", "room:2", "room;", "s"}) {
    index.add(a, name, entry_of(a, 1));
  }
  EXPECT_THAT(index.winners("room:"), ElementsAre(Key("room:"), Key("room:1"), Key("room:2")));
  EXPECT_THAT(index.winners("s"), ElementsAre(Key("s")));
  EXPECT_THAT(index.winners("t"), IsEmpty());
  EXPECT_EQ(index.winners().size(), 7U);
}

TEST(NameIndex, TellsWatchedNamesThatHaveAnotherWinnerOnce) {
  NameIndex index;
  index.add(a, "held", entry_of(a, 1));
  for (const char* name : {"held", "free", "same"}) index.watch(name);
  EXPECT_THAT(index.take_changes(), IsEmpty()) << "what it was at first is known";
  index.add(b, "held", entry_of(b, 5));
  index.add(b, "free", entry_of(b, 5));
  index.add(b, "unwatched", entry_of(b, 5));
  index.add(b, "same", entry_of(b, 5));
  index.remove(b, "same");
  EXPECT_THAT(index.take_changes(), ElementsAre(Pair("free", held_by(b, 5))));
  EXPECT_THAT(index.take_changes(), IsEmpty());
  index.unwatch("free");
  index.remove(b, "free");
  index.remove(a, "held");
  EXPECT_THAT(index.take_changes(), ElementsAre(Pair("held", held_by(b, 5))));
}

TEST(NameIndex, GroupsAreThereWhileTheyHaveMembers) {
  NameIndex index;
  index.join(b, {"g", 2});
  index.join(a, {"g", 3});
  EXPECT_THAT(index.members("g"), ElementsAre(GroupHolder{a, 3}, GroupHolder{b, 2}));
  EXPECT_THAT(index.groups(), ElementsAre("g"));
  index.leave(a, {"g", 3});
  index.leave(b, {"g", 2});
  EXPECT_THAT(index.members("g"), IsEmpty());
  EXPECT_THAT(index.groups(), IsEmpty());
}

TEST(NameIndex, AnOwnersSetGoesAsItCame) {
  NameIndex index;
  index.add(b, "x", entry_of(b, 1));
  OwnerSet set(1, 1);
  set.put("x", entry_of(a, 2));
  set.put("y", entry_of(a, 3));
  set.join({"g", 1});
  NameIndex before;
  before.add(b, "x", entry_of(b, 1));
  index.add_all(a, set);
  EXPECT_FALSE(index.shows_the_same(before));
  EXPECT_EQ(index.entries("x").size(), 2U);
  index.remove_all(a, set);
  EXPECT_TRUE(index.shows_the_same(before));
}

}  // namespace
}  // namespace noex::test

#include "noex/runtime/names/group_service.h"

#include <gmock/gmock.h>

#include "tests/runtime/member_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using GroupsTest = MemberTest;

TEST_F(GroupsTest, AreTheSameEverywhere) {
  start_all(3);
  const Ref a = member(0);
  const Ref b = member(1);
  const Ref c = member(1);
  EXPECT_TRUE(join(0, a));
  EXPECT_TRUE(join(1, c));
  EXPECT_TRUE(join(1, b));
  EXPECT_TRUE(join(1, b)) << "once, however often";
  EXPECT_EQ(join(0, b).error().code, ErrorCode::noproc) << "its own node has to say it";
  EXPECT_EQ(join(0, a, "").error().code, ErrorCode::invalid_argument);
  for (const std::uint32_t index : {0u, 1u, 2u}) {
    EXPECT_THAT(node(index).groups().members("g"), ElementsAre(a, b, c));
    EXPECT_THAT(node(index).groups().names(), ElementsAre("g"));
  }
  EXPECT_THAT(node(1).groups().local_members("g"), ElementsAre(b, c));
  EXPECT_EQ(node(1).audit().memberships, 2u);
  in_turn(1, [&] {
    EXPECT_TRUE(node(1).groups().leave("g", b));
    EXPECT_FALSE(node(1).groups().leave("g", b));
    EXPECT_FALSE(node(1).groups().leave("g", a));
  });
  run_for(100ms);
  EXPECT_THAT(node(2).groups().members("g"), ElementsAre(a, c));
}

TEST_F(GroupsTest, LoseProcessesThatEndAndNodesThatAreDown) {
  start_all(3);
  const Ref a = member(0);
  const Ref b = member(1);
  const Ref c = member(2);
  for (const auto& [index, process] : {std::pair(0u, a), std::pair(1u, b), std::pair(2u, c)}) {
    EXPECT_TRUE(join(index, process));
  }
  tell<Stop>(0, b, "enough");
  EXPECT_THAT(node(0).groups().members("g"), ElementsAre(a, c));
  EXPECT_EQ(join(1, b).error().code, ErrorCode::noproc);
  crash(2);
  run_for(10s);
  EXPECT_THAT(node(0).groups().members("g"), ElementsAre(a));
}

TEST_F(GroupsTest, ComeBackAfterASplit) {
  start_all(2);
  const Ref a = member(0);
  const Ref b = member(1);
  EXPECT_TRUE(join(0, a));
  fabric_.cut_both(0, 1);
  run_for(10s);
  EXPECT_TRUE(join(1, b));
  EXPECT_THAT(node(1).groups().members("g"), ElementsAre(b));
  fabric_.heal_all();
  run_for(20s);
  for (const std::uint32_t index : {0u, 1u}) {
    EXPECT_THAT(node(index).groups().members("g"), ElementsAre(a, b));
  }
}

TEST_F(GroupsTest, AreSentToFromHandlers) {
  start_all(3);
  std::vector<Ref> members;
  for (const std::uint32_t index : {0u, 1u, 2u}) {
    members.push_back(member(index));
    EXPECT_TRUE(join(index, members.back()));
  }
  tell<SpreadIn>(0, members[0], "g", "hello");
  tell<SpreadIn>(0, members[0], "nobody's", "lost");
  for (const std::uint32_t index : {0u, 1u, 2u}) {
    EXPECT_THAT(seen(index, members[index]), ElementsAre("hello"));
  }
}

TEST_F(GroupsTest, LeaveNothingAfterALeave) {
  start_all(2);
  const Ref a = member(0);
  EXPECT_TRUE(join(0, a));
  tell<WatchName>(0, a, "x", true);
  in_turn(0, [&] { node(0).leave([] {}); });
  run_for(2s);
  EXPECT_TRUE(node(0).audit().empty()) << node(0).audit().text();
  EXPECT_THAT(node(1).groups().names(), IsEmpty());
}

}  // namespace
}  // namespace noex::tests

#include "noex/runtime/node/node.h"

#include <gmock/gmock.h>

#include "tests/runtime/node_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Casts = NodeTest;

TEST_F(Casts, ArriveInOrder) {
  start_all(2);
  const Ref target = probe(1);
  in_turn(0, [&] {
    const Ref there = through(0, target);
    for (const char* text : {"a", "b", "c"}) EXPECT_TRUE(there.cast<Note>(text));
  });
  run_for(1s);
  EXPECT_THAT(*call<Seen>(0, target), ElementsAre("a", "b", "c"));
}

TEST_F(Casts, AreRefusedByAFullMailboxWhichMonitorsAreTold) {
  options_.mailbox_messages_max = 3;
  start_all(2);
  const Ref target = probe(1);
  const Ref watcher = probe(0);
  in_turn(0, [&] { through(0, watcher).cast<Watch>(through(0, target)); });
  run_for(1s);
  in_turn(0, [&] {
    const Ref there = through(0, target);
    for (int i = 0; i < 9; ++i) EXPECT_TRUE(there.cast<Note>("x"));
  });
  run_for(1s);
  EXPECT_EQ(call<Count>(0, target), 3u);
  EXPECT_THAT(*call<Seen>(0, watcher), ElementsAre("overflow"));
}

TEST_F(Casts, MulticastReachesAllAndNamesThoseItCannotReach) {
  start_all(3);
  const Ref here = probe(0);
  const Ref near = probe(1);
  const Ref far = probe(2);
  const Ref sender = probe(0);
  crash(2);
  run_for(1s);
  in_turn(0, [&] {
    const std::vector<Ref> to{through(0, here), through(0, near), through(0, far)};
    through(0, sender).cast<Spread>(to, "news");
  });
  run_for(1s);
  EXPECT_THAT(*call<Seen>(0, here), ElementsAre("news"));
  EXPECT_THAT(*call<Seen>(0, near), ElementsAre("news"));
  EXPECT_THAT(*call<Seen>(0, sender), ElementsAre("refused by node3"));
}

TEST_F(Casts, SendAfterArrivesAfterTheDelay) {
  start(0);
  const Ref target = probe(0);
  in_turn(0, [&] { target.cast<Later>(Duration(2s), "later"); });
  run_for(1s);
  EXPECT_THAT(*call<Seen>(0, target), IsEmpty());
  run_for(2s);
  EXPECT_THAT(*call<Seen>(0, target), ElementsAre("later"));
}

using Leaving = NodeTest;

TEST_F(Leaving, IsAnnouncedAndEndsProcesses) {
  start_all(2);
  std::vector<std::string> told;
  node(0).on_node_down([&](const NodeId& who, DownReason why) {
    told.push_back(fmt::format("{} {}", who.name(), describe(why)));
  });
  bool left = false;
  in_turn(1, [&] { node(1).leave([&] { left = true; }); });
  run_for(1s);
  EXPECT_TRUE(left);
  EXPECT_THAT(told, ElementsAre("node2 graceful_shutdown"));
}

}  // namespace
}  // namespace noex::tests

#include "noex/runtime/node/node.h"

#include <gmock/gmock.h>

#include "tests/runtime/node_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Casts = NodeTest;

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

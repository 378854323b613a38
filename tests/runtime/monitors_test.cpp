#include "noex/runtime/remote/monitors.h"

#include <gmock/gmock.h>

#include "tests/runtime/node_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class MonitorsOf : public NodeTest, public ::testing::WithParamInterface<std::uint32_t> {
 protected:
  void watch(const Ref& watcher, const Ref& target) {
    in_turn(0, [&] { through(0, watcher).cast<Watch>(through(0, target)); });
    run_for(1s);
  }
};

// Once with the target on the watcher's node, once on another.
INSTANTIATE_TEST_SUITE_P(LocalAndRemote, MonitorsOf, ::testing::Values(0, 1));

TEST_P(MonitorsOf, TellOnceThatTheProcessEnded) {
  start_all(2);
  const Ref target = probe(GetParam());
  const Ref watcher = probe(0);
  watch(watcher, target);
  in_turn(0, [&] { through(0, target).cast<Stop>("tired"); });
  run_for(1s);
  crash(1);
  run_for(1s);
  EXPECT_THAT(*call<Seen>(0, watcher), ElementsAre("down error: tired"));
  EXPECT_EQ(node(0).monitor_count(), 0u);
}

TEST_P(MonitorsOf, TellAtOnceThatThereIsNoSuchProcess) {
  start_all(2);
  const Ref target = probe(GetParam());
  in_turn(0, [&] { node(0).exit(through(0, target), ExitReason::killed()); });
  run_for(1s);
  const Ref watcher = probe(0);
  watch(watcher, target);
  EXPECT_THAT(*call<Seen>(0, watcher), ElementsAre("down noproc"));
}

TEST_P(MonitorsOf, AreSilentOnceTakenBack) {
  start_all(2);
  const Ref target = probe(GetParam());
  const Ref watcher = probe(0);
  watch(watcher, target);
  in_turn(0, [&] { through(0, watcher).cast<Unwatch>(); });
  run_for(1s);
  in_turn(0, [&] { node(0).exit(through(0, target), ExitReason::killed()); });
  run_for(1s);
  EXPECT_THAT(*call<Seen>(0, watcher), IsEmpty());
  EXPECT_EQ(node(0).monitor_count(), 0u);
  EXPECT_EQ(node(1).monitor_count(), 0u);
}

TEST_F(MonitorsOf, TellOfALostLinkAndOfNoLinkAtAll) {
  start_all(2);
  const Ref target = probe(1);
  const Ref watcher = probe(0);
  watch(watcher, target);
  crash(1);
  run_for(1s);
  watch(watcher, target);
  EXPECT_THAT(*call<Seen>(0, watcher), ElementsAre("down noconnection", "down noconnection"));
}

TEST_F(MonitorsOf, OtherLinksAndProcessesAreNotTold) {
  start_all(3);
  const Ref lost = probe(1);
  const Ref ended = probe(2);
  const Ref lives = probe(2);
  std::vector<Ref> watchers;
  for (const Ref& target : {lost, ended, lives, lost}) {
    watchers.push_back(probe(0));
    watch(watchers.back(), target);
  }
  EXPECT_EQ(node(0).audit().monitors, 4u);
  crash(1);
  in_turn(2, [&] { node(2).exit(ended, ExitReason::shutdown()); });
  run_for(1s);
  EXPECT_THAT(*call<Seen>(0, watchers[0]), ElementsAre("down noconnection"));
  EXPECT_THAT(*call<Seen>(0, watchers[1]), ElementsAre("down shutdown"));
  EXPECT_THAT(*call<Seen>(0, watchers[2]), IsEmpty());
  EXPECT_THAT(*call<Seen>(0, watchers[3]), ElementsAre("down noconnection"));
  EXPECT_EQ(node(0).audit().monitors, 1u);
  EXPECT_EQ(node(2).audit().monitors, 1u);
}

// A peer that asks for more monitors than this node allows is cut off.
TEST_F(MonitorsOf, CloseTheLinkOfAPeerThatMonitorsTooMuch) {
  start(0);
  options_.watches_per_link_max = 2;
  start(1);
  run_for(3s);
  const Ref target = probe(1);
  std::vector<Ref> watchers;
  for (int i = 0; i < 3; ++i) watchers.push_back(probe(0));
  for (const Ref& watcher : watchers) {
    in_turn(0, [&] { (void)through(0, watcher).cast<Watch>(through(0, target)); });
    run_for(100ms);
  }
  for (const Ref& watcher : watchers) {
    EXPECT_THAT(*call<Seen>(0, watcher), ElementsAre("down noconnection"));
  }
  EXPECT_TRUE(node(0).audit().monitors == 0 && node(1).audit().monitors == 0);
}

TEST_F(MonitorsOf, FireAtOnceBeyondTheirBound) {
  options_.watches_per_link_max = 1;
  start_all(2);
  const Ref target = probe(1);
  const Ref first = probe(0);
  const Ref second = probe(0);
  for (const Ref& watcher : {first, second}) {
    in_turn(0, [&] { (void)through(0, watcher).cast<Watch>(through(0, target)); });
  }
  run_for(1s);
  EXPECT_THAT(*call<Seen>(0, first), IsEmpty());
  EXPECT_THAT(*call<Seen>(0, second), ElementsAre("down error: watches_per_link_max"));
}

}  // namespace
}  // namespace noex::tests

#include "noex/runtime/names/name_monitors.h"

#include <gmock/gmock.h>

#include "tests/runtime/member_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using NameMonitorsTest = MemberTest;

TEST_F(NameMonitorsTest, AreToldOfThePresentHolderAndOfEachChangeOnce) {
  start_all(2);
  const Ref watcher = member(0);
  const Ref late = member(0);
  const Ref holder = member(1);
  const Ref next = member(1);
  tell<WatchName>(0, watcher, "x", true);
  tell<WatchName>(0, watcher, "x", true);
  EXPECT_THAT(seen(0, watcher), IsEmpty());
  EXPECT_TRUE(register_name(1, "x", holder));
  tell<WatchName>(0, late, "x", true);
  in_turn(1, [&] { EXPECT_TRUE(node(1).registry().move_name("x", holder, next)); });
  tell<Stop>(1, next, "enough");
  const std::string x = "x";
  for (const Ref& each : {watcher, late}) {
    EXPECT_THAT(seen(0, each), ElementsAre(x + " up " + holder.text(), x + " down " + holder.text(),
                                           x + " up " + next.text(), x + " down " + next.text()));
  }
}

TEST_F(NameMonitorsTest, AreToldWhenANodeIsDownAndComesBack) {
  start_all(2);
  const Ref watcher = member(0);
  const Ref holder = member(1);
  EXPECT_TRUE(register_name(1, "x", holder));
  tell<WatchName>(0, watcher, "x", true);
  fabric_.cut_both(0, 1);
  run_for(10s);
  EXPECT_THAT(seen(0, watcher), SizeIs(2));
  fabric_.heal_all();
  run_for(20s);
  EXPECT_THAT(seen(0, watcher), ElementsAre("x up " + holder.text(), "x down " + holder.text(),
                                            "x up " + holder.text()));
}

TEST_F(NameMonitorsTest, AreToldNothingAfterTheirEndAlsoNotWhatWaits) {
  start_all(1);
  const Ref watcher = member(0);
  const Ref holder = member(0);
  tell<WatchName>(0, watcher, "x", true);
  in_turn(0, [&] { (void)through(0, watcher).cast<Note>("first"); });
  // While it is busy, what it is told waits behind the word that ends the monitor.
  bool done = false;
  in_turn(0, [&] {
    (void)node(0).run([](Ref to, bool& flag) -> task<void> {
      (void)co_await to.call<Slow>(1s);
      flag = true;
    }(through(0, watcher), done));
  });
  in_turn(0, [&] { EXPECT_TRUE(through(0, watcher).cast<WatchName>("x", false)); });
  EXPECT_TRUE(register_name(0, "x", holder));
  EXPECT_FALSE(done);
  run_for(2s);
  EXPECT_THAT(seen(0, watcher), ElementsAre("first"));
  EXPECT_EQ(node(0).audit().name_monitors, 0u);
}

TEST_F(NameMonitorsTest, AreOfNamesOnly) {
  start_all(1);
  const Ref watcher = member(0);
  tell<WatchName>(0, watcher, "", true);
  EXPECT_THAT(seen(0, watcher), ElementsAre("refused"));
}

}  // namespace
}  // namespace noex::tests

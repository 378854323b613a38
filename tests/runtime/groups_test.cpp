#include "noex/runtime/names/groups.h"

#include <set>

#include <gmock/gmock.h>

#include "tests/runtime/node_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct SpreadIn {
  static constexpr auto wire_name = "test:spread_in";
  std::string group;
  std::string text;
};
struct WatchName {
  static constexpr auto wire_name = "test:watch_name";
  std::string name;
  bool on = true;
};

// Sends to groups, and writes down who holds the names that it watches.
class Member : public Process {
 public:
  using messages = std::tuple<SpreadIn, WatchName, Note, Seen, Slow, Stop>;
  using Process::Process;

  void on(const SpreadIn& spread) {
    for (const Ref& refused : multicast_group<Note>(spread.group, spread.text)) {
      seen_.push_back("refused by " + refused.node().name());
    }
  }
  void on(const WatchName& watch) {
    if (watch.on) {
      if (!monitor_name(watch.name)) seen_.push_back("refused");
    } else {
      demonitor_name(watch.name);
    }
  }
  void on(const Note& note) { seen_.push_back(note.text); }
  Result<std::vector<std::string>> on(const Seen&) { return seen_; }
  task<Result<std::string>> on(const Slow& slow) {
    const Duration pause = slow.pause;
    co_await node().sleep(pause);
    co_return "";
  }
  void on(const Stop& stop) { exit(ExitReason::error(stop.why)); }
  void on(const NameUp& up) { seen_.push_back(up.name + " up " + up.process.text()); }
  void on(const NameDown& down) { seen_.push_back(down.name + " down " + down.process.text()); }

 private:
  std::vector<std::string> seen_;
};

class GroupsTest : public NodeTest {
 protected:
  Ref member(std::uint32_t index) {
    Ref made;
    in_turn(index, [&] { made = node(index).spawn_local<Member>().value(); });
    return made;
  }
  Result<void> join(std::uint32_t index, const Ref& process, const std::string& group = "g") {
    Result<void> joined;
    in_turn(index, [&] { joined = node(index).groups().join(group, process); });
    run_for(100ms);
    return joined;
  }
  template <CastMessage M, class... Args>
  void tell(std::uint32_t index, const Ref& to, Args... args) {
    in_turn(index, [&] { EXPECT_TRUE(through(index, to).template cast<M>(args...)); });
    run_for(100ms);
  }
  std::vector<std::string> seen(std::uint32_t index, const Ref& ref) {
    return call<Seen>(index, ref).value();
  }
  Result<void> register_name(std::uint32_t index, const std::string& name, const Ref& process) {
    Result<void> result;
    EXPECT_TRUE(await(index, [&]() -> task<void> {
      result = co_await node(index).registry().register_name(name, process);
    }));
    run_for(100ms);
    return result;
  }
};

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

using NameMonitorsTest = GroupsTest;

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

TEST_F(GroupsTest, NamesAreFoundAtTheNodesThatWouldKnow) {
  start_all(3);
  const Ref holder = member(1);
  EXPECT_TRUE(register_name(1, "x", holder));
  Result<Ref> found = fail(ErrorCode::system);
  Result<Ref> nobody = fail(ErrorCode::system);
  EXPECT_TRUE(await(0, [&]() -> task<void> {
    found = co_await node(0).registry().find("x");
    nobody = co_await node(0).registry().find("y", 1s);
  }));
  EXPECT_EQ(found.value(), holder);
  EXPECT_EQ(nobody.error().code, ErrorCode::noproc);
  EXPECT_EQ(node(0).audit().finds, 0u);
}

// Found by the simulator: a node that had left still waited for what nobody wanted any more.
TEST_F(GroupsTest, ASearchEndsWithItsProcess) {
  start_all(2);
  Ref searcher;
  in_turn(0, [&] {
    const Result<Ref> finder = node(0).run([](Node& node) -> task<void> {
      (void)co_await node.registry().find("nobody", 1h);
    }(node(0)));
    ASSERT_TRUE(finder);
    searcher = *finder;
  });
  in_turn(0, [&] {
    EXPECT_EQ(node(0).audit().finds, 1u);
    node(0).exit(searcher, ExitReason::killed());
    EXPECT_TRUE(node(0).audit().empty()) << node(0).audit().text();
  });
}

}  // namespace
}  // namespace noex::tests

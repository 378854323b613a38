#include "noex/runtime/names/name_service.h"

#include <gmock/gmock.h>

#include "tests/runtime/member_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;

using NamesTest = MemberTest;

TEST_F(NamesTest, OfADeadNodeDisappear) {
  start_all(3);
  ASSERT_TRUE(spawn(0, 1, "", "thing"));
  run_for(1s);
  ASSERT_TRUE(node(2).registry().lookup("thing"));
  crash(1);
  run_for(1s);
  EXPECT_FALSE(node(0).registry().lookup("thing"));
  EXPECT_FALSE(node(2).registry().lookup("thing"));
}

TEST_F(NamesTest, HaveOneHolderAfterASplitAndTheLoserIsEnded) {
  start_all(2);
  fabric_.cut_both(0, 1);
  run_for(10s);
  const Result<Ref> first = spawn(0, 0, "", "thing");
  const Result<Ref> second = spawn(1, 1, "", "thing");
  ASSERT_TRUE(first && second);
  fabric_.heal_all();
  run_for(20s);
  EXPECT_EQ(node(0).registry().lookup("thing"), *first);
  EXPECT_EQ(node(1).registry().lookup("thing"), *first);
  EXPECT_TRUE(node(0).is_alive(first->process()));
  EXPECT_FALSE(node(1).is_alive(second->process()));
}

// Says on which node it was, at its very end.
class Departing : public Process {
 public:
  using messages = std::tuple<Stop>;
  using arguments = std::tuple<std::vector<std::string>*>;
  Departing(Context& context, std::vector<std::string>* seen) : Process(context), seen_(*seen) {}
  ~Departing() override { seen_.push_back(node().id().name()); }
  void on(const Stop& stop) { exit(ExitReason::error(stop.why)); }

 private:
  std::vector<std::string>& seen_;
};

using Ends = NodeTest;

TEST_F(Ends, LeaveAProcessItsContextForItsDestructor) {
  start(0);
  std::vector<std::string> seen;
  in_turn(0, [&] {
    const Result<Ref> made = node(0).spawn_local<Departing>(&seen);
    ASSERT_TRUE(made);
    EXPECT_TRUE(made->cast<Stop>("enough"));
  });
  EXPECT_THAT(seen, ElementsAre("node1"));
}

TEST_F(NamesTest, AreFoundAtTheNodesThatWouldKnow) {
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
TEST_F(NamesTest, ASearchEndsWithItsProcess) {
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

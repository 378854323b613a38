// What follows from what in one boot, and in which order.
#include "noex/runtime/node/runtime.h"

#include <optional>

#include <gmock/gmock.h>

#include "tests/runtime/node_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;

// Whether the name is still there when it is told of the end of its holder.
class Watcher final : public Process {
 public:
  using messages = std::tuple<>;
  using arguments = std::tuple<Ref, std::optional<bool>*>;
  Watcher(Context& context, Ref watched, std::optional<bool>* named)
      : Process(context), named_(*named) {
    monitor(watched);
  }
  void on(const Down&) { named_ = node().registry().lookup("name").has_value(); }

 private:
  std::optional<bool>& named_;
};

// Two nodes; node1 writes down what it is told, and whether node2's name is there then.
class Consequences : public NodeTest {
 protected:
  void SetUp() override {
    start_all(2);
    holder_ = probe(1);
    ASSERT_TRUE(await(1, [&]() -> task<void> {
      EXPECT_TRUE(co_await node(1).registry().register_name("name", holder_));
    }));
    run_for(1s);
    in_turn(0, [&] {
      node(0).on_node_down([this](const NodeId& who, DownReason) { note("down", who); });
      node(0).on_node_up([this](const NodeId& who) { note("up", who); });
    });
  }
  void note(std::string_view what, const NodeId& who) {
    const bool named = node(0).registry().lookup("name").has_value();
    told_.push_back(fmt::format("{} {}, {}", what, who.name(), named ? "named" : "free"));
  }

  Ref holder_;
  std::vector<std::string> told_;
};

TEST_F(Consequences, OfANodesEndHideItsNamesBeforeTheProgramIsTold) {
  crash(1);
  run_for(20s);
  EXPECT_THAT(told_, ElementsAre("down node2, free"));
}

TEST_F(Consequences, OfANodesReturnShowItsNamesNoLaterThanTheProgramIsTold) {
  fabric_.cut_both(0, 1);
  run_for(20s);
  fabric_.heal_both(0, 1);
  run_for(20s);
  EXPECT_THAT(told_, ElementsAre("down node2, free", "up node2, named"));
}

TEST_F(Consequences, OfAProcessesEndWithdrawItsNameBeforeItsMonitorsAreTold) {
  std::optional<bool> named;
  in_turn(0, [&] { ASSERT_TRUE(node(0).spawn_local<Watcher>(through(0, holder_), &named)); });
  run_for(1s);
  ASSERT_TRUE(node(0).registry().lookup("name"));
  in_turn(1, [&] { node(1).exit(holder_, ExitReason::killed()); });
  run_for(1s);
  EXPECT_EQ(named, false);
}

TEST_F(Consequences, OfALostLinkEndAllThatHangsOnIt) {
  const Ref there = through(0, holder_);
  in_turn(0, [&] {
    ASSERT_TRUE(
        node(0).run([](Ref to) -> task<void> { (void)co_await to.call<Slow>(50s); }(there)));
  });
  const Ref watcher = probe(0);
  in_turn(0, [&] { EXPECT_TRUE(watcher.cast<Watch>(there)); });
  run_for(100ms);
  EXPECT_EQ(node(0).audit().calls, 1U);
  EXPECT_EQ(node(0).audit().monitors, 1U);
  crash(1);
  run_for(20s);
  EXPECT_EQ(node(0).audit().links, 0U);
  EXPECT_EQ(node(0).audit().calls, 0U);
  EXPECT_EQ(node(0).audit().monitors, 0U);
  EXPECT_THAT(*call<Seen>(0, watcher), ElementsAre("down noconnection"));
}

}  // namespace
}  // namespace noex::tests

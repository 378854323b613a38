// What can't work is said at once, with what to do instead.
#include <gmock/gmock.h>

#include "tests/runtime/node_harness.h"

namespace noex::tests {
namespace {

using ::testing::HasSubstr;
using Misuse = NodeTest;

TEST_F(Misuse, AProcessThatCallsItselfIsToldAtOnce) {
  start(0);
  const Ref self = probe(0);
  const Result<std::string> result = call<Relay>(0, self, self, "round");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::rejected) << "of the outer call";
  EXPECT_THAT(result.error().detail, HasSubstr("calls itself"));
}

TEST_F(Misuse, ANodeStartsOnce) {
  start(0);
  in_turn(0, [&] {
    const Result<void> again = node(0).start();
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(again.error().detail, HasSubstr("a node starts once"));
  });
}

TEST_F(Misuse, ABadIdIsRefused) {
  sim::Host& host = fabric_.add_machine().start();
  for (const NodeId& bad : {NodeId(), NodeId("1st", "10.0.0.1", 4369), NodeId("a", "10.0.0.1", 0),
                            NodeId("a b", "10.0.0.1", 4369), NodeId("a", "what host", 4369)}) {
    NodeConfig config;
    config.id = bad;
    Node node(std::move(config), host.loop(), host.network(), host.random("node"), *log_);
    const Result<void> started = node.start();
    ASSERT_FALSE(started) << bad.text();
    EXPECT_EQ(started.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(started.error().detail, HasSubstr("node1@127.0.0.1:4369"));
  }
}

TEST_F(Misuse, AwaitingOutsideOfAProcessStopsTheProgram) {
  start(0);
  const Ref target = probe(0);
  const auto alone = [](Ref to) -> task<void> { (void)co_await to.call<Echo>("x"); };
  EXPECT_DEATH(
      {
        const task<void> body = alone(target);
        body.handle().resume();
      },
      "co_await outside of a process");
  EXPECT_DEATH((void)node(0).sleep(1s), "outside of a process");
}

TEST_F(Misuse, DestroyingANodeInItsOwnCallbackStopsTheProgram) {
  start_all(2);
  node(0).on_node_down([this](const NodeId&, DownReason) { nodes_[0].reset(); });
  EXPECT_DEATH(
      {
        crash(1);
        run_for(10s);
      },
      "a Node was destroyed within its own");
}

TEST_F(Misuse, DestroyingANodeInItsOwnProcessStopsTheProgram) {
  start(0);
  const auto body = [](std::unique_ptr<Node>& own) -> task<void> {
    own.reset();
    co_return;
  };
  EXPECT_DEATH(in_turn(0, [&] { (void)node(0).run(body(nodes_[0])); }),
               "a Node was destroyed within its own");
}

}  // namespace
}  // namespace noex::tests

// Rooms that are lost and come back, messages of which nobody knows, commands that wait.

#include <algorithm>

#include "tests/chat/chat_harness.h"

namespace noex::chat {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* joined_general =
    "Joined room \"general\". Type messages directly or use /msg.";

class LostRoom : public ChatTest {
 protected:
  // Node 1 holds the room and nobody is at it; Bob is on node 2, Carol on node 3.
  void SetUp() override {
    start_all(3);
    say(0, "/create general");
    enter(1, "Bob");
    enter(2, "Carol");
  }
  // Ends every process of that node's program that runs a command or a membership.
  void kill_processes(std::uint32_t index) {
    in_turn(index, [&] {
      const Node& node = *user(index).node;
      for (ProcessId slot = 0; slot < 32; ++slot) {
        for (ProcessId generation = 0; generation < 4096; ++generation) {
          const ProcessId process = (generation << 24) | slot;
          if (!node.is_alive(process)) continue;
          user(index).node->exit(user(index).node->ref(node.incarnation(), process),
                                 ExitReason::killed());
        }
      }
    });
  }
};

TEST_F(LostRoom, AMessageThatOthersHaveIsNotCalledLost) {
  cut(1, 0);  // both ways
  heal(1, 0);
  fabric_.cut(0, 1);  // the answer and what is shown to Bob are lost, the message is not
  const std::vector<std::string> seen = say(1, "the build is broken");
  EXPECT_THAT(seen, Contains("Perhaps not delivered (connection lost): the build is broken"));
  EXPECT_THAT(seen, Not(Contains("Not delivered (connection lost): the build is broken")));
  EXPECT_THAT(timeless(user(2).take()), Contains("[general] Bob: the build is broken"));
}

TEST_F(LostRoom, AnothersEqualWordsAreNotTakenForOnesOwn) {
  fabric_.cut(1, 0);  // Bob's message is lost, so is its answer; what is shown to him is not
  type(1, "good morning");
  type(2, "good morning");
  run_for(300ms);
  EXPECT_THAT(timeless(user(1).take()), ElementsAre("[general] Carol: good morning"));
  run_for(20s);
  EXPECT_THAT(user(1).take(), Contains("Perhaps not delivered (connection lost): good morning"));
  EXPECT_THAT(timeless(user(2).take()), Not(Contains("[general] Bob: good morning")));
}

TEST_F(LostRoom, AMessageThatNobodyCanHaveIsCalledLost) {
  crash(0);
  run_for(3s);
  user(1).take();
  EXPECT_THAT(say(1, "hello"), ElementsAre("Not delivered (no connection): hello"));
}

TEST_F(LostRoom, TheSameRoomIsJoinedAgainWithWhatWasMissed) {
  cut(0, 1);
  run_for(10s);
  for (int i = 1; i <= 131; ++i) type(2, fmt::format("line {}", i));
  user(1).take();
  heal(0, 1);
  run_for(20s);
  const std::vector<std::string> seen = timeless(user(1).take());
  const auto joined = std::ranges::find(seen, joined_general);
  ASSERT_GE(seen.end() - joined, 102);
  EXPECT_EQ(joined[1], "31 older messages are not shown.");
  EXPECT_EQ(joined[2], "[general] Carol: line 32");
  EXPECT_EQ(joined[101], "[general] Carol: line 131");
}

TEST_F(LostRoom, ARoomOfTheSameNameOnTheSameNodeIsJoined) {
  crash(0);
  run_for(3s);
  start(0);
  run_for(10s);
  user(1).take();
  say(0, "/create general");
  run_for(3s);
  EXPECT_THAT(user(1).take(), Contains(joined_general));
  EXPECT_NE(user(2).session->membership(), nullptr);
}

TEST_F(LostRoom, LeavingEndsTheWaitForIt) {
  crash(0);
  run_for(3s);
  user(1).take();
  EXPECT_THAT(say(1, "/leave"), ElementsAre("Left room \"general\"."));
  EXPECT_THAT(say(1, "/leave"), ElementsAre("Not in any room. Use /join <room> first."));
  say(2, "/create general");
  run_for(5s);
  EXPECT_EQ(user(1).session->membership(), nullptr);
}

TEST_F(LostRoom, ANamesakeWhoCameMeanwhileIsToldToBoth) {
  cut(0, 1);
  run_for(10s);
  say(2, "/leave");
  say(2, "/name Bob");
  say(2, "/join general");
  user(1).take();
  user(2).take();
  heal(0, 1);
  run_for(20s);
  EXPECT_THAT(user(1).take(),
              Contains("You could not join room \"general\" again: Username already "
                       "taken in this room"));
  EXPECT_THAT(timeless(user(2).take()),
              Contains("[general] * Another Bob, on node2@10.0.0.2:4369, was refused: the name is "
                       "yours here"));
}

TEST_F(LostRoom, ACommandThatWaitsHoldsUpNobodyElse) {
  fabric_.machine(0).pause();
  type(1, "/users");
  type(1, "/create far on node1");
  EXPECT_THAT(user(1).take(), IsEmpty());
  type(1, "/nodes");
  type(1, "/help");
  type(1, "/create near on node3");
  run_for(500ms);
  const std::vector<std::string> seen = user(1).take();
  EXPECT_THAT(seen, Contains("Total: 3 nodes"));
  EXPECT_THAT(seen, Contains("Commands:"));
  run_for(700ms);
  EXPECT_THAT(
      user(1).take(),
      ::testing::IsSupersetOf({"Still waiting for room \"general\" on node1@10.0.0.1:4369: /users",
                               "Still waiting for node1: /create far on node1"}));
  EXPECT_FALSE(user(1).session->idle());
}

TEST_F(LostRoom, WhoLeavesNeedNotWaitAnyLonger) {
  fabric_.machine(0).pause();
  type(1, "are you there?");
  run_for(1500ms);
  user(1).take();
  type(1, "/leave");
  run_for(100ms);
  EXPECT_THAT(user(1).take(), ElementsAre("Perhaps not delivered (you gave it up): are you there?",
                                          "Left room \"general\"."));
  EXPECT_TRUE(user(1).session->idle());
}

TEST_F(LostRoom, ASessionIsNotDeafWhenItsProcessesAreKilled) {
  fabric_.machine(0).pause();
  type(1, "are you there?");
  type(1, "/users");
  run_for(100ms);
  kill_processes(1);
  run_for(100ms);
  const std::vector<std::string> seen = user(1).take();
  EXPECT_THAT(seen, Contains("Perhaps not delivered (its process was ended): are you there?"));
  EXPECT_THAT(seen, Contains("You were disconnected from the room."));
  fabric_.machine(0).resume();
  run_for(5s);
  EXPECT_TRUE(user(1).session->idle());
  EXPECT_NE(user(1).session->membership(), nullptr) << "it joins again by itself";
  EXPECT_THAT(say(1, "/nodes"), Contains("Total: 3 nodes"));
}

TEST_F(LostRoom, WhatIsUnderWayWhenTheSessionClosesIsTold) {
  fabric_.machine(0).pause();
  type(1, "first");
  type(1, "second");
  in_turn(1, [&] { user(1).session->close(); });
  EXPECT_THAT(user(1).take(), ElementsAre("Perhaps not delivered (this node leaves): first",
                                          "Not delivered (this node leaves): second"));
}

TEST_F(LostRoom, ARoomIsFoundThatThisNodeHasNotHeardOfYet) {
  start(3);
  type(3, "/name Dave");
  type(3, "/join general");
  type(3, "/rooms");
  run_for(5s);
  EXPECT_THAT(user(3).take(), Contains(joined_general));
  EXPECT_EQ(say(3, "/rooms").size(), 2u);
}

TEST_F(LostRoom, NoNameIsLookedUpBeforeTheSeedHasToldWhomItKnows) {
  say(2, "/create elsewhere");
  fabric_.add_machine();
  start(3);
  bool asked = false;
  user(3).node->on_node_up([&](const NodeId&) {
    if (std::exchange(asked, true)) return;
    for (const char* line : {"/rooms", "/create near on node3", "/name Dave", "/join elsewhere"}) {
      user(3).session->command(line);
    }
  });
  run_for(5s);
  const std::vector<std::string> seen = user(3).take();
  EXPECT_THAT(seen, Contains(HasSubstr("  - elsewhere (on node3@10.0.0.3:4369)")));
  EXPECT_THAT(seen, Contains("Room \"near\" created on node3@10.0.0.3:4369."));
  EXPECT_THAT(seen, Contains("Joined room \"elsewhere\". Type messages directly or use /msg."));
}

TEST_F(LostRoom, ASeedThatCannotBeReachedIsSaidOnce) {
  crash(0);
  start(3);
  run_for(30s);
  const std::vector<std::string> seen = user(3).take();
  EXPECT_EQ(std::ranges::count(seen,
                               "Cannot reach the seed node1@10.0.0.1:4369 (connection "
                               "refused); trying on."),
            1);
  EXPECT_EQ(std::ranges::count_if(seen, [](const auto& line) { return line.contains("seed"); }), 1);
  start(0);
  run_for(15s);
  EXPECT_THAT(user(3).take(), Contains("Node joined: node1@10.0.0.1:4369"));
}

}  // namespace
}  // namespace noex::chat

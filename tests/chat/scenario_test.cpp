// The chat when things go wrong: lost links, dead nodes, splits, slow members.

#include <algorithm>

#include "tests/chat/chat_harness.h"

namespace noex::chat {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

constexpr const char* joined_general =
    "Joined room \"general\". Type messages directly or use /msg.";

// Counts what must not happen, or must.
class Counting final : public ChatObserver {
 public:
  void on_gap(const ChatSession&, const Ref&, const Ref&, std::uint64_t, std::uint64_t) override {
    ++gaps;
  }
  void on_join_sent(const ChatSession&, const Ref&, const Ref&) override { ++memberships; }
  void on_membership_ended(const ChatSession&, const Ref&, const Ref&, Ending) override {
    --memberships;
  }
  void on_member_removed(const Ref&, const Ref&, Removal why) override {
    if (why == Removal::overflow) ++overflows;
    if (why == Removal::replaced) ++replacements;
  }
  void on_history(const Ref&, std::size_t messages) override {
    history_max = std::max(history_max, messages);
  }

  int gaps = 0;
  int memberships = 0;  // that have not ended
  int overflows = 0;
  int replacements = 0;
  std::size_t history_max = 0;
};

class Scenario : public ChatTest {
 protected:
  ChatObserver& observer() override { return counting_; }
  // Alice on node1 holds the room, Bob is on node2, Carol on node3.
  void three_in_general() {
    start_all(3);
    say(0, "/create general");
    enter(0, "Alice");
    enter(1, "Bob");
    enter(2, "Carol");
  }
  // Sends one from each who is in a room, and expects that all of them see all of it.
  void expect_all_hear_all(std::vector<std::uint32_t> indices) {
    for (const std::uint32_t index : indices) user(index).take();
    for (const std::uint32_t index : indices) type(index, fmt::format("from {}", index));
    run_for(1s);
    const std::vector<std::string> first = timeless(user(indices.front()).take());
    EXPECT_EQ(first.size(), indices.size());
    for (std::size_t i = 1; i < indices.size(); ++i) {
      EXPECT_EQ(timeless(user(indices[i]).take()), first) << "node " << indices[i];
    }
  }

  Counting counting_;
};

TEST_F(Scenario, AMemberWhoseNodeDiesHasLeft) {
  three_in_general();
  crash(1);
  run_for(2s);
  EXPECT_THAT(timeless(user(0).take()),
              ElementsAre("[general] * Bob left (connection lost)",
                          "Node left: node2@10.0.0.2:4369 (connection_closed)"));
  EXPECT_THAT(say(0, "/users"),
              ElementsAre("Users in \"general\":", "  - Alice (you)", "  - Carol"));
}

TEST_F(Scenario, MembersOfARoomWhoseNodeDiesAreTold) {
  three_in_general();
  crash(0);
  run_for(2s);
  EXPECT_THAT(user(1).take(),
              ElementsAre("You were disconnected from the room.",
                          "Room \"general\": node1@10.0.0.1:4369 is gone (connection_closed). You "
                          "will join it again when it is back.",
                          "Node left: node1@10.0.0.1:4369 (connection_closed)"));
  EXPECT_THAT(say(1, "/rooms"),
              ElementsAre("No rooms available. Use /create <name> to create one."));
  EXPECT_THAT(say(1, "hello?"), ElementsAre("Not delivered (no connection): hello?"));
  EXPECT_THAT(say(1, "/users"),
              ElementsAre("Could not reach room \"general\" (no connection). Try again."));
  user(2).take();
  EXPECT_THAT(say(1, "/create general"), Contains("Room \"general\" created successfully."));
  run_for(2s);
  EXPECT_THAT(user(2).take(), Contains(joined_general)) << "by itself";
  expect_all_hear_all({1, 2});
}

TEST_F(Scenario, APowerLossIsNoticedBySilence) {
  three_in_general();
  power_off(0);
  run_for(10s);
  EXPECT_THAT(user(1).take(),
              ElementsAre("You were disconnected from the room.",
                          "Room \"general\": node1@10.0.0.1:4369 is gone (heartbeat_timeout). You "
                          "will join it again when it is back.",
                          "Node left: node1@10.0.0.1:4369 (heartbeat_timeout)"));
}

TEST_F(Scenario, AMessageIntoSilenceIsReportedWithItsText) {
  three_in_general();
  power_off(0);
  EXPECT_THAT(say(1, "Hello from node2!"),
              Contains("Perhaps not delivered (connection lost): Hello from node2!"));
}

TEST_F(Scenario, ACommandIntoSilenceSaysWhatCouldNotBeReached) {
  three_in_general();
  power_off(0);
  type(1, "/users");
  run_for(10s);
  EXPECT_THAT(user(1).take(),
              Contains("Could not reach room \"general\" (no connection). Try again."));
  power_off(2);
  EXPECT_THAT(say(1, "/create far on node3"),
              Contains("Could not create room \"far\" on node3@10.0.0.3:4369 (no connection). Try "
                       "again."));
}

TEST_F(Scenario, AJoinIntoSilenceLeavesNoGhost) {
  start_all(3);
  say(0, "/create general");
  enter(0, "Alice");
  say(1, "/name Bob");
  fabric_.cut(0, 1);  // the answer is lost, the request is not
  type(1, "/join general");
  run_for(20s);
  EXPECT_THAT(user(1).take(), Contains(HasSubstr("Could not reach room \"general\"")));
  EXPECT_EQ(user(1).session->membership(), nullptr);
  heal(0, 1);
  run_for(20s);
  user(0).take();
  user(1).take();
  EXPECT_THAT(say(0, "/users"), ElementsAre("Users in \"general\":", "  - Alice (you)"));
  EXPECT_THAT(say(1, "/join general"), Contains(joined_general));
  user(0).take();
  EXPECT_THAT(say(0, "/users"), ElementsAre("Users in \"general\":", "  - Alice (you)", "  - Bob"));
}

TEST_F(Scenario, ARestartedUserIsNotRefusedByHisGhost) {
  three_in_general();
  power_off(1);
  start(1);
  run_for(15s);
  say(1, "/name Bob");
  EXPECT_THAT(say(1, "/join general"), Contains(joined_general));
  expect_all_hear_all({0, 1, 2});
}

TEST_F(Scenario, AfterALostLinkTheUserJoinsAgainAndMissesNothing) {
  three_in_general();
  say(0, "before");
  user(1).take();
  cut(0, 1);
  run_for(8s);
  say(0, "meanwhile");
  heal(0, 1);
  run_for(20s);
  const std::vector<std::string> seen = timeless(user(1).take());
  EXPECT_THAT(seen, Contains("You were disconnected from the room."));
  const auto joined = std::ranges::find(seen, joined_general);
  ASSERT_NE(joined, seen.end()) << "by itself";
  EXPECT_EQ(*(joined + 1), "[general] Alice: meanwhile");
  expect_all_hear_all({0, 1, 2});
}

TEST_F(Scenario, AfterASplitTheLosersMembersMove) {
  start_all(3);
  cut(0, 1);
  cut(0, 2);
  run_for(10s);
  say(0, "/create general");
  enter(0, "Alice");
  say(0, "said on one side");
  say(1, "/create general");
  enter(1, "Bob");
  enter(2, "Carol");
  say(1, "said on the other side");
  user(0).take();
  user(1).take();
  user(2).take();
  heal(0, 1);
  heal(0, 2);
  run_for(30s);
  for (const std::uint32_t index : {1u, 2u}) {
    const std::vector<std::string> seen = timeless(user(index).take());
    EXPECT_THAT(seen, Contains("You were moved to room \"general\" on node1@10.0.0.1:4369 (two "
                               "rooms of that name met)."));
    EXPECT_EQ(std::ranges::count(seen, "[general] Alice: said on one side"), 1);
    EXPECT_THAT(seen, Not(Contains("You were disconnected from the room.")));
  }
  EXPECT_THAT(timeless(user(0).take()),
              IsSupersetOf({"[general] * Bob joined", "[general] * Carol joined"}));
  EXPECT_EQ(say(1, "/rooms").size(), 2u);
  expect_all_hear_all({0, 1, 2});
}

TEST_F(Scenario, AMoveThatFailsIsSaidInOneLine) {
  start_all(2);
  cut(0, 1);
  run_for(10s);
  say(0, "/create general");
  enter(0, "Alice");
  say(1, "/create general");
  enter(1, "Alice");
  heal(0, 1);
  run_for(30s);
  EXPECT_THAT(user(1).take(),
              Contains("You were disconnected from the room: two rooms named \"general\" met, and "
                       "the one on node1@10.0.0.1:4369 could not be joined (Username already taken "
                       "in this room)."));
  EXPECT_THAT(timeless(user(0).take()),
              Contains("[general] * Another Alice, on node2@10.0.0.2:4369, was refused: the name "
                       "is yours here"));
  EXPECT_EQ(user(1).session->membership(), nullptr);
  EXPECT_THAT(say(1, "hello"), ElementsAre("Not in any room. Use /join <room> first."));
}

TEST_F(Scenario, AMemberWhoseNodeCannotKeepUpIsRemovedAndTold) {
  options_.mailbox_messages_max = 20;
  three_in_general();
  fabric_.machine(1).pause();
  for (int i = 0; i < 40; ++i) type(0, fmt::format("message {}", i));
  run_for(500ms);
  fabric_.machine(1).resume();
  run_for(2s);
  const std::vector<std::string> seen = user(1).take();
  EXPECT_THAT(seen, Contains("You were removed from room \"general\": messages came faster than "
                             "your node took them."));
  EXPECT_EQ(user(1).session->membership(), nullptr);
  EXPECT_GE(counting_.overflows, 1);
  EXPECT_THAT(timeless(user(0).take()), Contains("[general] * Bob left"));
  EXPECT_THAT(say(0, "/users"),
              ElementsAre("Users in \"general\":", "  - Alice (you)", "  - Carol"));
  EXPECT_THAT(say(1, "/join general"), Contains(joined_general));
  expect_all_hear_all({0, 1, 2});
}

TEST_F(Scenario, AMemberWhoseLinkIsFullIsRemovedAndTold) {
  options_.queue_bytes_soft = 8 * 1024;
  options_.queue_bytes_hard = 16 * 1024;
  options_.unsent_bytes_max = 4 * 1024;
  three_in_general();
  fabric_.machine(1).pause();
  for (int i = 0; i < 200; ++i) type(0, std::string(4000, 'x'));
  run_for(100ms);
  fabric_.machine(1).resume();
  run_for(3s);
  EXPECT_THAT(user(1).take(), Contains("You were removed from room \"general\": messages came "
                                       "faster than your node took them."));
  EXPECT_EQ(counting_.gaps, 0);
  EXPECT_EQ(counting_.history_max, history_messages_max);
}

TEST_F(Scenario, AStoppedNodeComesBackAndItsUserIsTold) {
  three_in_general();
  fabric_.machine(1).pause();
  run_for(20s);
  EXPECT_THAT(timeless(user(0).take()),
              ElementsAre("[general] * Bob left (connection lost)",
                          "Node left: node2@10.0.0.2:4369 (heartbeat_timeout)"));
  fabric_.machine(1).resume();
  run_for(20s);
  EXPECT_THAT(timeless(user(0).take()),
              ElementsAre("Node joined: node2@10.0.0.2:4369", "[general] * Bob joined"));
  EXPECT_THAT(user(1).take(),
              IsSupersetOf({"You were disconnected from the room.", joined_general}));
  expect_all_hear_all({0, 1, 2});
}

TEST_F(Scenario, EveryMembershipEndsOnce) {
  three_in_general();
  EXPECT_EQ(counting_.memberships, 3);
  say(1, "/leave");
  crash(0);
  run_for(10s);
  EXPECT_EQ(counting_.memberships, 0);
  EXPECT_EQ(counting_.gaps, 0);
  EXPECT_EQ(user(2).node->monitor_count(), 0u);
  EXPECT_EQ(user(2).node->pending_calls(), 0u);
  EXPECT_EQ(user(2).node->process_count(), 0u);
}

TEST_F(Scenario, ANodeThatStartsAgainInPlaceKeepsItsSession) {
  start_all(2);
  say(0, "/create general");
  enter(1, "Bob");
  // Back with an earlier clock, so that the cluster knows a higher boot than its own.
  power_off(1);
  fabric_.machine(1).jump_wall(-1h);
  start(1);
  type(1, "/name Bob");
  run_for(20s);
  EXPECT_EQ(user(1).session->user(), "Bob");
  EXPECT_TRUE(user(1).session->idle());
  user(1).take();
  EXPECT_THAT(say(1, "/join general"), ElementsAre(joined_general));
}

}  // namespace
}  // namespace noex::chat

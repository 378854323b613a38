// Every text of the chat, on one node or two that nothing happens to.

#include "tests/chat/chat_harness.h"

namespace noex::chat {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

class OneNode : public ChatTest {
 protected:
  void SetUp() override { start_all(1); }
};

TEST_F(OneNode, SetsTheUsername) {
  EXPECT_THAT(say(0, "/name Alice"), ElementsAre("Username set to: Alice"));
  EXPECT_EQ(user(0).session->user(), "Alice");
}

TEST_F(OneNode, SaysHowToUseACommand) {
  EXPECT_THAT(say(0, "/name"), ElementsAre("Usage: /name <username>"));
  EXPECT_THAT(say(0, "/foo"),
              ElementsAre("Unknown command: /foo. Type /help for available commands."));
  EXPECT_THAT(say(0, ""), IsEmpty());
}

TEST_F(OneNode, HelpListsTheCommands) {
  EXPECT_THAT(say(0, "/help"), ElementsAreArray(help_lines()));
}

TEST_F(OneNode, CreatesARoomOnce) {
  EXPECT_THAT(say(0, "/create general"), ElementsAre("Room \"general\" created successfully."));
  EXPECT_THAT(say(0, "/create general"), ElementsAre("Room \"general\" already exists."));
}

TEST_F(OneNode, WantsAUsernameBeforeJoining) {
  say(0, "/create general");
  EXPECT_THAT(say(0, "/join general"),
              ElementsAre("Please set a username first with /name <username>"));
}

TEST_F(OneNode, JoinsAndLeaves) {
  say(0, "/create general");
  say(0, "/name Alice");
  EXPECT_THAT(say(0, "/join general"),
              ElementsAre("Joined room \"general\". Type messages directly or use /msg."));
  EXPECT_THAT(say(0, "/join general"),
              ElementsAre("Already in room \"general\". Use /leave first."));
  EXPECT_THAT(say(0, "/name Bob"),
              ElementsAre("Cannot change username while in a room. Use /leave first."));
  EXPECT_THAT(say(0, "/leave"), ElementsAre("Left room \"general\"."));
  EXPECT_EQ(user(0).session->membership(), nullptr);
}

TEST_F(OneNode, WantsARoomForWhatNeedsOne) {
  for (const char* line : {"/leave", "/users", "/msg hello", "hello"}) {
    EXPECT_THAT(say(0, line), ElementsAre("Not in any room. Use /join <room> first."));
  }
}

TEST_F(OneNode, FindsNoRoomThatIsNotThere) {
  say(0, "/name Alice");
  EXPECT_THAT(say(0, "/join nowhere"),
              ElementsAre("Room \"nowhere\" not found. Use /create to create it."));
  EXPECT_THAT(say(0, "/rooms"),
              ElementsAre("No rooms available. Use /create <name> to create one."));
}

TEST_F(OneNode, ListsItselfAmongTheNodes) {
  EXPECT_THAT(say(0, "/nodes"),
              ElementsAre("Connected nodes:", "  - node1@10.0.0.1:4369 (local)", "Total: 1 node"));
}

TEST_F(OneNode, ShowsAMessageWithTimeRoomAndUser) {
  say(0, "/create general");
  enter(0, "Alice");
  EXPECT_THAT(say(0, "Hello from node1!"),
              ElementsAre(::testing::MatchesRegex(
                  "\\[[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\\] \\[general\\] Alice: Hello from "
                  "node1!")));
  EXPECT_THAT(timeless(say(0, "/msg  with a command ")),
              ElementsAre("[general] Alice: with a command"));
}

TEST_F(OneNode, ShowsWhatAUserDoes) {
  say(0, "/create general");
  enter(0, "Alice");
  EXPECT_THAT(timeless(say(0, "/me waves")), ElementsAre("[general] * Alice waves"));
  EXPECT_THAT(say(0, "/me"), ElementsAre("Usage: /me <text>"));
}

TEST_F(OneNode, SaysWhatToTypeInsteadOfAWordAlone) {
  say(0, "/create general");
  enter(0, "Alice");
  EXPECT_THAT(say(0, "quit"), ElementsAre("Type /quit to leave; to say \"quit\" in the room, type "
                                          "/msg quit."));
  EXPECT_THAT(say(0, "Exit"), ElementsAre("Type /quit to leave; to say \"Exit\" in the room, type "
                                          "/msg Exit."));
  EXPECT_THAT(say(0, " help "), ElementsAre("Type /help for the list of commands; to say \"help\" "
                                            "in the room, type /msg help."));
  EXPECT_FALSE(user(0).has_quit());
  EXPECT_THAT(timeless(say(0, "/msg quit")), ElementsAre("[general] Alice: quit"));
  EXPECT_THAT(timeless(say(0, "help me")), ElementsAre("[general] Alice: help me"));
}

TEST_F(OneNode, ShowsControlCharactersHarmlessly) {
  say(0, "/create general");
  enter(0, "Alice");
  EXPECT_THAT(timeless(say(0, "red \x1b[31m, \xe2\x80\xae reversed, tab\there")),
              ElementsAre("[general] Alice: red ^[[31m,  reversed, tab here"));
}

TEST_F(OneNode, RefusesWhatIsTooLongOrNoText) {
  say(0, "/create general");
  enter(0, "Alice");
  EXPECT_THAT(say(0, std::string(4097, 'x')),
              ElementsAre("A message has at most 4096 bytes; this one has 4097."));
  EXPECT_THAT(say(0, "\xff\xfe"),
              ElementsAre("That was not UTF-8 text; nothing was done with it."));
  EXPECT_EQ(timeless(say(0, std::string(4096, 'x'))).front().size(), 4096 + 17);
}

TEST_F(OneNode, RunsCommandsInOrderAlsoWhenTypedAtOnce) {
  in_turn(0, [&] {
    for (const char* line : {"/name Alice", "/create r", "/join r", "one", "two", "/leave"}) {
      user(0).session->command(line);
    }
  });
  run_for(1s);
  EXPECT_THAT(timeless(user(0).take()),
              ElementsAre("Username set to: Alice", "Room \"r\" created successfully.",
                          "Joined room \"r\". Type messages directly or use /msg.",
                          "[r] Alice: one", "[r] Alice: two", "Left room \"r\"."));
}

TEST_F(OneNode, QuitEndsTheSession) {
  say(0, "/create general");
  enter(0, "Alice");
  EXPECT_THAT(say(0, "/quit"), IsEmpty());
  EXPECT_TRUE(user(0).has_quit());
  EXPECT_EQ(user(0).session->membership(), nullptr);
}

class TwoNodes : public ChatTest {
 protected:
  void SetUp() override { start_all(2); }
  void both_in_general() {
    say(0, "/create general");
    enter(0, "Alice");
    enter(1, "Bob");
  }
};

TEST_F(TwoNodes, RunTheExampleSession) {
  EXPECT_THAT(say(0, "/name Alice"), ElementsAre("Username set to: Alice"));
  EXPECT_THAT(say(0, "/create general"), ElementsAre("Room \"general\" created successfully."));
  EXPECT_THAT(say(0, "/join general"),
              ElementsAre("Joined room \"general\". Type messages directly or use /msg."));
  const std::vector<std::string> hello = say(0, "Hello from node1!");
  EXPECT_THAT(timeless(hello), ElementsAre("[general] Alice: Hello from node1!"));

  EXPECT_THAT(say(1, "/name Bob"), ElementsAre("Username set to: Bob"));
  EXPECT_THAT(say(1, "/rooms"),
              ElementsAre("Available rooms:", "  - general (on node1@10.0.0.1:4369)"));
  run_for(60s);  // the history shows when a message was sent, not when it is shown
  EXPECT_THAT(
      say(1, "/join general"),
      ElementsAre("Joined room \"general\". Type messages directly or use /msg.", hello.front()));
  EXPECT_THAT(timeless(user(0).take()), ElementsAre("[general] * Bob joined"));
  const std::vector<std::string> hi = say(1, "Hi Alice! I'm on node2.");
  EXPECT_THAT(timeless(hi), ElementsAre("[general] Bob: Hi Alice! I'm on node2."));
  EXPECT_EQ(user(0).take(), hi);
}

TEST_F(TwoNodes, ListUsersRoomsAndNodes) {
  both_in_general();
  say(0, "/create other on node2");
  EXPECT_THAT(say(0, "/users"), ElementsAre("Users in \"general\":", "  - Alice (you)", "  - Bob"));
  EXPECT_THAT(say(1, "/users"), ElementsAre("Users in \"general\":", "  - Alice", "  - Bob (you)"));
  EXPECT_THAT(say(0, "/rooms"),
              ElementsAre("Available rooms:", "  - general (on node1@10.0.0.1:4369) [joined]",
                          "  - other (on node2@10.0.0.2:4369)"));
  EXPECT_THAT(say(0, "/nodes"),
              ElementsAre("Connected nodes:", "  - node1@10.0.0.1:4369 (local)",
                          "  - node2@10.0.0.2:4369 (connected)", "Total: 2 nodes"));
}

TEST_F(TwoNodes, CreateRoomsOnEachOther) {
  EXPECT_THAT(say(0, "/create far on node2"),
              ElementsAre("Room \"far\" created on node2@10.0.0.2:4369."));
  EXPECT_THAT(say(1, "/create near on node1@10.0.0.1:4369"),
              ElementsAre("Room \"near\" created on node1@10.0.0.1:4369."));
  EXPECT_THAT(say(1, "/create far on node1"), ElementsAre("Room \"far\" already exists."));
  EXPECT_THAT(say(0, "/create x on nodeX"), ElementsAre("Node not found: nodeX. Available nodes:",
                                                        "  - node1@10.0.0.1:4369 (local)",
                                                        "  - node2@10.0.0.2:4369 (connected)"));
  EXPECT_THAT(say(0, "/create far off node2"), ElementsAre("Usage: /create <room> [on <node>]"));
}

TEST_F(TwoNodes, RefuseAUsernameThatIsTaken) {
  say(0, "/create general");
  enter(0, "Alice");
  say(1, "/name Alice");
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(say(1, "/join general"),
                ElementsAre("Failed to join: Username already taken in this room"));
  }
  EXPECT_EQ(user(1).session->membership(), nullptr);
  EXPECT_THAT(timeless(user(0).take()), ElementsAre("[general] * Another Alice, on "
                                                    "node2@10.0.0.2:4369, was refused: the name is "
                                                    "yours here"));
  say(1, "/name Bob");
  EXPECT_THAT(say(1, "/join general"),
              ElementsAre("Joined room \"general\". Type messages directly or use /msg."));
}

TEST_F(TwoNodes, TellTheOthersWhoComesAndGoes) {
  both_in_general();
  say(1, "/leave");
  EXPECT_THAT(timeless(user(0).take()), ElementsAre("[general] * Bob left"));
  EXPECT_THAT(timeless(say(1, "/join general")),
              ElementsAre("Joined room \"general\". Type messages directly or use /msg."));
  EXPECT_THAT(timeless(user(0).take()), ElementsAre("[general] * Bob joined"));
  say(1, "/quit");
  EXPECT_THAT(timeless(user(0).take()), ElementsAre("[general] * Bob left"));
}

TEST_F(TwoNodes, ShowNothingOfARoomAfterLeavingIt) {
  both_in_general();
  type(0, "one");
  type(1, "/leave");
  type(0, "two");
  run_for(1s);
  const std::vector<std::string> seen = timeless(user(1).take());
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.back(), "Left room \"general\".");
}

TEST_F(TwoNodes, ShowALateJoinerTheNewestHundredOnce) {
  say(0, "/create general");
  enter(0, "Alice");
  for (int i = 1; i <= 130; ++i) type(0, fmt::format("message {}", i));
  run_for(1s);
  say(1, "/name Bob");
  const std::vector<std::string> seen = timeless(say(1, "/join general"));
  ASSERT_EQ(seen.size(), 102u);
  EXPECT_EQ(seen[1], "30 older messages are not shown.");
  for (int i = 31; i <= 130; ++i) {
    EXPECT_EQ(seen[i - 29], fmt::format("[general] Alice: message {}", i));
  }
  say(1, "/leave");
  say(0, "while Bob is away");
  EXPECT_THAT(timeless(say(1, "/join general")),
              ElementsAre("Joined room \"general\". Type messages directly or use /msg.",
                          "[general] Alice: while Bob is away"));
}

TEST_F(TwoNodes, AllSeeOneOrder) {
  both_in_general();
  for (int i = 0; i < 20; ++i) {
    type(0, fmt::format("a{}", i));
    type(1, fmt::format("b{}", i));
  }
  run_for(2s);
  const std::vector<std::string> first = user(0).take();
  EXPECT_EQ(first.size(), 40u);
  EXPECT_EQ(first, user(1).take());
}

TEST_F(TwoNodes, AnnounceEachOther) {
  in_turn(1, [&] {
    user(1).session->close();
    user(1).node->leave([] {});
  });
  run_for(2s);
  EXPECT_THAT(user(0).take(), ElementsAre("Node left: node2@10.0.0.2:4369 (graceful_shutdown)"));
  crash(1);
  start(1);
  run_for(15s);
  EXPECT_THAT(user(0).take(), ElementsAre("Node joined: node2@10.0.0.2:4369"));
  EXPECT_THAT(user(1).take(), ElementsAre("Node joined: node1@10.0.0.1:4369"));
}

}  // namespace
}  // namespace noex::chat

// chatnode as users meet it: three programs, three terminals, real TCP.

#include <csignal>

#include "tests/e2e/chat_fixture.h"

namespace noex::tests {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

const std::vector<std::string> quick = {"--heartbeat-interval", "200ms", "--suspicion-after", "1s",
                                        "--suspicion-timeout",  "500ms"};

TEST_F(ChatNodes, RunTheExampleSessionWordForWord) {
  const auto first = start(1);
  EXPECT_TRUE(say(*first, "/name Alice", "Username set to: Alice"));
  EXPECT_TRUE(say(*first, "/create general", "Room \"general\" created"));
  EXPECT_TRUE(say(*first, "/join general", "Joined room"));
  EXPECT_TRUE(say(*first, "Hello from node1!", "Alice: Hello"));
  EXPECT_THAT(first->lines(),
              ElementsAre("This is " + id(1) + ". /help lists the commands.", "> /name Alice",
                          "Username set to: Alice", "> /create general",
                          "Room \"general\" created successfully.", "> /join general",
                          "Joined room \"general\". Type messages directly or use /msg.",
                          "> Hello from node1!",
                          MatchesRegex("\\[[0-9]{2}:[0-9]{2}:[0-9]{2}\\] \\[general\\] Alice: "
                                       "Hello from node1!")));
  const std::string hello = first->lines().back();

  const auto second = start(2);
  EXPECT_TRUE(second->wait_for("Node joined"));
  EXPECT_TRUE(say(*second, "/name Bob", "Username set to: Bob"));
  EXPECT_TRUE(say(*second, "/rooms", "general"));
  EXPECT_TRUE(say(*second, "/join general", hello));
  EXPECT_TRUE(say(*second, "Hi Alice! I'm on node2.", "Bob: Hi"));
  EXPECT_THAT(
      second->lines(),
      ElementsAre("This is " + id(2) + ". /help lists the commands.", "Node joined: " + id(1),
                  "> /name Bob", "Username set to: Bob", "> /rooms",
                  "Available rooms:", "  - general (on " + id(1) + ")", "> /join general",
                  "Joined room \"general\". Type messages directly or use /msg.", hello,
                  "> Hi Alice! I'm on node2.",
                  MatchesRegex("\\[[0-9:]{8}\\] \\[general\\] Bob: Hi Alice! I'm on node2.")));
  EXPECT_TRUE(first->wait_for("[general] Bob: Hi Alice! I'm on node2."));

  const auto third = start(3);
  EXPECT_TRUE(third->wait_for("Node joined: " + id(1)));
  EXPECT_TRUE(third->wait_for("Node joined: " + id(2)));
  EXPECT_TRUE(say(*third, "/nodes", "Total: 3 nodes"));
  EXPECT_THAT(third->passed(), HasSubstr("  - " + id(3) + " (local)\n"));
}

TEST_F(ChatNodes, ShowLinesAboveWhatIsHalfTyped) {
  const auto first = start(1);
  const auto second = start(2);
  enter(*first, *second);
  first->write("half ty");
  ASSERT_TRUE(first->wait_for_raw("half ty"));
  EXPECT_TRUE(say(*second, "over your head", "Bob: over your head"));
  EXPECT_TRUE(first->wait_for("Bob: over your head"));
  EXPECT_TRUE(first->wait_for_raw("> half ty"));
  EXPECT_TRUE(say(*first, "ped", "Alice: half typed"));
  EXPECT_TRUE(second->wait_for("Alice: half typed"));
}

TEST_F(ChatNodes, EditTextThatIsNotAscii) {
  const auto first = start(1);
  EXPECT_TRUE(say(*first, "/name J\xc3\xbcrgenx\x7f", "Username set to: J\xc3\xbcrgen"));
  EXPECT_EQ(first->lines().back(), "Username set to: J\xc3\xbcrgen");
}

TEST_F(ChatNodes, AnEscapeKeyAloneStopsNothing) {
  const auto first = start(1);
  const auto second = start(2);
  enter(*first, *second);
  first->write("\x1b");
  EXPECT_TRUE(say(*second, "still there?", "Bob: still there?"));
  EXPECT_TRUE(first->wait_for("Bob: still there?"));
}

TEST_F(ChatNodes, TellOfAKilledNodeAndOfItsUser) {
  const auto first = start(1);
  const auto second = start(2);
  enter(*first, *second);
  second->signal(SIGKILL);
  EXPECT_TRUE(first->wait_for("[general] * Bob left (connection lost)"));
  EXPECT_TRUE(first->wait_for("Node left: " + id(2) + " (connection_closed)"));
  // The port can be bound again at once, and the ghost keeps nobody out.
  const auto again = start(2);
  EXPECT_TRUE(again->wait_for("Node joined: " + id(1)));
  EXPECT_TRUE(say(*again, "/name Bob", "Username set to: Bob"));
  EXPECT_TRUE(say(*again, "/join general", "Joined room"));
}

TEST_F(ChatNodes, TellThoseWhoseRoomWasOnAKilledNode) {
  const auto first = start(1);
  const auto second = start(2);
  enter(*first, *second);
  first->signal(SIGKILL);
  EXPECT_TRUE(second->wait_for("You were disconnected from the room."));
  EXPECT_TRUE(second->wait_for("Room \"general\": " + id(1) +
                               " is gone (connection_closed). You will join it again when it is "
                               "back."));
  EXPECT_TRUE(second->wait_for("Node left: " + id(1) + " (connection_closed)"));
  const auto back = start(1);
  EXPECT_TRUE(say(*back, "/create general", "Room \"general\" created"));
  EXPECT_TRUE(second->wait_for("Joined room \"general\"."));  // by itself
}

TEST_F(ChatNodes, TakeBackANodeThatWasStopped) {
  const auto first = start(1, Stdio::terminal, quick);
  const auto second = start(2, Stdio::terminal, quick);
  enter(*first, *second);
  second->signal(SIGSTOP);
  EXPECT_TRUE(first->wait_for("[general] * Bob left (connection lost)"));
  EXPECT_TRUE(first->wait_for("Node left: " + id(2) + " (heartbeat_timeout)"));
  second->signal(SIGCONT);
  EXPECT_TRUE(second->wait_for("You were disconnected from the room."));
  EXPECT_TRUE(first->wait_for("Node joined: " + id(2)));
  EXPECT_TRUE(second->wait_for("Joined room \"general\"."));  // by itself
}

// A shell that sees its program stop takes the terminal, and does not give it back with SIGCONT:
// who touched it then would be stopped once more.
TEST_F(ChatNodes, LiveOnInTheBackgroundOfAShell) {
  const auto first = start(1);
  ASSERT_TRUE(say(*first, "/name Alice", "Username set to: Alice"));
  ASSERT_TRUE(say(*first, "/create general", "Room \"general\" created"));
  Child shell("/bin/bash", {"--norc", "--noprofile", "-i"}, Stdio::terminal);
  shell.type(fmt::format("{} {}", built("chatnode"), fmt::join(arguments(2, quick), " ")));
  ASSERT_TRUE(shell.wait_for("Node joined: " + id(1)));
  ASSERT_TRUE(say(shell, "/name Bob", "Username set to: Bob"));
  ASSERT_TRUE(say(shell, "/join general", "Joined room"));
  shell.write("half ty");
  ASSERT_TRUE(shell.wait_for_raw("half ty"));

  shell.write("\x1a");
  ASSERT_TRUE(shell.wait_for("Stopped"));
  shell.type("kill -CONT %1; echo continued");
  ASSERT_TRUE(shell.wait_for("continued"));
  ASSERT_TRUE(say(*first, "/join general", "Joined room"));
  EXPECT_TRUE(shell.wait_for("[general] * Alice joined"));
  EXPECT_TRUE(say(shell, "echo $((6 * 7))", "42"));
  shell.type("fg");
  ASSERT_TRUE(shell.wait_for_raw("> half ty"));
  EXPECT_TRUE(say(shell, "ped", "[general] Bob: half typed"));
  EXPECT_TRUE(first->wait_for("[general] Bob: half typed"));

  shell.write("\x1a");
  ASSERT_TRUE(shell.wait_for("Stopped"));
  shell.type("bg; kill %1; wait %1; echo status=$?");
  EXPECT_TRUE(shell.wait_for("status=0"));
  EXPECT_TRUE(first->wait_for("Node left: " + id(2) + " (graceful_shutdown)"));
}

TEST_F(ChatNodes, CreateARoomOnAnotherNode) {
  const auto first = start(1);
  const auto second = start(2);
  ASSERT_TRUE(first->wait_for("Node joined"));
  EXPECT_TRUE(say(*first, "/create far on node2", "Room \"far\" created on " + id(2) + "."));
  EXPECT_TRUE(say(*first, "/create x on nodeX", "Node not found: nodeX. Available nodes:"));
}

class Leaving : public ChatNodes, public ::testing::WithParamInterface<int> {};

INSTANTIATE_TEST_SUITE_P(By, Leaving, ::testing::Values(SIGINT, SIGTERM, SIGHUP, 0, -1));

// By a signal, by /quit (0), by Ctrl-D (-1).
TEST_P(Leaving, EndsWithStatusZeroAndTellsTheOthers) {
  const auto first = start(1);
  const auto second = start(2);
  enter(*first, *second);
  if (GetParam() > 0) second->signal(GetParam());
  if (GetParam() == 0) second->type("/quit");
  if (GetParam() < 0) second->write("\x04");
  EXPECT_EQ(second->wait(), 0);
  EXPECT_TRUE(first->wait_for_all(
      {"[general] * Bob left", "Node left: " + id(2) + " (graceful_shutdown)"}));
  EXPECT_THAT(first->lines(), Not(Contains(HasSubstr("connection lost"))));
}

}  // namespace
}  // namespace noex::tests

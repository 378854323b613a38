// chatnode in scripts: piped input, exit statuses, one clear line for each failure.

#include <algorithm>
#include <csignal>

#include "tests/e2e/chat_fixture.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

int lines_in(std::string_view text) {
  return static_cast<int>(std::ranges::count(text, '\n'));
}

TEST_F(ChatNodes, RunAScriptFromAPipe) {
  const auto node = start(1, Stdio::pipes);
  node->write("/name Alice\n/create general\n/join general\nhello\n/users\n/leave\n/rooms");
  node->close_input();
  EXPECT_EQ(node->wait(), 0);
  EXPECT_THAT(node->lines(),
              ElementsAre("Username set to: Alice", "Room \"general\" created successfully.",
                          "Joined room \"general\". Type messages directly or use /msg.",
                          MatchesRegex("\\[[0-9:]{8}\\] \\[general\\] Alice: hello"),
                          "Users in \"general\":", "  - Alice (you)", "Left room \"general\".",
                          "Available rooms:", "  - general (on " + id(1) + ")"));
  EXPECT_THAT(node->errors(), IsEmpty());
}

TEST_F(ChatNodes, AScriptFindsTheRoomsOfItsSeed) {
  const auto first = start(1);
  ASSERT_TRUE(say(*first, "/name Alice", "Username"));
  ASSERT_TRUE(say(*first, "/create general", "created"));
  ASSERT_TRUE(say(*first, "/join general", "Joined"));
  const auto script = start(2, Stdio::pipes);
  script->write("/name Bot\n/join general\nbeep\n");
  script->close_input();
  EXPECT_EQ(script->wait(), 0);
  EXPECT_TRUE(first->wait_for("[general] Bot: beep"));
  EXPECT_TRUE(first->wait_for("[general] * Bot left"));
  EXPECT_THAT(script->lines(), ::testing::Contains(HasSubstr("[general] Bot: beep")));
}

// The example of --help: the room is on a node that the seed has yet to tell of.
TEST_F(ChatNodes, AScriptFindsTheRoomsOfAllWhomItsSeedKnows) {
  const auto first = start(1);
  const auto second = start(2);
  ASSERT_TRUE(second->wait_for("Node joined: node1@"));
  ASSERT_TRUE(say(*second, "/name Alice", "Username"));
  ASSERT_TRUE(say(*second, "/create general", "created"));
  ASSERT_TRUE(say(*second, "/join general", "Joined"));
  for (int i = 0; i < 10; ++i) {
    const auto script = start(3, Stdio::pipes);
    script->write("/name Bot\n/join general\nbeep\n");
    script->close_input();
    EXPECT_EQ(script->wait(), 0) << fmt::format("{}", fmt::join(script->lines(), "\n"));
    EXPECT_TRUE(second->wait_for("[general] Bot: beep"));
    EXPECT_TRUE(second->wait_for("Node left: node3@"));
  }
}

TEST_F(ChatNodes, AScriptRunsWithoutItsSeedToo) {
  const auto script = start(2, Stdio::pipes);
  script->write("/nodes\n");
  script->close_input();
  EXPECT_EQ(script->wait(), 0);
  EXPECT_THAT(
      script->lines(),
      ElementsAre("Cannot reach the seed " + id(1) + " (connection refused); trying on.",
                  "The cluster did not answer within 5 s; going on with what is known of it.",
                  "Connected nodes:", "  - " + id(2) + " (local)", "Total: 1 node"));
}

TEST_F(ChatNodes, AScriptWithACommandThatFailsSaysSoByItsStatus) {
  for (const char* line : {"/foo", "/join general", "hello", "/leave", "/create x on node9"}) {
    const auto script = start(1, Stdio::pipes);
    script->write(fmt::format("/name Bot\n{}\n/nodes\n", line));
    script->close_input();
    EXPECT_EQ(script->wait(), 1) << line;
    EXPECT_THAT(script->lines(), ::testing::Contains("Total: 1 node")) << "it goes on";
  }
}

TEST_F(ChatNodes, ClosedStandardStreamsAreEmptyOnes) {
  const std::string command = fmt::format("{} {}", built("chatnode"), fmt::join(arguments(1), " "));
  Child without_input("/bin/sh", {"-c", command + " <&-"}, Stdio::pipes);
  EXPECT_EQ(without_input.wait(), 0);
  Child without_any("/bin/sh", {"-c", command + " <&- >&- 2>&-"}, Stdio::pipes);
  EXPECT_EQ(without_any.wait(), 0);
}

TEST_F(ChatNodes, APortInUseIsSaidInOneLine) {
  const auto first = start(1);
  const auto second = start(1, Stdio::pipes);
  EXPECT_EQ(second->wait(), 1);
  EXPECT_THAT(second->errors(), HasSubstr(fmt::format("port {} on 127.0.0.1 is in use; choose "
                                                      "another with --port",
                                                      ports_[0])));
  EXPECT_EQ(lines_in(second->errors()), 1);
}

TEST_F(ChatNodes, ANameThatIsTakenIsSaidWithItsHolder) {
  const auto first = start(1);
  Child second("chatnode", {"-n", "node1", "-p", std::to_string(ports_[1]), "-s", id(1)},
               Stdio::pipes);
  EXPECT_EQ(second.wait(), 1);
  EXPECT_THAT(second.errors(), HasSubstr("chatnode: the name node1 is taken in this cluster by " +
                                         id(1) + "; choose another with --name"));
}

TEST_F(ChatNodes, BadUsageIsSaidInOneLine) {
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"--name", "1x"},
                                             {"--name", "a", "--frobnicate"},
                                             {"--name", "a", "--host", "0.0.0.0"},
                                             {"--name", "a", "--seed", "b"}}) {
    Child child("chatnode", arguments, Stdio::pipes);
    EXPECT_EQ(child.wait(), 2);
    EXPECT_EQ(lines_in(child.errors()), 1) << child.errors();
  }
}

TEST_F(ChatNodes, HelpAndVersionGoToStandardOutput) {
  Child help("chatnode", {"--help"}, Stdio::pipes);
  EXPECT_EQ(help.wait(), 0);
  EXPECT_TRUE(help.wait_for("Examples:"));
  Child version("chatnode", {"--version"}, Stdio::pipes);
  EXPECT_EQ(version.wait(), 0);
  EXPECT_THAT(version.lines(), ElementsAre(MatchesRegex("chatnode [0-9.]+")));
}

TEST_F(ChatNodes, ASignalEndsAScriptInGoodOrder) {
  const auto node = start(1, Stdio::pipes);
  node->type("/name Alice");
  ASSERT_TRUE(node->wait_for("Username"));
  node->signal(SIGTERM);
  EXPECT_EQ(node->wait(), 0);
}

}  // namespace
}  // namespace noex::tests

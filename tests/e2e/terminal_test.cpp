// chatnode at terminals and files that stand still, are full or cannot be read, and at the hands of
// somebody who pastes, mistypes and comes back.

#include <csignal>
#include <filesystem>

#include <sys/stat.h>

#include "tests/e2e/chat_fixture.h"

namespace noex::tests {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<std::string> quick = {"--heartbeat-interval", "200ms", "--suspicion-after", "1s",
                                        "--suspicion-timeout",  "500ms"};
constexpr std::string_view stop_output = "\x13";
constexpr std::string_view go_on = "\x11";

class ATerminal : public ChatNodes {
 protected:
  ATerminal() {
    folder_ = std::filesystem::path(::testing::TempDir()) /
              fmt::format("noex_terminal_{}_{}", ::getpid(),
                          ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  ~ATerminal() override { std::filesystem::remove_all(folder_); }

  // A shell command with "chatnode" and the arguments of the first node in place of "NODE".
  std::unique_ptr<Child> script(std::string command) const {
    const std::string node = fmt::format("{} {}", built("chatnode"), fmt::join(arguments(1), " "));
    command.replace(command.find("NODE"), 4, node);
    return std::make_unique<Child>("/bin/sh", std::vector<std::string>{"-c", command},
                                   Stdio::pipes);
  }
  // Alice alone in a room of her own.
  void enter_alone(Child& node) {
    ASSERT_TRUE(say(node, "/name Alice", "Username set to: Alice"));
    ASSERT_TRUE(say(node, "/create general", "created successfully"));
    ASSERT_TRUE(say(node, "/join general", "Joined room"));
  }

  std::filesystem::path folder_;
};

TEST_F(ATerminal, ThatNobodyReadsStopsNoNode) {
  const auto first = start(1, Stdio::terminal, quick);
  const auto second = start(2, Stdio::terminal, quick);
  enter(*first, *second);
  first->write(stop_output);
  // The room is on the node whose terminal stands still: it takes each of these.
  const std::string text(4000, 'x');
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(say(*second, fmt::format("{} {}", i, text), fmt::format("Bob: {} xxx", i)));
  }
  EXPECT_THAT(second->lines(), Not(Contains(HasSubstr("Node left"))));
  ASSERT_TRUE(say(*second, "the last one", "Bob: the last one"));
  first->write(go_on);
  EXPECT_TRUE(first->wait_for("lines dropped"));
  EXPECT_TRUE(first->wait_for("Bob: the last one"));
  EXPECT_TRUE(say(*first, "back again", "Alice: back again"));
}

TEST_F(ATerminal, ThatNobodyReadsLetsTheProgramEnd) {
  const auto first = start(1, Stdio::terminal, quick);
  const auto second = start(2, Stdio::terminal, quick);
  enter(*first, *second);
  first->write(stop_output);
  ASSERT_TRUE(say(*second, "hello?", "Bob: hello?"));
  first->signal(SIGTERM);
  EXPECT_EQ(first->wait(), 0);
  EXPECT_TRUE(second->wait_for("Node left: " + id(1) + " (graceful_shutdown)"));
}

TEST_F(ATerminal, TakesPastesAsText) {
  const auto node = start(1);
  ASSERT_NO_FATAL_FAILURE(enter_alone(*node));
  node->write("\x1b[200~/quit\n\x1b[201~\r");
  EXPECT_TRUE(node->wait_for("[general] Alice: /quit"));
  node->write("\x1b[200~/leave\r/quit\r\nthree\n\x1b[201~");
  EXPECT_TRUE(node->wait_for("[general] Alice: /leave"));
  EXPECT_TRUE(node->wait_for("[general] Alice: /quit"));
  EXPECT_TRUE(node->wait_for("[general] Alice: three"));
  node->write("\x1b[200~1\n2\n3\n/quit\n5\n6\x1b[201~");
  EXPECT_TRUE(node->wait_for("Send these 6 lines, from \"1\" to \"6\"? (y/n)"));
  EXPECT_TRUE(say(*node, "n", "Nothing was sent."));
  node->write("\x1b[200~a1\na2\na3\na4\na5\na6\x1b[201~yes\r");
  EXPECT_TRUE(node->wait_for("[general] Alice: a6"));
  EXPECT_THAT(node->lines(), Not(Contains(HasSubstr("Alice: 5"))));
}

TEST_F(ATerminal, TakesALongLineInNoTime) {
  const auto first = start(1, Stdio::terminal, quick);
  const auto second = start(2, Stdio::terminal, quick);
  enter(*first, *second);
  first->write(std::string(20'000, 'x'));
  EXPECT_TRUE(first->wait_for("A line has at most 4096 bytes: the rest was not taken."));
  first->write("\r");
  EXPECT_TRUE(second->wait_for("Alice: " + std::string(4096, 'x')));
  first->write("\x1b[200~" + std::string(30'000, 'y') + "\x1b[201~\r");
  EXPECT_TRUE(second->wait_for("Alice: " + std::string(4096, 'y')));
  EXPECT_THAT(second->lines(), Not(Contains(HasSubstr("Node left"))));
}

TEST_F(ATerminal, ClearsTheLineAtCtrlC) {
  const auto node = start(1);
  node->write("/quit\x03");
  EXPECT_TRUE(say(*node, "/name Alice", "Username set to: Alice"));
  node->write("\x03");
  EXPECT_TRUE(node->wait_for("Press Ctrl-C again to leave"));
  EXPECT_TRUE(say(*node, "/nodes", "Total: 1 node"));
  node->write("\x03");
  EXPECT_TRUE(node->wait_for("Press Ctrl-C again to leave"));
  node->write("\x03");
  EXPECT_EQ(node->wait(), 0);
}

TEST_F(ATerminal, RemembersLinesOverSessions) {
  const std::string node = fmt::format("XDG_STATE_HOME={} exec {} {}", folder_.string(),
                                       built("chatnode"), fmt::join(arguments(1), " "));
  {
    Child first("/bin/sh", {"-c", node}, Stdio::terminal);
    ASSERT_TRUE(first.wait_for_raw("> "));
    EXPECT_TRUE(say(first, "/name Alice", "Username set to: Alice"));
    EXPECT_TRUE(say(first, "/nodes", "Total: 1 node"));
    first.type("/quit");
    EXPECT_EQ(first.wait(), 0);
  }
  const auto file = folder_ / "noex" / "chat_history";
  struct stat about{};
  ASSERT_EQ(::stat(file.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  Child second("/bin/sh", {"-c", node}, Stdio::terminal);
  ASSERT_TRUE(second.wait_for_raw("> "));
  second.write("\x1b[A\x1b[A\x1b[A\r");
  EXPECT_TRUE(second.wait_for("Username set to: Alice"));
  second.write("\x12node\r");  // Ctrl-R
  EXPECT_TRUE(second.wait_for("Total: 1 node"));
}

TEST_F(ATerminal, CompletesCommandsRoomsNodesAndUsers) {
  const auto first = start(1);
  const auto second = start(2);
  enter(*first, *second);
  first->write("/le\t\r");
  EXPECT_TRUE(first->wait_for("Left room \"general\"."));
  first->write("/jo\tge\t\r");
  EXPECT_TRUE(first->wait_for("Joined room"));
  ASSERT_TRUE(second->wait_for("* Alice joined"));
  EXPECT_TRUE(say(*second, "hi", "Bob: hi"));
  EXPECT_TRUE(first->wait_for("Bob: hi"));
  first->write("hello Bo\t!\r");
  EXPECT_TRUE(first->wait_for("Alice: hello Bob !"));
  first->write("/create far o\tnode2@\t\r");
  EXPECT_TRUE(first->wait_for("Room \"far\" created on " + id(2) + "."));
  first->write("/n\t");
  EXPECT_TRUE(first->wait_for("/name  /nodes"));
}

TEST_F(ATerminal, HearsOnceOfALogThatCannotBeWritten) {
  const auto first = start(1, Stdio::terminal, {"--log-file", "/dev/full", "--log-level", "debug"});
  const auto second = start(2);
  EXPECT_TRUE(
      first->wait_for_all({"cannot write to the log file /dev/full: No space left on device",
                           "Node joined: " + id(2)}));
  ASSERT_NO_FATAL_FAILURE(enter_alone(*first));
  ASSERT_TRUE(say(*second, "/nodes", "Total: 2 nodes"));
  EXPECT_EQ(std::ranges::count_if(first->lines(),
                                  [](const std::string& line) {
                                    return line.find("cannot write") != std::string::npos;
                                  }),
            1);
}

TEST_F(ATerminal, DoesNotWaitForTheReaderOfALog) {
  const std::string pipe = (folder_ / "log").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto node = start(1, Stdio::terminal, {"--log-file", pipe, "--log-level", "debug"});
  EXPECT_TRUE(say(*node, "/nodes", "Total: 1 node"));
  node->signal(SIGTERM);
  EXPECT_EQ(node->wait(), 0);
}

TEST_F(ATerminal, OrNoneThatIsFullIsAFailure) {
  const auto node = script("printf '/nodes\\n' | NODE >/dev/full");
  EXPECT_EQ(node->wait(), 1);
  EXPECT_EQ(node->errors(), "chatnode: cannot write to standard output: No space left on device\n");
}

TEST_F(ATerminal, OrAFolderAsInputIsAFailure) {
  const auto folder = script("NODE </");
  EXPECT_EQ(folder->wait(), 1);
  EXPECT_EQ(folder->errors(), "chatnode: cannot read standard input: Is a directory\n");
  const auto written = script("NODE 0>/dev/null");
  EXPECT_EQ(written->wait(), 1);
  EXPECT_EQ(written->errors(), "chatnode: cannot read standard input: Bad file descriptor\n");
}

TEST_F(ATerminal, OrAReaderThatIsSlowGetsEveryLine) {
  std::string commands;
  for (int i = 0; i < 3000; ++i) commands += "/help\\n";
  const auto node =
      script(fmt::format("printf '{}' | NODE | (read line; kill -0 $$ && cat) | wc -l", commands));
  EXPECT_EQ(node->wait(), 0);
  const int lines = std::stoi(node->lines().back());
  EXPECT_EQ((lines + 1) % 3000, 0) << lines;
}

}  // namespace
}  // namespace noex::tests

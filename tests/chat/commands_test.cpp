#include "chat/commands.h"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chat/completion.h"
#include "chat/line.h"

namespace noex::chat {
namespace {

using ::testing::ElementsAre;

TEST(Commands, AreListedWordForWord) {
  EXPECT_THAT(
      help_lines(),
      ElementsAre(
          "Commands:", "  /name <username>          set your username (required before joining)",
          "  /create <room>            create a room on this node",
          "  /create <room> on <node>  create a room on that node (name or full id)",
          "  /join <room>              join a room",
          "  /leave                    leave the current room",
          "  /msg <text>               send a message; plain text in a room does "
          "the same",
          "  /me <text>                say what you do: \"* Alice waves\"",
          "  /users                    list the users in the current room",
          "  /rooms                    list all rooms of the cluster",
          "  /nodes                    list the nodes",
          "  /help                     show this list",
          "  /quit                     leave the cluster and exit"));
}

TEST(Commands, SayHowTheyAreUsed) {
  EXPECT_EQ(usage_of(*find_command("/create")), "/create <room> [on <node>]");
  EXPECT_EQ(usage_of(*find_command("/join")), "/join <room>");
  EXPECT_EQ(usage_of(*find_command("/quit")), "/quit");
}

TEST(Commands, AreFoundByTheirWholeWord) {
  EXPECT_EQ(find_command("/join")->word, "/join");
  EXPECT_EQ(find_command("/joi"), nullptr);
  EXPECT_EQ(find_command(""), nullptr);
  EXPECT_EQ(text_command().word, "/msg") << "the first of those that take text";
}

// What its row says holds for each, whichever is added.
TEST(Commands, EachIsReadCompletedAndRunAsItsRowSays) {
  std::set<std::string_view> words;
  for (const CommandRow& row : commands()) {
    const std::string word(row.word);
    SCOPED_TRACE(word);
    EXPECT_TRUE(words.insert(row.word).second);
    EXPECT_TRUE(word.starts_with('/') && word.size() <= 16) << "what is pasted is searched for it";
    EXPECT_NE(row.run, nullptr);
    EXPECT_EQ(row.arguments.empty(), row.takes == Takes::nothing);
    const auto alone = parse_line(word);
    if (row.takes == Takes::nothing) {
      EXPECT_EQ(alone->row, &row);
    } else {
      EXPECT_EQ(alone.error(), "Usage: " + usage_of(row));
    }
    EXPECT_EQ(parse_line(word + " x")->row, &row);
    EXPECT_THAT(complete(word, {}).insertion, ::testing::EndsWith(" "));
  }
}

}  // namespace
}  // namespace noex::chat

#include "noex/sim/chat/script.h"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "chat/line.h"
#include "noex/sim/chat/chat_application.h"

namespace noex::sim {
namespace {

std::vector<ScriptLine> lines_of(std::uint64_t seed, int count) {
  Script script(5, 3, 4, true, Random(seed));
  std::vector<ScriptLine> all;
  for (int i = 0; i < count; ++i) {
    for (ScriptLine& line : script.next()) all.push_back(std::move(line));
  }
  return all;
}

TEST(Script, IsAFunctionOfItsRandomStream) {
  const auto texts = [](std::uint64_t seed) {
    std::vector<std::string> all;
    for (const ScriptLine& line : lines_of(seed, 100)) all.push_back(line.text);
    return all;
  };
  EXPECT_EQ(texts(1), texts(1));
  EXPECT_NE(texts(1), texts(2));
}

TEST(Script, TypesCommandsAndMistakesToo) {
  std::set<std::string_view> typed;
  bool mistaken = false;
  for (const ScriptLine& line : lines_of(1, 3000)) {
    const auto command = chat::parse_line(line.text);
    mistaken = mistaken || !command;
    if (command && command->row != nullptr) typed.insert(command->row->word);
  }
  EXPECT_TRUE(mistaken);
  EXPECT_EQ(typed, (std::set<std::string_view>{"/create", "/help", "/join", "/leave", "/msg",
                                               "/name", "/nodes", "/quit", "/rooms", "/users"}));
}

TEST(Script, OpensASessionAfterItQuits) {
  const std::vector<ScriptLine> lines = lines_of(1, 2000);
  int quits = 0;
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    if (lines[i].text != "/quit") continue;
    ++quits;
    EXPECT_TRUE(lines[i + 1].opens);
  }
  EXPECT_GT(quits, 0);
}

TEST(Script, ItsUsersAreKnownByWhatTheyType) {
  Script script(5, 0, 4, false, Random(1));
  const Application& chat = chat_application();
  EXPECT_EQ(chat.user_name(script.set_name()), "Alice");
  EXPECT_EQ(chat.user_name("/name  "), "");
  EXPECT_EQ(chat.user_name("/name"), "");
  EXPECT_EQ(chat.user_name("/join general"), "");
  EXPECT_EQ(chat.user_name("hello"), "");
}

}  // namespace
}  // namespace noex::sim

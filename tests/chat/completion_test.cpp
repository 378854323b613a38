#include "chat/completion.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace noex::chat {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const KnownNames known{.rooms = {"general", "games", "müsli", "möbel"},
                       .nodes = {"node1", "node2", "node2@127.0.0.1:4370"},
                       .users = {"Alice", "Alan", "Alice"}};

TEST(Completion, CompletesCommands) {
  EXPECT_EQ(complete("/jo", known).insertion, "in ");
  EXPECT_THAT(complete("/n", known).candidates, ElementsAre("/name", "/nodes"));
  EXPECT_EQ(complete("/n", known).insertion, "");
  EXPECT_THAT(complete("/x", known).candidates, IsEmpty());
}

TEST(Completion, CompletesRoomsThatAreThere) {
  EXPECT_EQ(complete("/join gen", known).insertion, "eral ");
  EXPECT_THAT(complete("/join g", known).candidates, ElementsAre("games", "general"));
  EXPECT_THAT(complete("/join general g", known).candidates, IsEmpty());
  EXPECT_THAT(complete("/create gen", known).candidates, IsEmpty()) << "a new one has no name yet";
}

TEST(Completion, CompletesWhereARoomIsToBe) {
  EXPECT_EQ(complete("/create far ", known).insertion, "on ");
  EXPECT_EQ(complete("/create far on node1", known).insertion, " ");
  EXPECT_THAT(complete("/create far on node2", known).candidates,
              ElementsAre("node2", "node2@127.0.0.1:4370"));
  EXPECT_THAT(complete("/create far at n", known).candidates, IsEmpty());
}

TEST(Completion, CompletesUsersInTextsOnce) {
  EXPECT_THAT(complete("hello Al", known).candidates, ElementsAre("Alan", "Alice"));
  EXPECT_EQ(complete("/msg hello Ali", known).insertion, "ce ");
  EXPECT_EQ(complete("/me greets Ali", known).insertion, "ce ");
  EXPECT_EQ(complete("Ali", known).insertion, "ce ");
  EXPECT_THAT(complete("/users Al", known).candidates, IsEmpty());
  EXPECT_THAT(complete("/name Al", known).candidates, IsEmpty());
  EXPECT_THAT(complete("/foo Al", known).candidates, IsEmpty());
  EXPECT_THAT(complete("hello ", known).candidates, IsEmpty()) << "nobody is meant yet";
}

TEST(Completion, NeverInsertsHalfACharacter) {
  EXPECT_EQ(complete("/join m", known).insertion, "") << "ü and ö begin with the same byte";
}

}  // namespace
}  // namespace noex::chat

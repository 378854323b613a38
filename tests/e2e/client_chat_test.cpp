// Terminals that are no nodes: chatnode --connect, over real connections.
#include <csignal>

#include "tests/e2e/chat_fixture.h"

namespace noex::tests {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class ClientChat : public ChatNodes {
 protected:
  std::string address(int k) const { return fmt::format("127.0.0.1:{}", ports_[k - 1]); }
  std::unique_ptr<Child> connect(const std::vector<std::string>& addresses) const {
    std::vector<std::string> arguments = {"--connect"};
    arguments.insert(arguments.end(), addresses.begin(), addresses.end());
    return std::make_unique<Child>("chatnode", arguments, Stdio::pipes);
  }
};

TEST_F(ClientChat, ATerminalNeedNotBeANode) {
  const auto first = start(1);
  const auto second = start(2);
  enter(*first, *second);
  const auto client = connect({address(2)});
  ASSERT_TRUE(client->wait_for(fmt::format("Connected to {}.", id(2))));
  ASSERT_TRUE(say(*client, "/name Carol", "Username set to: Carol"));
  ASSERT_TRUE(say(*client, "/rooms", "  - general (on node1@"));
  ASSERT_TRUE(say(*client, "/join general", "Joined room \"general\"."));
  ASSERT_TRUE(first->wait_for("[general] * Carol joined"));
  ASSERT_TRUE(say(*client, "hello all", "[general] Carol: hello all"));
  ASSERT_TRUE(second->wait_for("Carol: hello all"));
  second->type("hi Carol");
  ASSERT_TRUE(client->wait_for("[general] Bob: hi Carol"));
  ASSERT_TRUE(say(*client, "/users", "Carol (you)"));
  client->type("/nodes");
  ASSERT_TRUE(client->wait_for(fmt::format("{} (connected)", id(2))));
  ASSERT_TRUE(client->wait_for("Total: 2 nodes"));
  ASSERT_TRUE(say(*client, "/create mine", "Room \"mine\" created successfully."));
  ASSERT_TRUE(say(*client, "/create far on node1", "Room \"far\" created on node1@"));
  client->type("/quit");
  EXPECT_EQ(client->wait(), 0);
  ASSERT_TRUE(first->wait_for("[general] * Carol left"));
  ASSERT_TRUE(say(*first, "/nodes", "Total: 2 nodes"));
  ASSERT_TRUE(say(*first, "/rooms", "  - mine (on node2@"));
  EXPECT_THAT(first->lines(), Not(Contains(HasSubstr("client"))));
}

TEST_F(ClientChat, GoesOnAtAnotherMemberAndIsBackInItsRoom) {
  const auto first = start(1);
  const auto second = start(2);
  const auto third = start(3);
  enter(*first, *second);
  ASSERT_TRUE(third->wait_for("Node joined: node2@"));
  const auto client = connect({address(3), address(2)});
  ASSERT_TRUE(client->wait_for(fmt::format("Connected to {}.", id(3))));
  ASSERT_TRUE(say(*client, "/name Carol", "Username set to: Carol"));
  ASSERT_TRUE(say(*client, "/join general", "Joined room \"general\"."));
  third->signal(SIGKILL);
  ASSERT_TRUE(first->wait_for("[general] * Carol left (connection lost)"));
  ASSERT_TRUE(client->wait_for(fmt::format("The connection to {} is lost", id(3))));
  EXPECT_THAT(client->passed(), HasSubstr(fmt::format("; now at {}.", id(2))));
  ASSERT_TRUE(client->wait_for("Joined room \"general\"."));
  ASSERT_TRUE(say(*client, "back again", "[general] Carol: back again"));
  ASSERT_TRUE(second->wait_for("Carol: back again"));
}

TEST_F(ClientChat, SaysWhenNobodyIsThere) {
  const auto client = connect({address(1)});
  ASSERT_TRUE(client->wait_for("Cannot reach 127.0.0.1:"));
  client->type("/create lounge");
  client->close_input();
  ASSERT_TRUE(client->wait_for("No member is connected"));
  EXPECT_EQ(client->wait(), 1);
}

}  // namespace
}  // namespace noex::tests

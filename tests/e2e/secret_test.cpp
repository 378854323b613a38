// chatnode with secrets: who knows the same one is in, everybody else is out and hears why.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/chat_fixture.h"

namespace noex::tests {
namespace {

using ::testing::HasSubstr;

class SecretNodes : public ChatNodes {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "noex_secret_XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  // The path of a file of its own with that in it.
  std::string file(std::string_view name, std::string_view text, ::mode_t mode = 0600) const {
    const std::string path = fmt::format("{}/{}", folder_, name);
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }
  std::string log(int k) const { return fmt::format("{}/log{}", folder_, k); }
  // Of node1, when it has ended: it is whole then.
  std::string whole_log(Child& node) const {
    node.signal(SIGTERM);
    (void)node.wait();
    std::ifstream in(log(1));
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  std::vector<std::string> with(const std::string& secret, int k) const {
    return {"--secret-file", secret, "--log-file", log(k)};
  }

  std::string folder_;
};

constexpr std::string_view one = "a secret of this test, long enough";
constexpr std::string_view two = "another secret of it, just as long";

TEST_F(SecretNodes, AClientKnowsItToo) {
  const std::string secret = file("secret", one);
  const auto first = start(1, Stdio::terminal, with(secret, 1));
  const std::string address = fmt::format("127.0.0.1:{}", ports_[0]);
  Child plain("chatnode", {"--connect", address}, Stdio::pipes);
  ASSERT_TRUE(plain.wait_for(fmt::format("Cannot reach {}", address)));
  Child client("chatnode", {"--connect", address, "--secret-file", secret}, Stdio::pipes);
  ASSERT_TRUE(client.wait_for(fmt::format("Connected to {}.", id(1))));
  ASSERT_TRUE(say(client, "/create lounge", "Room \"lounge\" created successfully."));
}

TEST_F(SecretNodes, WhoKnowTheSameChat) {
  const std::string secret = file("secret", one);
  const auto first = start(1, Stdio::terminal, with(secret, 1));
  const auto second = start(2, Stdio::terminal, with(secret, 2));
  enter(*first, *second);
  ASSERT_TRUE(say(*second, "hello", "Bob: hello"));
  EXPECT_TRUE(first->wait_for("[general] Bob: hello"));
}

TEST_F(SecretNodes, AnotherSecretIsToldOnBothSidesAndEndsTheJoiner) {
  const auto first = start(1, Stdio::terminal, with(file("one", one), 1));
  const auto second = start(2, Stdio::pipes, {"--secret-file", file("two", two)});
  EXPECT_EQ(second->wait(), 1);
  EXPECT_THAT(second->errors(), HasSubstr(fmt::format("{} does not share this node's secret; start "
                                                      "both with the same --secret-file",
                                                      id(1))));
  EXPECT_TRUE(say(*first, "/name Alice", "Username set to: Alice")) << "it goes on";
  EXPECT_THAT(whole_log(*first),
              HasSubstr("it has another secret: start both nodes with the same secret"));
}

TEST_F(SecretNodes, WhoHasNoneIsToldOnBothSides) {
  const auto first = start(1, Stdio::terminal, with(file("one", one), 1));
  const auto second = start(2, Stdio::pipes);
  EXPECT_EQ(second->wait(), 1);
  EXPECT_THAT(second->errors(), HasSubstr("encrypts, and this node does not; start it with that "
                                          "node's --secret-file"));
  EXPECT_THAT(whole_log(*first), HasSubstr("it does not encrypt, and this node does"));
}

TEST_F(SecretNodes, WhoEncryptsAmongThoseWhoDoNotIsToldOnBothSides) {
  const auto first = start(1, Stdio::terminal, {"--log-file", log(1)});
  const auto second = start(2, Stdio::pipes, {"--secret-file", file("one", one)});
  EXPECT_EQ(second->wait(), 1);
  EXPECT_THAT(second->errors(), HasSubstr("it runs without encryption, and this node does not"));
  EXPECT_THAT(whole_log(*first), HasSubstr("it encrypts, and this node does not"));
}

TEST_F(SecretNodes, ChangeTheirSecretWhileTheyRun) {
  const std::string mine = file("mine", one);
  const auto first = start(1, Stdio::terminal, with(mine, 1));
  const auto second = start(2, Stdio::terminal, with(file("same", one), 2));
  enter(*first, *second);
  file("mine", two);
  first->signal(SIGUSR1);
  EXPECT_TRUE(first->wait_for("the secrets were read again"));
  const auto third = start(3, Stdio::terminal, with(file("newer", two), 3));
  EXPECT_TRUE(third->wait_for("Node joined: node1@"));
  ASSERT_TRUE(say(*second, "still here", "Bob: still here"));
  EXPECT_TRUE(first->wait_for("[general] Bob: still here"));
  file("mine", "short");
  first->signal(SIGUSR1);
  EXPECT_TRUE(first->wait_for("the secrets stay as they were: "));
}

TEST_F(SecretNodes, FilesThatAreOfNoUseAreRefusedAtTheStart) {
  const auto errors = [this](const std::string& path) {
    const auto node = start(1, Stdio::pipes, {"--secret-file", path});
    EXPECT_EQ(node->wait(), 1);
    return node->errors();
  };
  EXPECT_THAT(errors(file("open", one, 0640)), HasSubstr("others can read or write"));
  EXPECT_THAT(errors(file("short", "short")), HasSubstr("is too short for a secret"));
  EXPECT_THAT(errors(folder_ + "/none"), HasSubstr("cannot read"));
  EXPECT_THAT(errors(folder_), HasSubstr("is no plain file"));
}

}  // namespace
}  // namespace noex::tests

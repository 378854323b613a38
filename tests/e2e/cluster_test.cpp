// Twelve real nodes on one machine, in a network of their own: one is killed, one is stopped and
// goes on, one is cut off by a packet filter and comes back.

#include <algorithm>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/e2e/child.h"
#include "tests/e2e/network_namespace.h"

namespace noex::tests {
namespace {

constexpr int nodes = 12;

std::string address(int k) {
  return fmt::format("127.0.0.{}", k);
}

class TwelveNodes : public ::testing::Test {
 protected:
  void SetUp() override {
    has_own_network_ = enter_network_namespace();
    for (std::uint16_t& port : ports_) port = has_own_network_ ? 4369 : free_port();
    for (int k = 1; k <= nodes; ++k) start(k);
    for (int k = 1; k <= nodes; ++k) {
      for (int other = 1; other <= nodes; ++other) {
        if (other != k) expect_joined(k, other);
      }
    }
  }
  std::string id(int k) const { return fmt::format("node{}@{}:{}", k, address(k), ports_[k - 1]); }
  void start(int k) {
    std::vector<std::string> arguments = {"--name",
                                          fmt::format("node{}", k),
                                          "--host",
                                          address(k),
                                          "--port",
                                          std::to_string(ports_[k - 1]),
                                          "--heartbeat-interval",
                                          "200ms",
                                          "--suspicion-after",
                                          "3s",
                                          "--suspicion-timeout",
                                          "1s"};
    if (k != 1) arguments.insert(arguments.end(), {"--seed", id(1)});
    nodes_.resize(nodes);
    nodes_[k - 1] = std::make_unique<Child>("chatnode", std::move(arguments), Stdio::terminal);
    ASSERT_TRUE(node(k).wait_for_raw("> "));
  }
  Child& node(int k) { return *nodes_[k - 1]; }
  void say(int k, const std::string& line, const std::string& expected) {
    node(k).type(line);
    expect(k, expected);
  }
  // Sooner or later, or already.
  void expect(int k, const std::string& line) {
    EXPECT_TRUE(node(k).wait_for_all({line})) << "node" << k << ": " << line << shown(k);
  }
  // The last that node `k` says of `other`. Not how often: a machine that stands still for a while
  // makes its nodes leave and come back.
  void expect_joined(int k, int other) { expect_last(k, other, "Node joined: " + id(other)); }
  void expect_left(int k, int other, const std::string& reason) {
    expect_last(k, other, fmt::format("Node left: {} ({})", id(other), reason));
  }
  void expect_last(int k, int other, const std::string& line) {
    EXPECT_TRUE(node(k).wait_for_last(id(other), line)) << "node" << k << ": " << line << shown(k);
  }
  std::string shown(int k) {
    return fmt::format("\nit showed:\n{}", fmt::join(node(k).lines(), "\n"));
  }
  void enter(int k, const std::string& user) {
    say(k, "/name " + user, "Username set to: " + user);
    say(k, "/join hall", "Joined room \"hall\".");
  }

  bool has_own_network_ = false;
  std::array<std::uint16_t, nodes> ports_{};
  std::vector<std::unique_ptr<Child>> nodes_;
};

TEST_F(TwelveNodes, SeeDeathSilenceAndCutsAndHeal) {
  say(1, "/create hall", "Room \"hall\" created successfully.");
  enter(2, "Bob");
  enter(7, "Gil");
  enter(10, "Jim");

  node(12).signal(SIGKILL);
  for (int k = 1; k <= 11; ++k) expect_left(k, 12, "connection_closed");

  node(11).signal(SIGSTOP);
  for (int k = 1; k <= 10; ++k) expect_left(k, 11, "heartbeat_timeout");
  node(11).signal(SIGCONT);
  for (int k = 1; k <= 10; ++k) expect_joined(k, 11);

  if (!has_own_network_) {
    std::puts("not cut off: this system gives this user no network of his own");
    return;
  }
  cut_off(address(10));
  for (int k = 1; k <= 9; ++k) {
    expect_left(k, 10, "heartbeat_timeout");
    expect_left(10, k, "heartbeat_timeout");
  }
  expect(2, "[hall] * Jim left (connection lost)");
  expect(10, "You were disconnected from the room.");
  say(2, "to whom it may concern", "Bob: to whom it may concern");
  expect(7, "Bob: to whom it may concern");
  heal();
  for (int k = 1; k <= 9; ++k) {
    expect_joined(k, 10);
    expect_joined(10, k);
  }
  say(10, "/join hall", "Bob: to whom it may concern");
  say(10, "back again", "Jim: back again");
  expect(2, "Jim: back again");
  expect(7, "Jim: back again");
}

}  // namespace
}  // namespace noex::tests

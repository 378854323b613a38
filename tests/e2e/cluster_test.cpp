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
        if (other != k) expect(k, "Node joined: " + id(other));
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
                                          "1s",
                                          "--suspicion-timeout",
                                          "500ms"};
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
    EXPECT_TRUE(node(k).wait_for_all({line})) << "node" << k << ": " << line;
  }
  // How often that line was shown.
  std::size_t count(int k, const std::string& line) {
    return static_cast<std::size_t>(std::ranges::count(node(k).lines(), line));
  }
  // The `times`th time.
  void expect_again(int k, const std::string& line, std::size_t times) {
    for (std::size_t more = count(k, line); more < times; more = count(k, line)) {
      ASSERT_TRUE(node(k).wait_for(line)) << "node" << k << ": " << line;
    }
  }
  // On everybody but node `k`, the `times`th time.
  void expect_on_others(int k, const std::vector<int>& gone, const std::string& line,
                        std::size_t times = 1) {
    for (int other = 1; other <= nodes; ++other) {
      if (other == k || std::ranges::count(gone, other) != 0) continue;
      expect_again(other, line, times);
    }
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
  expect_on_others(12, {}, "Node left: " + id(12) + " (connection_closed)");

  node(11).signal(SIGSTOP);
  expect_on_others(11, {12}, "Node left: " + id(11) + " (heartbeat_timeout)");
  node(11).signal(SIGCONT);
  expect_on_others(11, {12}, "Node joined: " + id(11), 2);

  if (!has_own_network_) {
    std::puts("not cut off: this system gives this user no network of his own");
    return;
  }
  cut_off(address(10));
  expect_on_others(10, {12}, "Node left: " + id(10) + " (heartbeat_timeout)");
  for (int other = 1; other <= 9; ++other) {
    expect(10, "Node left: " + id(other) + " (heartbeat_timeout)");
  }
  expect(2, "[hall] * Jim left (connection lost)");
  expect(10, "You were disconnected from the room.");
  say(2, "to whom it may concern", "Bob: to whom it may concern");
  expect(7, "Bob: to whom it may concern");
  heal();
  expect_on_others(10, {12}, "Node joined: " + id(10), 2);
  for (int other = 1; other <= 9; ++other) expect_again(10, "Node joined: " + id(other), 2);
  say(10, "/join hall", "Bob: to whom it may concern");
  say(10, "back again", "Jim: back again");
  expect(2, "Jim: back again");
  expect(7, "Jim: back again");
}

}  // namespace
}  // namespace noex::tests

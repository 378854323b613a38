// Real chat nodes on this machine, each on a port of its own.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/child.h"

namespace noex::tests {

class ChatNodes : public ::testing::Test {
 protected:
  // "node<k>", k from 1; node1 is the seed of the others.
  std::string id(int k) const { return fmt::format("node{}@127.0.0.1:{}", k, ports_[k - 1]); }
  std::vector<std::string> arguments(int k, std::vector<std::string> more = {}) const {
    std::vector<std::string> all = {"--name", fmt::format("node{}", k), "--port",
                                    std::to_string(ports_[k - 1])};
    if (k > 1) all.insert(all.end(), {"--seed", id(1)});
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::unique_ptr<Child> start(int k, Stdio stdio = Stdio::terminal,
                               std::vector<std::string> more = {}) const {
    auto child = std::make_unique<Child>("chatnode", arguments(k, std::move(more)), stdio);
    if (stdio == Stdio::terminal) {
      EXPECT_TRUE(child->wait_for_raw("> "));
    }
    return child;
  }
  // Types a line and waits for what it leads to.
  static ::testing::AssertionResult say(Child& child, std::string_view line,
                                        std::string_view expected) {
    child.type(line);
    if (child.wait_for(expected)) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure()
           << "after \"" << line << "\" no \"" << expected << "\" in\n"
           << fmt::format("{}", fmt::join(child.lines(), "\n"));
  }
  // Alice is on node1 in the room general, Bob on node2.
  void enter(Child& first, Child& second) {
    ASSERT_TRUE(first.wait_for("Node joined: node2@"));
    ASSERT_TRUE(second.wait_for("Node joined: node1@"));
    ASSERT_TRUE(say(first, "/name Alice", "Username set to: Alice"));
    ASSERT_TRUE(say(first, "/create general", "Room \"general\" created successfully."));
    ASSERT_TRUE(say(first, "/join general", "Joined room \"general\"."));
    ASSERT_TRUE(say(second, "/name Bob", "Username set to: Bob"));
    ASSERT_TRUE(say(second, "/join general", "Joined room \"general\"."));
    ASSERT_TRUE(first.wait_for("[general] * Bob joined"));
  }

  std::vector<std::uint16_t> ports_ = {free_port(), free_port(), free_port(), free_port()};
};

}  // namespace noex::tests

// A few chat nodes over the simulated network: lines in, lines out, as users would see them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chat/room.h"
#include "chat/session.h"
#include "chat/time_of_day.h"
#include "noex/runtime/node/node.h"
#include "noex/sim/world/fabric.h"

namespace noex::chat {

// One node, its session, and what its user saw.
class ChatUser final : public ChatOutput {
 public:
  void show(std::string_view line) override { lines_.emplace_back(line); }
  void quit() override { quit_ = true; }

  bool has_quit() const { return quit_; }
  // What was shown since the last call.
  std::vector<std::string> take() { return std::exchange(lines_, {}); }

  std::unique_ptr<Node> node;
  std::unique_ptr<ChatSession> session;

 private:
  std::vector<std::string> lines_;
  bool quit_ = false;
};

class ChatTest : public ::testing::Test {
 protected:
  // Node `index` (from 0), with node 0 as seed.
  void start(std::uint32_t index) {
    while (fabric_.size() <= index) fabric_.add_machine();
    while (users_.size() <= index) users_.push_back(std::make_unique<ChatUser>());
    sim::Host& host = fabric_.machine(index).start();
    NodeConfig config;
    config.id = id(index);
    config.options = options_;
    if (index != 0) config.seeds.push_back(id(0));
    ChatUser& user = *users_[index];
    user.node = std::make_unique<Node>(std::move(config), host.loop(), host.network(),
                                       host.random("node"), log_);
    add_room_behavior(*user.node, observer());
    ChatSessionConfig session;
    session.label = index;
    session.time_of_day = &utc_time_of_day;
    user.session = std::make_unique<ChatSession>(*user.node, user, observer(), session);
    in_turn(index, [&] { EXPECT_TRUE(user.node->start()); });
  }
  // Nodes 0 .. count-1, all linked; what they said meanwhile is dropped.
  void start_all(std::uint32_t count) {
    for (std::uint32_t index = 0; index < count; ++index) start(index);
    run_for(3s);
    for (std::uint32_t index = 0; index < count; ++index) {
      ASSERT_EQ(user(index).node->members().size(), count - 1) << "node " << index;
      user(index).take();
    }
  }
  // As kill -9: the system closes the connections.
  void crash(std::uint32_t index) {
    fabric_.machine(index).crash();
    bury(index);
  }
  // Nobody hears anything.
  void power_off(std::uint32_t index) {
    fabric_.machine(index).power_off();
    bury(index);
  }
  void cut(std::uint32_t a, std::uint32_t b) { fabric_.cut_both(a, b); }
  void heal(std::uint32_t a, std::uint32_t b) { fabric_.heal_both(a, b); }

  static NodeId id(std::uint32_t index) {
    return NodeId(fmt::format("node{}", index + 1), fmt::format("10.0.0.{}", index + 1), 4369);
  }
  ChatUser& user(std::uint32_t index) { return *users_[index]; }
  void run_for(Duration duration) { world_.run_until(world_.now() + duration); }
  void in_turn(std::uint32_t index, Task body) {
    fabric_.machine(index).host()->loop().give(sim::EventKind::task, std::move(body));
    run_for(1ms);
  }
  // Without waiting for anything.
  void type(std::uint32_t index, std::string line) {
    in_turn(index, [this, index, line] { user(index).session->command(line); });
  }
  // Types a line, waits until its command has ended and all have seen what it led to, and gives
  // what was shown at that node.
  std::vector<std::string> say(std::uint32_t index, const std::string& line) {
    type(index, line);
    const Instant end = world_.now() + 60s;
    while (!user(index).session->idle() && world_.now() < end) run_for(10ms);
    EXPECT_TRUE(user(index).session->idle()) << line;
    run_for(300ms);
    return user(index).take();
  }
  // Sets a name and joins; what all showed is dropped.
  void enter(std::uint32_t index, const std::string& name, const std::string& room = "general") {
    say(index, "/name " + name);
    say(index, "/join " + room);
    ASSERT_NE(user(index).session->membership(), nullptr) << name;
    for (auto& each : users_) each->take();
  }
  // The lines without the time of day at their beginning.
  static std::vector<std::string> timeless(std::vector<std::string> lines) {
    for (std::string& line : lines) {
      if (line.size() > 11 && line[0] == '[' && line[9] == ']') line.erase(0, 11);
    }
    return lines;
  }
  virtual ChatObserver& observer() { return observer_; }

  // Before the members of derived classes go, which the sessions may observe with.
  void TearDown() override {
    for (std::uint32_t index = 0; index < users_.size(); ++index) bury(index);
  }

  Options options_;
  NullLog log_;
  ChatObserver observer_;
  sim::World world_{1};
  sim::Fabric fabric_{world_};
  std::vector<std::unique_ptr<ChatUser>> users_;

 private:
  void bury(std::uint32_t index) {
    users_[index]->session.reset();
    users_[index]->node.reset();
  }
};

}  // namespace noex::chat

// What lasts from one boot of a node to the next; and what can't work, which is said at once.
#include "noex/runtime/node/node_core.h"

#include <gmock/gmock.h>

#include "tests/runtime/node_harness.h"
#include "tests/runtime/raw_peer.h"

namespace noex::tests {
namespace {

using ::testing::HasSubstr;
using Misuse = NodeTest;
using Callbacks = NodeTest;

TEST_F(Misuse, ANodeStartsOnce) {
  start(0);
  in_turn(0, [&] {
    const Result<void> again = node(0).start();
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(again.error().detail, HasSubstr("a node starts once"));
  });
}

TEST_F(Misuse, ABadIdIsRefused) {
  sim::Host& host = fabric_.add_machine().start();
  for (const NodeId& bad : {NodeId(), NodeId("1st", "10.0.0.1", 4369), NodeId("a", "10.0.0.1", 0),
                            NodeId("a b", "10.0.0.1", 4369), NodeId("a", "what host", 4369)}) {
    NodeConfig config;
    config.id = bad;
    Node node(std::move(config), host.loop(), host.network(), host.random("node"), *log_);
    const Result<void> started = node.start();
    ASSERT_FALSE(started) << bad.text();
    EXPECT_EQ(started.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(started.error().detail, HasSubstr("node1@127.0.0.1:4369"));
  }
}

TEST_F(Misuse, SleepingOutsideOfAProcessStopsTheProgram) {
  start(0);
  EXPECT_DEATH((void)node(0).sleep(1s), "outside of a process");
}

// A node that is destroyed while its own code is still on the stack, wherever its program may do
// so.
class Destroyed : public NodeTest, public ::testing::WithParamInterface<const char*> {
 protected:
  // At the named moment of its life.
  class Moments final : public Process {
   public:
    using messages = std::tuple<Note>;
    using arguments = std::tuple<Destroyed*>;
    Moments(Context& context, Destroyed* test) : Process(context), test_(*test) { at("made"); }
    ~Moments() override { at("destroyed"); }
    task<Result<void>> init() override {
      at("init");
      EXPECT_TRUE(spawn_task(beside()));
      co_return Result<void>();
    }
    void on(const Note& note) {
      at("handler");
      exit(ExitReason::error(note.text));
    }
    void terminate(const ExitReason&) override { at("terminate"); }

   private:
    task<void> beside() {
      at("task");
      co_return;
    }
    void at(std::string_view moment) {
      if (moment == test_.GetParam()) test_.victim_.reset();
    }

    Destroyed& test_;
  };

  void SetUp() override {
    start(0);
    while (fabric_.size() < 4) fabric_.add_machine();
  }
  // Everything that can be told a program happens, one after the other.
  void live() {
    make("victim");
    const auto when = [this](std::string_view moment) {
      return [this, moment](const auto&...) {
        if (moment == GetParam()) victim_.reset();
      };
    };
    victim_->on_node_up(when("up"));
    victim_->on_node_down(when("down"));
    victim_->on_seed_unreachable(when("seed_unreachable"));
    victim_->on_restarted(when("restarted"));
    give([&] { EXPECT_TRUE(victim_->start()); });
    run_for(3s);
    give([&] {
      const Ref made = victim_->spawn_local<Moments>(this).value();
      EXPECT_TRUE(made.cast<Note>("end"));
    });
    restart_in_place();
    crash(0);
    run_for(30s);
    start(0);
    run_for(3s);
    make("node1");  // whose name another has
    victim_->on_name_refused(when("name_refused"));
    give([&] { EXPECT_TRUE(victim_->start()); });
    run_for(3s);
  }
  void make(std::string name) {
    if (fabric_.machine(2).host() != nullptr) fabric_.machine(2).crash();
    victim_.reset();
    host_ = &fabric_.machine(2).start();
    NodeConfig config;
    config.id = NodeId(std::move(name), "10.0.0.3", 4369);
    config.seeds = {id(0), id(3)};
    victim_ = std::make_unique<Node>(std::move(config), host_->loop(), host_->network(),
                                     host_->random("node"), *log_);
  }
  void give(Task task) {
    host_->loop().give(sim::EventKind::task, std::move(task));
    run_for(100ms);
  }
  // With a process that lives until then, and dies by it.
  void restart_in_place() {
    give([&] { EXPECT_TRUE(victim_->spawn_local<Moments>(this)); });
    RawPeer peer(fabric_.machine(1), id(1), Boot{7});
    Hello hello;
    hello.known = victim_->boot() + 1'000'000;
    peer.dial(victim_->id(), hello, true);
    run_for(1s);
  }

  sim::Host* host_ = nullptr;
  std::unique_ptr<Node> victim_;
};

TEST_P(Destroyed, WithinWhatItCallsStopsTheProgram) {
  EXPECT_DEATH(live(), "a Node was destroyed within its own callback or process: post");
}

INSTANTIATE_TEST_SUITE_P(Moments, Destroyed,
                         ::testing::Values("up", "down", "seed_unreachable", "restarted",
                                           "name_refused", "made", "init", "task", "handler",
                                           "terminate", "destroyed"));

TEST_F(Callbacks, MayDestroyTheNodeOnceItHasLeft) {
  start(0);
  run_for(1s);
  in_turn(0, [&] { node(0).leave([this] { nodes_[0].reset(); }); });
  run_for(10s);
  EXPECT_EQ(nodes_[0], nullptr);
}

TEST_F(Callbacks, MayRegisterOthers) {
  start(0);
  int told = 0;
  const auto make = [&told](Node& node, auto& self) -> void {
    node.on_node_up([&told, &node, &self](const NodeId&) {
      ++told;
      for (int i = 0; i < 100; ++i) self(node, self);
    });
  };
  make(node(0), make);
  start(1);
  run_for(5s);
  EXPECT_EQ(told, 1) << "those that are new hear of the next node";
}

TEST_F(Callbacks, AreAllCalledInTheOrderInWhichTheyWereMade) {
  start(0);
  std::string told;
  for (const char which : {'a', 'b', 'c'}) {
    node(0).on_node_up([&told, which](const NodeId&) { told += which; });
  }
  start(1);
  run_for(5s);
  EXPECT_EQ(told, "abc");
}

}  // namespace
}  // namespace noex::tests

// Calls that are answered later: by another handler, a timer, or not at all.
#include "noex/runtime/process/reply.h"

#include <gmock/gmock.h>

#include "tests/runtime/node_harness.h"

namespace noex::tests {
namespace {

struct Take {
  static constexpr auto wire_name = "test:take";
  using reply = std::string;
  std::string how;
};
struct Give {
  static constexpr auto wire_name = "test:give";
  std::string text;
};
struct GiveLater {
  static constexpr auto wire_name = "test:give_later";
  Duration delay{};
  std::string text;
};
struct Forget {
  static constexpr auto wire_name = "test:forget";
};

class Shop : public Process {
 public:
  using messages = std::tuple<Take, Give, GiveLater, Forget, Stop>;
  using Process::Process;
  static inline std::vector<Reply<std::string>> kept;  // as something outside of the process

  void on(const Take& take, Reply<std::string> reply) {
    if (take.how == "drop") return;
    if (take.how == "throw") throw std::runtime_error("thrown");
    if (take.how == "exit") return exit(ExitReason::error("closed"));
    if (take.how == "no") return std::move(reply).answer(fail(ErrorCode::not_found, "sold"));
    if (take.how == "outside") return kept.push_back(std::move(reply));
    waiting_.push_back(std::move(reply));
  }
  void on(const Give& give) {
    for (auto& reply : waiting_) std::move(reply).answer(give.text);
    waiting_.clear();
  }
  void on(const GiveLater& give) { send_after<Give>(give.delay, give.text); }
  void on(const Forget&) { waiting_.clear(); }
  void on(const Stop& stop) { exit(ExitReason::error(stop.why)); }
  void terminate(const ExitReason& reason) override {
    if (reason.text() != "polite") return;
    for (auto& reply : waiting_) std::move(reply).answer("goodbye");
  }

 private:
  std::vector<Reply<std::string>> waiting_;
};

// From the shop's own node, and from another one.
class Replies : public NodeTest, public ::testing::WithParamInterface<std::uint32_t> {
 protected:
  Replies() {
    start_all(2);
    in_turn(1, [&] { shop_ = node(1).spawn_local<Shop>().value(); });
  }
  ~Replies() override { Shop::kept.clear(); }

  // Begins a call; its end is in results_.
  void ask(std::string how, Duration timeout = 5s) {
    results_.emplace_back();
    in_turn(GetParam(), [&] {
      ASSERT_TRUE(
          node(GetParam()).run(asking(through(GetParam(), shop_), how, timeout, results_.back())));
    });
    run_for(200ms);
  }
  static task<void> asking(Ref to, std::string how, Duration timeout, std::string& out) {
    const Result<std::string> result = co_await to.call_within<Take>(timeout, how);
    out = result ? *result : describe(result.error());
  }
  template <CastMessage M, class... Args>
  void tell(Args... args) {
    in_turn(1, [&] { EXPECT_TRUE(shop_.cast<M>(args...)); });
    run_for(200ms);
  }
  std::size_t owed() { return node(1).audit().replies; }

  Ref shop_;
  std::deque<std::string> results_;
};

INSTANTIATE_TEST_SUITE_P(FromThereAndFromHere, Replies, ::testing::Values(0, 1));

TEST_P(Replies, ComeFromAnotherHandlerInOrder) {
  ask("wait");
  ask("wait");
  EXPECT_EQ(owed(), 2u);
  EXPECT_THAT(results_, ::testing::Each(""));
  tell<Give>("here");
  EXPECT_THAT(results_, ::testing::ElementsAre("here", "here"));
  EXPECT_EQ(owed(), 0u);
  EXPECT_EQ(observer_.count, 0);
}

TEST_P(Replies, ComeFromATimer) {
  ask("wait");
  tell<GiveLater>(Duration(1s), "later");
  EXPECT_EQ(results_[0], "");
  run_for(1s);
  EXPECT_EQ(results_[0], "later");
}

TEST_P(Replies, MayBeAnErrorThatSaysThatTheHandlerRan) {
  ask("no");
  EXPECT_EQ(results_[0], "rejected (not found (sold))");
}

TEST_P(Replies, ThatAreDroppedAnswerThatTheyAreLost) {
  ask("drop");
  ask("wait");
  tell<Forget>();
  EXPECT_THAT(results_, ::testing::Each("answer lost (dropped without an answer)"));
  EXPECT_EQ(owed(), 0u);
}

TEST_P(Replies, AreAnsweredByTheEndOfTheirProcess) {
  ask("wait");
  ask("wait");
  tell<Stop>("tired");
  EXPECT_THAT(results_, ::testing::Each("process ended"));
  EXPECT_EQ(observer_.count, 0) << "and only once";
  EXPECT_EQ(owed(), 0u);
}

TEST_P(Replies, OfAHandlerThatFailsSayThatItsProcessEnded) {
  ask("throw");
  EXPECT_EQ(results_[0], "process ended");
  EXPECT_FALSE(node(1).is_alive(shop_.process()));
  EXPECT_EQ(observer_.count, 0) << "answered once";
}

TEST_P(Replies, OfAHandlerThatEndsItsProcessSayThatItEnded) {
  ask("exit");
  EXPECT_EQ(results_[0], "process ended");
  EXPECT_EQ(observer_.count, 0) << "answered once";
}

TEST_P(Replies, CanBeGivenByTerminate) {
  ask("wait");
  tell<Stop>("polite");
  EXPECT_EQ(results_[0], "goodbye");
  EXPECT_EQ(observer_.count, 0);
}

TEST_P(Replies, EndAtTheCallersDeadlineAndLateOnesReachNobody) {
  ask("outside", 1s);
  EXPECT_TRUE(Shop::kept[0].is_awaited());
  run_for(2s);
  EXPECT_EQ(results_[0], "timeout");
  EXPECT_FALSE(Shop::kept[0].is_awaited());
  in_turn(1, [] { std::move(Shop::kept[0]).answer("late"); });
  run_for(1s);
  EXPECT_EQ(observer_.count, 1);
  EXPECT_EQ(owed(), 0u);
}

TEST_P(Replies, OutliveTheirProcessAndTheirNodeWithoutHarm) {
  ask("outside");
  ask("outside");
  tell<Stop>("tired");
  EXPECT_THAT(results_, ::testing::Each("process ended"));
  in_turn(1, [] { std::move(Shop::kept[0]).answer("too late"); });
  crash(1);
  EXPECT_FALSE(Shop::kept[1].is_awaited());
  std::move(Shop::kept[1]).answer("far too late");
}

TEST_P(Replies, OfANodeThatCrashesSayNothing) {
  ask("outside");
  crash(1);
  std::move(Shop::kept[0]).answer("nobody hears it");
  if (GetParam() == 1) return;
  run_for(2s);
  EXPECT_EQ(results_[0], "no connection");
}

TEST_P(Replies, CountAsMessagesThatWait) {
  options_.mailbox_messages_max = 2;
  nodes_.clear();
  fabric_.machine(0).crash();
  fabric_.machine(1).crash();
  start_all(2);
  in_turn(1, [&] { shop_ = node(1).spawn_local<Shop>().value(); });
  ask("outside");
  ask("outside");
  ask("outside");
  EXPECT_THAT(results_, ::testing::ElementsAre("", "", "overloaded (mailbox)"));
  in_turn(1, [] { Shop::kept.clear(); });
  run_for(200ms);
  ask("no");
  EXPECT_EQ(results_.back(), "rejected (not found (sold))");
}

TEST(Reply, AnsweringWhatIsGoneStopsTheProgram) {
  auto owed = std::make_shared<OwedReply>();
  Reply<int> reply(owed);
  std::move(reply).answer(1);
  EXPECT_DEATH(std::move(reply).answer(2), "a Reply is answered once");  // NOLINT
}

}  // namespace
}  // namespace noex::tests

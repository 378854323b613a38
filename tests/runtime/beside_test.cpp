// Coroutines beside a process's mailbox, and its random numbers.
#include "noex/runtime/process/beside.h"

#include <gmock/gmock.h>

#include "tests/runtime/node_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;

struct Begin {
  static constexpr auto wire_name = "test:begin";
  std::string how;
};
struct Cancel {
  static constexpr auto wire_name = "test:cancel";
};
struct Draw {
  static constexpr auto wire_name = "test:draw";
  using reply = std::vector<std::uint64_t>;
};

class Worker : public Process {
 public:
  using messages = std::tuple<Begin, Cancel, Draw, Note, Seen, Count>;
  using Process::Process;

  void on(const Begin& begin) {
    const Result<ProcessTaskId> made = spawn_task(work(begin.how));
    if (!made) return seen_.push_back(describe(made.error()));
    task_ = *made;
    seen_.push_back("begun");
    if (begin.how == "cancel at once") on(Cancel());
  }
  void on(const Cancel&) { seen_.push_back(cancel_task(task_) ? "cancelled" : "nothing"); }
  void on(const Note& note) { seen_.push_back(note.text); }
  Result<std::vector<std::string>> on(const Seen&) { return seen_; }
  Result<std::uint64_t> on(const Count&) { return seen_.size(); }
  Result<std::vector<std::uint64_t>> on(const Draw&) {
    return std::vector{random().next(), random().next()};
  }

 private:
  struct Mark {
    std::vector<std::string>& seen;
    ~Mark() { seen.push_back("unwound"); }
  };

  task<void> work(std::string how) {
    const Mark mark{seen_};
    if (how == "throw at once") throw std::runtime_error("at once");
    if (how == "cancel itself") seen_.push_back(cancel_task(task_) ? "cancelled" : "refused");
    co_await node().sleep(1s);
    if (how == "throw") throw std::runtime_error("thrown");
    if (how == "exit") exit(ExitReason::error("enough"));
    if (how == "ask itself") {
      const Result<std::uint64_t> count = co_await self().call<Count>();
      seen_.push_back(count ? "answered" : describe(count.error()));
    }
    seen_.push_back("slept");
  }

  ProcessTaskId task_ = 0;
  std::vector<std::string> seen_;
};

class Tasks : public NodeTest {
 protected:
  void SetUp() override {
    start(0);
    worker_ = make();
  }
  Ref make() {
    Ref made;
    in_turn(0, [&] { made = node(0).spawn_local<Worker>().value(); });
    return made;
  }
  void begin(std::string how) {
    in_turn(0, [&] { EXPECT_TRUE(worker_.cast<Begin>(how)); });
  }
  void note(std::string text) {
    in_turn(0, [&] { EXPECT_TRUE(worker_.cast<Note>(text)); });
  }
  void cancel() {
    in_turn(0, [&] { EXPECT_TRUE(worker_.cast<Cancel>()); });
  }
  std::vector<std::string> seen() { return call<Seen>(0, worker_).value(); }
  std::size_t tasks() { return node(0).audit().tasks; }

  Ref worker_;
};

TEST_F(Tasks, RunBesideTheMailbox) {
  begin("");
  note("meanwhile");
  EXPECT_EQ(tasks(), 1u);
  EXPECT_THAT(seen(), ElementsAre("begun", "meanwhile"));
  run_for(2s);
  EXPECT_THAT(seen(), ElementsAre("begun", "meanwhile", "slept", "unwound"));
  EXPECT_EQ(tasks(), 0u);
}

TEST_F(Tasks, RunBesideEachOther) {
  begin("");
  run_for(500ms);
  begin("");
  EXPECT_EQ(tasks(), 2u);
  run_for(700ms);
  EXPECT_EQ(tasks(), 1u);
  run_for(1s);
  EXPECT_EQ(tasks(), 0u);
}

TEST_F(Tasks, MayCallTheirOwnProcess) {
  begin("ask itself");
  run_for(2s);
  EXPECT_THAT(seen(), ElementsAre("begun", "answered", "slept", "unwound"));
}

TEST_F(Tasks, AreCancelledWhereTheyWait) {
  begin("");
  cancel();
  run_for(2s);
  EXPECT_THAT(seen(), ElementsAre("begun", "unwound", "cancelled"));
  EXPECT_EQ(tasks(), 0u);
  cancel();
  EXPECT_EQ(seen().back(), "nothing");
}

// What was to be resumed in the next turn is not.
TEST_F(Tasks, AreCancelledBeforeTheyHaveBegun) {
  begin("cancel at once");
  run_for(2s);
  EXPECT_THAT(seen(), ElementsAre("begun", "cancelled"));
  EXPECT_EQ(tasks(), 0u);
}

TEST_F(Tasks, DoNotCancelThemselves) {
  begin("cancel itself");
  run_for(2s);
  EXPECT_THAT(seen(), ElementsAre("begun", "refused", "slept", "unwound"));
}

TEST_F(Tasks, ThatThrowEndTheirProcess) {
  for (const char* how : {"throw", "throw at once"}) {
    worker_ = make();
    begin(how);
    run_for(2s);
    EXPECT_FALSE(node(0).is_alive(worker_.process())) << how;
  }
}

TEST_F(Tasks, MayEndTheirProcess) {
  begin("");
  begin("exit");
  run_for(2s);
  EXPECT_FALSE(node(0).is_alive(worker_.process()));
}

TEST_F(Tasks, EndWithTheirProcess) {
  begin("");
  in_turn(0, [&] { node(0).exit(worker_, ExitReason::shutdown()); });
  EXPECT_TRUE(node(0).audit().empty()) << node(0).audit().text();
}

TEST_F(Tasks, EndWithTheirNode) {
  begin("");
  crash(0);
}

TEST_F(Tasks, AreBounded) {
  options_.process_tasks_max = 2;
  crash(0);
  SetUp();
  for (int i = 0; i < 3; ++i) begin("");
  EXPECT_THAT(seen(), ElementsAre("begun", "begun", "overloaded (process_tasks_max)"));
}

using Randomness = Tasks;

TEST_F(Randomness, OfEachProcessIsItsOwn) {
  const Ref other = make();
  const auto first = call<Draw>(0, worker_).value();
  EXPECT_NE(first, call<Draw>(0, worker_).value());
  EXPECT_NE(first, call<Draw>(0, other).value());
}

TEST(Random, OfAProcessIsTheSameInEveryRunWhateverOthersDraw) {
  class Run : public Tasks {
   public:
    void TestBody() override {}
    std::vector<std::uint64_t> draws(bool other_draws) {
      SetUp();
      const Ref other = make();
      if (other_draws) (void)call<Draw>(0, other);
      return call<Draw>(0, worker_).value();
    }
  };
  EXPECT_EQ(Run().draws(false), Run().draws(true));
}

}  // namespace
}  // namespace noex::tests

// What becomes of calls whose caller has given up before their deadline.
#include <gmock/gmock.h>

#include "tests/runtime/node_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Record {
  static constexpr auto wire_name = "test:record";
  using reply = Done;
  std::string text;
  Duration pause{};
};

class Ledger : public Process {
 public:
  using messages = std::tuple<Record, Seen>;
  using Process::Process;
  task<Result<Done>> on(const Record& record) {
    co_await node().sleep(record.pause);
    seen_.push_back(record.text);
    co_return Done{};
  }
  Result<std::vector<std::string>> on(const Seen&) { return seen_; }

 private:
  std::vector<std::string> seen_;
};

class Cancelled : public NodeTest, public ::testing::WithParamInterface<std::uint32_t> {
 protected:
  // A process of node 0 that calls `ledger`.
  Ref caller(std::string text, Duration pause) {
    Ref made;
    in_turn(0, [&] {
      made = node(0)
                 .run([](Ref to, std::string what, Duration wait) -> task<void> {
                   (void)co_await to.call<Record>(what, wait);
                 }(through(0, ledger_), text, pause))
                 .value();
    });
    return made;
  }
  void start_ledger() {
    start_all(2);
    in_turn(GetParam(), [&] { ledger_ = node(GetParam()).spawn_local<Ledger>().value(); });
  }
  void kill(const Ref& process) {
    in_turn(0, [&] { node(0).exit(process, ExitReason::killed()); });
  }
  std::vector<std::string> seen() { return call<Seen>(0, ledger_).value(); }

  Ref ledger_;
};
INSTANTIATE_TEST_SUITE_P(LocalAndRemote, Cancelled, ::testing::Values(0, 1));

TEST_P(Cancelled, CallsThatHaveNotBegunNeverRun) {
  start_ledger();
  caller("first", 1s);
  const Ref second = caller("second", 0s);
  caller("third", 0s);
  kill(second);
  run_for(3s);
  EXPECT_THAT(seen(), ElementsAre("first", "third"));
  EXPECT_TRUE(node(0).audit().calls == 0);
}

TEST_P(Cancelled, CallsThatHaveBegunRunToTheirEnd) {
  start_ledger();
  const Ref only = caller("only", 1s);
  run_for(100ms);
  kill(only);
  run_for(3s);
  EXPECT_THAT(seen(), ElementsAre("only"));
}

TEST_P(Cancelled, CallsMakeRoomInTheMailbox) {
  options_.mailbox_messages_max = 2;
  start_ledger();
  caller("first", 1s);
  run_for(100ms);
  const Ref second = caller("second", 0s);
  const Ref third = caller("third", 0s);
  run_for(100ms);
  kill(second);
  kill(third);
  run_for(100ms);
  caller("fourth", 0s);
  caller("fifth", 0s);
  run_for(3s);
  EXPECT_THAT(seen(), ElementsAre("first", "fourth", "fifth"));
}

TEST_P(Cancelled, ByACrashSayNothingAndTheLinksEndDropsThem) {
  start_ledger();
  if (GetParam() == 0) return;
  caller("first", 1s);
  caller("second", 0s);
  run_for(100ms);
  crash(0);
  run_for(3s);
  EXPECT_THAT(call<Seen>(1, ledger_).value(), ElementsAre("first"));
}

}  // namespace
}  // namespace noex::tests

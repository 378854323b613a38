#include "noex/runtime/process/processes.h"

#include <gmock/gmock.h>

#include "tests/runtime/parts_harness.h"

namespace noex::tests {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Unwilling final : public Process {
 public:
  using messages = std::tuple<>;
  using Process::Process;
  task<Result<void>> init() override { co_return fail(ErrorCode::rejected, "no"); }
};

class Scheduled : public PartsTest {
 protected:
  ErrorCode deliver(ProcessId to, std::string text) {
    Envelope envelope;
    envelope.handler = processes_.behavior(to)->find(type_id<PartNote>());
    envelope.payload = std::make_unique<Box<PartNote>>(PartNote{std::move(text)});
    const Result<void> done = processes_.deliver(to, std::move(envelope));
    return done ? ErrorCode::ok : done.error().code;
  }
};

TEST_F(Scheduled, ProcessesTakeTurnsMessageByMessage) {
  const ProcessId one = spawn();
  const ProcessId two = spawn();
  EXPECT_NE(one, two);
  for (const char* text : {"first", "second"}) {
    EXPECT_EQ(deliver(one, text), ErrorCode::ok);
    EXPECT_EQ(deliver(two, std::string(text) + "'"), ErrorCode::ok);
  }
  EXPECT_THAT(seen_, IsEmpty()) << "a handler runs in a later turn";
  run_for();
  EXPECT_THAT(take_seen(), ElementsAre("first of node1", "first' of node1", "second of node1",
                                       "second' of node1"));
}

TEST_F(Scheduled, ProcessesAreBoundedAndTheirIdsNeverUsedAgain) {
  options_.processes_max = 1;
  const ProcessId one = spawn();
  EXPECT_EQ(processes_.spawn(blueprint<PartProcess>(&seen_), {}).error().code,
            ErrorCode::overloaded);
  EXPECT_EQ(processes_.run([]() -> task<void> { co_return; }()).error().code,
            ErrorCode::overloaded);
  processes_.exit(one, ExitReason::shutdown());
  EXPECT_FALSE(processes_.exists(one));
  const ProcessId two = spawn();
  EXPECT_NE(one, two);
  EXPECT_FALSE(processes_.exists(one)) << "its slot is another's";
}

TEST_F(Scheduled, TellsHowInitEnded) {
  std::vector<std::string> ends;
  const auto note = [&](Result<void> result) {
    ends.push_back(result ? "ok" : describe(result.error()));
  };
  ASSERT_TRUE(processes_.spawn(blueprint<PartProcess>(&seen_), note));
  const Result<ProcessId> unwilling = processes_.spawn(blueprint<Unwilling>(), note);
  EXPECT_THAT(ends, IsEmpty());
  run_for();
  EXPECT_THAT(ends, ElementsAre("ok", "rejected (no)"));
  EXPECT_FALSE(processes_.exists(*unwilling));
  const Result<ProcessId> killed = processes_.spawn(blueprint<PartProcess>(&seen_), note);
  processes_.exit(*killed, ExitReason::killed());
  EXPECT_THAT(ends.back(), HasSubstr("could not start (killed)"));
}

TEST_F(Scheduled, AFullMailboxRefusesAndSaysSoOnceUntilItIsEmpty) {
  options_.mailbox_messages_max = 2;
  const ProcessId process = spawn();
  run_for();
  EXPECT_EQ(deliver(process, "1"), ErrorCode::ok);
  EXPECT_EQ(deliver(process, "2"), ErrorCode::ok);
  EXPECT_EQ(deliver(process, "3"), ErrorCode::overloaded);
  EXPECT_EQ(deliver(process, "4"), ErrorCode::overloaded);
  EXPECT_EQ(processes_.refused(), 2U);
  EXPECT_THAT(overflowed_, ElementsAre(process));
  EXPECT_THAT(log_.warnings, ElementsAre(HasSubstr("the mailbox of process")));
  run_for();
  for (const char* text : {"5", "6", "7"}) (void)deliver(process, text);
  EXPECT_THAT(overflowed_, ElementsAre(process, process));
}

TEST_F(Scheduled, WhatEndsIsToldAfterItsLastWord) {
  const ProcessId process = spawn();
  run_for();
  processes_.exit(process, ExitReason::error("broken"));
  EXPECT_THAT(take_seen(), ElementsAre("ends error: broken"));
  EXPECT_THAT(ended_, ElementsAre(fmt::format("{} error: broken", process)));
  EXPECT_THAT(log_.warnings, Contains(HasSubstr("ended: error: broken")));
  processes_.exit(process, ExitReason::error("again"));
  EXPECT_EQ(ended_.size(), 1U);
}

TEST_F(Scheduled, CallsThatWaitWhenTheirProcessEndsAreAnswered) {
  links_.add(link_);
  const ProcessId process = spawn();
  run_for();
  Envelope envelope;
  envelope.handler = processes_.behavior(process)->find(type_id<PartAsk>());
  envelope.payload = std::make_unique<Box<PartAsk>>(PartAsk{"late"});
  envelope.reply_to = ReplyTo{11, link_.serial()};
  ASSERT_TRUE(processes_.deliver(process, std::move(envelope)));
  processes_.exit(process, ExitReason::shutdown());
  EXPECT_EQ(FakeLink::only<wire::ReplyError>(link_.signals).code, ErrorCode::noproc);
}

TEST_F(Scheduled, CallsOfALinkThatIsGoneNeverBegin) {
  links_.add(link_);
  const ProcessId process = spawn();
  run_for();
  Envelope envelope;
  envelope.handler = processes_.behavior(process)->find(type_id<PartAsk>());
  envelope.payload = std::make_unique<Box<PartAsk>>(PartAsk{"late"});
  envelope.reply_to = ReplyTo{11, link_.serial()};
  ASSERT_TRUE(processes_.deliver(process, std::move(envelope)));
  links_.remove(link_);
  run_for();
  EXPECT_THAT(take_seen(), IsEmpty());
}

TEST_F(Scheduled, ExitSignalsEndWhoDoesNotTrapThem) {
  const ProcessId trapping = spawn();
  const ProcessId other = spawn();
  processes_.set_trap_exit(other, false);
  const auto signal = [&](ProcessId to, ExitReason reason, ExitCause cause) {
    processes_.exit_signal(to, Exit{Ref(), std::move(reason)}, cause);
    run_for();
    return processes_.exists(to);
  };
  run_for();
  EXPECT_TRUE(signal(other, ExitReason::normal(), ExitCause::link)) << "a normal end ends nobody";
  EXPECT_TRUE(signal(trapping, ExitReason::killed(), ExitCause::link)) << "as another's end";
  EXPECT_TRUE(signal(trapping, ExitReason::normal(), ExitCause::request));
  EXPECT_THAT(take_seen(), ElementsAre("exit killed", "exit normal"));
  EXPECT_FALSE(signal(other, ExitReason::normal(), ExitCause::request));
  EXPECT_FALSE(signal(trapping, ExitReason::killed(), ExitCause::request));
}

TEST_F(Scheduled, TimersEndWithTheirProcess) {
  const ProcessId process = spawn();
  int fired = 0;
  const Instant soon = host_.loop().now() + 10ms;
  processes_.start_timer(process, soon, [&] { ++fired; });
  const TimerId second = processes_.start_timer(process, soon, [&] { ++fired; });
  EXPECT_TRUE(processes_.cancel_timer(process, second));
  EXPECT_FALSE(processes_.cancel_timer(process, second));
  run_for(20ms);
  EXPECT_EQ(fired, 1);
  processes_.start_timer(process, host_.loop().now() + 10ms, [&] { ++fired; });
  processes_.exit(process, ExitReason::shutdown());
  run_for(20ms);
  EXPECT_EQ(fired, 1);
  EXPECT_EQ(processes_.timer_count(), 0U);
}

TEST_F(Scheduled, DestroyedProcessesSayNothing) {
  const ProcessId process = spawn();
  run_for();
  EXPECT_EQ(deliver(process, "waits"), ErrorCode::ok);
  processes_.destroy_all();
  run_for();
  EXPECT_THAT(seen_, IsEmpty());
  EXPECT_THAT(ended_, IsEmpty());
}

TEST_F(Scheduled, AwaitingOutsideOfAProcessStopsTheProgram) {
  const auto alone = [](Future<Done> ended) -> task<void> { co_await ended; };
  EXPECT_DEATH(
      {
        const task<void> body = alone(processes_.ended(spawn()));
        body.handle().resume();
      },
      "co_await outside of a process");
}

TEST_F(Scheduled, AwaitingWhatWasGivenUpStopsTheProgram) {
  Future<Done> ended = [&] {
    NullLog log;
    Processes gone(self_, host_.loop(), options_, log, replies_, *this, observer_);
    return gone.ended(gone.spawn(blueprint<PartProcess>(&seen_), {}).value());
  }();
  const auto body = [](Future<Done>& from_another_boot) -> task<void> {
    co_await from_another_boot;
  };
  EXPECT_DEATH(
      {
        (void)processes_.run(body(ended));
        run_for();
      },
      "awaits what was given up");
}

}  // namespace
}  // namespace noex::tests

#include "noex/runtime/remote/router.h"

#include <gmock/gmock.h>

#include "tests/runtime/parts_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Calls itself before it does anything else.
class Lonely final : public Process {
 public:
  using messages = std::tuple<PartAsk>;
  using arguments = std::tuple<std::vector<std::string>*>;
  Lonely(Context& context, std::vector<std::string>* seen) : Process(context), seen_(*seen) {}
  task<Result<void>> init() override {
    const Result<std::string> reply = co_await self().call<PartAsk>("round");
    seen_.push_back(describe(reply.error()));
    co_return Result<void>();
  }
  Result<std::string> on(const PartAsk&) { return "never"; }

 private:
  std::vector<std::string>& seen_;
};

class Routed : public PartsTest {
 protected:
  Routed() { cluster_.openable = {&link_}; }
  // Without its own process: to reach it as any process would.
  task<void> ask(Ref to, Duration timeout = 1s) {
    const Result<std::string> reply = co_await to.call_within<PartAsk>(timeout, "what");
    seen_.push_back(reply ? *reply : describe(reply.error()));
  }
  ProcessId asker(const Ref& to, Duration timeout = 1s) {
    const ProcessId made = processes_.run(ask(to, timeout)).value();
    run_for();
    return made;
  }
  ErrorCode cast_to(const Ref& to) {
    const Result<void> sent = to.cast<PartNote>("note");
    return sent ? ErrorCode::ok : sent.error().code;
  }

  const Ref remote_ = ref(other_, 5);
};

TEST_F(Routed, CastsReachAMailboxOfThisNodeUncoded) {
  const ProcessId process = spawn();
  EXPECT_EQ(cast_to(local(process)), ErrorCode::ok);
  run_for();
  EXPECT_THAT(take_seen(), ElementsAre("note of node1"));
  EXPECT_EQ(cast_to(local(process + 1)), ErrorCode::noproc);
  EXPECT_EQ(cluster_.opened, 0);
}

TEST_F(Routed, CastsToAnotherNodeGoIntoItsLink) {
  EXPECT_EQ(cast_to(remote_), ErrorCode::ok);
  Bytes body;
  const auto sent = FakeLink::only<wire::Cast>(link_.sent, &body);
  EXPECT_EQ(sent.to, 5U);
  EXPECT_EQ(sent.type, type_id<PartNote>());
  EXPECT_THAT(body, HasSubstr("note"));
  link_.full = true;
  EXPECT_EQ(cast_to(remote_), ErrorCode::overloaded);
}

TEST_F(Routed, NothingReachesAnotherBoot) {
  const ProcessId process = spawn();
  EXPECT_EQ(cast_to(ref({self_.id, self_.boot + 1}, process)), ErrorCode::stale_process);
  EXPECT_EQ(cast_to(ref({other_.id, other_.boot + 1}, 5)), ErrorCode::stale_process);
  EXPECT_EQ(cast_to(ref({id(3), 1}, 5)), ErrorCode::unreachable);
  run_for();
  EXPECT_THAT(take_seen(), IsEmpty());
}

TEST_F(Routed, CallsCarryTheTimeThatIsLeft) {
  asker(remote_, 700ms);
  const auto sent = FakeLink::only<wire::Call>(link_.sent);
  EXPECT_EQ(sent.to, 5U);
  EXPECT_EQ(sent.type, type_id<PartAsk>());
  EXPECT_EQ(sent.remaining, 700ms);
  run_for(1s);
  EXPECT_THAT(take_seen(), ElementsAre("timeout"));
}

TEST_F(Routed, CallsOnThisNodeAreAnsweredByTheirProcess) {
  asker(local(spawn()));
  EXPECT_THAT(take_seen(), ElementsAre("what of node1", "re what"));
  asker(local(12345));
  EXPECT_THAT(take_seen(), ElementsAre("no such process"));
}

TEST_F(Routed, CallsThatAreNotSentDoNotWait) {
  link_.full = true;
  asker(remote_);
  EXPECT_THAT(take_seen(), ElementsAre("overloaded"));
  EXPECT_EQ(calls_.pending(), 0U);
}

TEST_F(Routed, CallsWaitForRoomAndGoWithWhatIsLeftOfTheirTime) {
  link_.queued = 5000;
  asker(remote_, 700ms);
  EXPECT_THAT(link_.sent, IsEmpty());
  run_for(199ms);
  link_.queued = 0;
  flow_.on_room(link_);
  EXPECT_EQ(FakeLink::only<wire::Call>(link_.sent).remaining, 500ms);
}

TEST_F(Routed, WhoGivesUpACallSaysSo) {
  const ProcessId process = asker(remote_);
  processes_.exit(process, ExitReason::shutdown());
  const auto sent = FakeLink::only<wire::Call>(link_.sent);
  const auto cancel = FakeLink::only<wire::Cancel>(link_.signals);
  EXPECT_EQ(cancel.call, sent.call);
  EXPECT_EQ(cancel.to, 5U);
}

TEST_F(Routed, WhoGivesUpACallThatWaitsForRoomHasNothingToSay) {
  link_.queued = 5000;
  processes_.exit(asker(remote_), ExitReason::shutdown());
  EXPECT_THAT(link_.signals, IsEmpty());
  link_.queued = 0;
  flow_.on_room(link_);
  EXPECT_THAT(link_.sent, IsEmpty());
}

TEST_F(Routed, OneMulticastGoesToEachNode) {
  FakeLink third({id(3), 3001}, LinkSerial{8});
  cluster_.openable = {&link_, &third};
  const std::vector<Ref> targets{remote_,        local(spawn()),     ref(third.peer(), 9),
                                 ref(other_, 6), ref({id(4), 1}, 1), local(12345)};
  PartNote note{"all"};
  OutgoingCopy<PartNote> outgoing(note);
  const std::vector<Ref> refused = router_.multicast(targets, type_id<PartNote>(), outgoing);
  run_for();
  EXPECT_THAT(FakeLink::only<wire::Multicast>(link_.sent).to, ElementsAre(5U, 6U));
  EXPECT_THAT(FakeLink::only<wire::Multicast>(third.sent).to, ElementsAre(9U));
  EXPECT_THAT(take_seen(), ElementsAre("all of node1"));
  EXPECT_THAT(refused, ElementsAre(targets[5], targets[4]));
}

TEST_F(Routed, MulticastsAreCutToWhatAPeerTakes) {
  const Bytes large(100'000, 'x');
  const std::vector<Ref> targets(25, remote_);
  PartNote note{large};
  OutgoingCopy<PartNote> outgoing(note);
  EXPECT_THAT(router_.multicast(targets, type_id<PartNote>(), outgoing), IsEmpty());
  ASSERT_EQ(link_.sent.size(), 3U);
  for (const Bytes& sent : link_.sent) {
    wire::Multicast cast;
    Decoder bytes(ByteView(sent).substr(1));
    decode(bytes, cast);
    EXPECT_LE(cast.to.size(), multicast_receivers_max(bytes.rest().size()));
  }
}

TEST_F(Routed, ExitsSayWhoAsks) {
  router_.exit(remote_, ExitReason::shutdown(), local(3));
  const auto by = FakeLink::only<wire::ExitBy>(std::exchange(link_.signals, {}));
  EXPECT_EQ(by.from, 3U);
  EXPECT_EQ(by.to, 5U);
  EXPECT_EQ(by.reason.kind(), ExitKind::shutdown);
  router_.exit(remote_, ExitReason::killed());
  const auto exit = FakeLink::only<wire::Exit>(link_.signals);
  EXPECT_EQ(exit.process, 5U);
  EXPECT_EQ(exit.reason.kind(), ExitKind::killed);
  const ProcessId process = spawn();
  router_.exit(local(process), ExitReason::shutdown(), local(3));
  run_for();
  EXPECT_THAT(take_seen(), ElementsAre("exit shutdown"));
  router_.exit(ref({id(3), 1}, 5), ExitReason::killed());  // nobody to tell
}

TEST_F(Routed, AProcessThatCallsItselfIsToldAtOnce) {
  EXPECT_TRUE(processes_.spawn(blueprint<Lonely>(&seen_), {}));
  run_for();
  ASSERT_EQ(seen_.size(), 1U);
  EXPECT_THAT(seen_.front(), HasSubstr("invalid argument (a process calls itself"));
}

}  // namespace
}  // namespace noex::tests

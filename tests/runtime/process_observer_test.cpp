#include "noex/runtime/process/process_observer.h"

#include <gmock/gmock.h>

#include "tests/runtime/parts_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;

class Hears final : public ProcessObserver {
 public:
  explicit Hears(const std::vector<std::string>& ended) : ended_(ended) {}

  void on_process_started(ProcessId) override { heard.emplace_back("started"); }
  void on_process_ended(ProcessId, const ExitReason& reason) override {
    heard.push_back(
        fmt::format("ended {} after {} consequences", reason.describe(), ended_.size()));
  }
  void on_message_refused(ProcessId, const Payload& message) override {
    heard.push_back("refused " + static_cast<const Box<PartNote>&>(message).value.text);
  }
  void on_call_executed(const Incarnation& caller, CallId call, ProcessId, Instant) override {
    heard.push_back(fmt::format("call {} of {}", call, caller.id.name()));
  }
  void on_down(MonitorId monitor, const ExitReason& reason) override {
    heard.push_back(fmt::format("down {} {}", monitor, reason.describe()));
  }
  void on_exit_told(ProcessId, const Ref& other) override {
    heard.push_back(fmt::format("exit of {}", other.process()));
  }

  std::vector<std::string> heard;

 private:
  const std::vector<std::string>& ended_;
};

class Observed : public PartsTest {
 protected:
  void deliver(Envelope envelope) {
    (void)watched_.deliver(process_, std::move(envelope));
    run_for();
  }
  void signal(Envelope::What what, std::unique_ptr<Payload> payload) {
    Envelope envelope;
    envelope.what = what;
    envelope.payload = std::move(payload);
    watched_.signal(process_, std::move(envelope));
    run_for();
  }
  std::vector<std::string> heard() { return std::exchange(hears_.heard, {}); }

  Hears hears_{ended_};
  Processes watched_{self_, host_.loop(), options_, log_, replies_, *this, hears_};
  const ProcessId process_ = *watched_.spawn(blueprint<PartProcess>(&seen_), {});
};

TEST_F(Observed, LifeAndDeathOfProcessesAndTasks) {
  EXPECT_THAT(heard(), ElementsAre("started"));
  ASSERT_TRUE(watched_.run([]() -> task<void> { co_return; }()));
  EXPECT_THAT(heard(), ElementsAre("started"));
  run_for();
  EXPECT_THAT(heard(), ElementsAre("ended normal after 1 consequences"));
  watched_.exit(process_, ExitReason::shutdown());
  EXPECT_THAT(heard(), ElementsAre("ended shutdown after 2 consequences"));
}

TEST_F(Observed, CallsByTheNodeThatTheyCameFrom) {
  links_.add(link_);
  (void)heard();
  for (const bool from_peer : {true, false}) {
    Envelope envelope;
    envelope.handler = watched_.behavior(process_)->find(type_id<PartAsk>());
    envelope.payload = std::make_unique<Box<PartAsk>>(PartAsk{"x"});
    envelope.reply_to = ReplyTo{11, {}};
    if (from_peer) envelope.reply_to.link = link_.serial();
    if (from_peer) envelope.source = link_.shared_peer();
    deliver(std::move(envelope));
  }
  EXPECT_THAT(heard(), ElementsAre("call 11 of node2", "call 11 of node1"));
}

TEST_F(Observed, SignalsWhenTheirHandlerBegins) {
  (void)heard();
  signal(Envelope::What::down,
         std::make_unique<Box<Down>>(Down{3, local(9), ExitReason::noproc()}));
  signal(Envelope::What::linked_exit,
         std::make_unique<Box<Exit>>(Exit{local(9), ExitReason::noproc()}));
  signal(Envelope::What::asked_exit,
         std::make_unique<Box<Exit>>(Exit{local(8), ExitReason::noproc()}));
  EXPECT_THAT(heard(), ElementsAre("down 3 noproc", "exit of 9"));
}

TEST_F(Observed, WhatAFullMailboxRefuses) {
  options_.mailbox_messages_max = 0;
  (void)heard();
  Envelope envelope;
  envelope.handler = watched_.behavior(process_)->find(type_id<PartNote>());
  envelope.payload = std::make_unique<Box<PartNote>>(PartNote{"too much"});
  deliver(std::move(envelope));
  EXPECT_THAT(heard(), ElementsAre("refused too much"));
}

}  // namespace
}  // namespace noex::tests

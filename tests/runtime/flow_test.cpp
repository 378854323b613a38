// What callers, spawners and patient casts do while too much waits on the way to a peer.
#include "noex/runtime/remote/flow.h"

#include <gmock/gmock.h>

#include "tests/runtime/node_harness.h"
#include "tests/runtime/parts_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Flows : public NodeTest {
 protected:
  Flows() {
    options_.unsent_bytes_max = 16 * 1024;
    options_.queue_bytes_soft = 64 * 1024;
    options_.queue_bytes_hard = 256 * 1024;
    options_.suspicion_after = 60s;
    options_.stall_timeout = 60s;
  }
  void start_two() {
    start_all(2);
    target_ = probe(1);
  }
  // Node 1 stops reading, and casts of node 0 are refused: nothing more fits.
  void clog() {
    fabric_.machine(1).pause();
    in_turn(0, [&] {
      const std::string text(1000, 'x');
      while (through(0, target_).cast<Note>(text)) {
      }
    });
  }
  void unclog() {
    fabric_.machine(1).resume();
    run_for(1s);
  }
  // A process of node 0 that notes `text` at the target as a call, and its end here.
  Ref caller(std::string text, Duration timeout) {
    return run([](Ref to, std::string what, Duration limit, auto& ends) -> task<void> {
      const Result<std::string> result = co_await to.call_within<Echo>(limit, what);
      ends.emplace_back(result ? *result : describe(result.error().code));
    }(through(0, target_), std::move(text), timeout, ends_));
  }
  Ref patient(std::string text, Duration timeout) {
    return run([](Ref to, std::string what, Duration limit, auto& ends) -> task<void> {
      const Result<void> result = co_await to.cast_when_ready_within<Note>(limit, what);
      ends.emplace_back(result ? "sent " + what : describe(result.error().code));
    }(through(0, target_), std::move(text), timeout, ends_));
  }
  Ref run(task<void> body) {
    Ref made;
    in_turn(0, [&] { made = node(0).run(std::move(body)).value(); });
    return made;
  }
  std::size_t waiting() { return node(0).audit().waiting; }
  std::vector<std::string> ends() { return std::exchange(ends_, {}); }
  // What the target has seen of those, apart from what clogged the way.
  std::vector<std::string> seen() {
    std::vector<std::string> all = *call<Seen>(1, target_);
    std::erase_if(all, [](const std::string& text) { return text.size() > 100; });
    return all;
  }

  Ref target_;
  std::vector<std::string> ends_;
};

TEST_F(Flows, CallsWaitForRoomInTheOrderInWhichTheyCame) {
  start_two();
  clog();
  for (const char* text : {"a", "b", "c", "d"}) caller(text, 30s);
  EXPECT_EQ(waiting(), 4u);
  EXPECT_EQ(node(0).pending_calls(), 4u);
  unclog();
  EXPECT_THAT(ends(), ElementsAre("a", "b", "c", "d"));
  EXPECT_EQ(waiting(), 0u);
  EXPECT_EQ(node(0).audit().calls, 0u);
}

TEST_F(Flows, CallsThatWaitPastTheirDeadlineNeverRun) {
  start_two();
  clog();
  patient("early", 500ms);
  patient("late", 30s);
  caller("early", 500ms);
  run_for(1s);
  EXPECT_THAT(ends(), ElementsAre("timeout", "timeout"));
  EXPECT_EQ(waiting(), 1u);
  unclog();
  EXPECT_THAT(ends(), ElementsAre("sent late"));
  EXPECT_THAT(seen(), ElementsAre("late"));
}

TEST_F(Flows, TheEndOfTheLinkEndsTheWait) {
  start_two();
  clog();
  caller("a", 30s);
  patient("b", 30s);
  crash(1);
  run_for(1s);
  EXPECT_THAT(ends(), ElementsAre("no connection", "no connection"));
  EXPECT_EQ(waiting(), 0u);
}

TEST_F(Flows, WhoGivesUpIsForgotten) {
  start_two();
  clog();
  for (const Ref& process : {caller("a", 30s), patient("b", 30s)}) {
    in_turn(0, [&] { node(0).exit(process, ExitReason::killed()); });
  }
  EXPECT_EQ(waiting(), 0u);
  patient("c", 30s);
  unclog();
  EXPECT_THAT(seen(), ElementsAre("c"));
  EXPECT_EQ(node(0).audit().calls, 0u);
}

TEST_F(Flows, SpawnsWaitToo) {
  start_two();
  clog();
  const auto spawner = [&](Duration timeout) {
    return run([](Node& from, NodeId where, Duration limit, auto& ends) -> task<void> {
      const SpawnOptions options = SpawnOptions().timeout(limit);
      const std::string how;
      const Result<Ref> made = co_await from.spawn<Probe>(where, options, how);
      ends.emplace_back(made ? "made" : describe(made.error().code));
    }(node(0), id(1), timeout, ends_));
  };
  spawner(500ms);
  spawner(30s);
  const Ref gone = spawner(30s);
  in_turn(0, [&] { node(0).exit(gone, ExitReason::killed()); });
  const std::size_t before = node(1).process_count();
  run_for(1s);
  EXPECT_THAT(ends(), ElementsAre("timeout"));
  unclog();
  EXPECT_THAT(ends(), ElementsAre("made"));
  EXPECT_EQ(node(1).process_count(), before + 1);
  EXPECT_EQ(waiting(), 0u);
  EXPECT_EQ(node(0).audit().spawns, 0u);
}

// A fast sender and a slow way: nothing is refused, nothing is lost, and the queue stays short.
TEST_F(Flows, PatientCastsKeepThePaceOfASlowLine) {
  start_two();
  sim::LinkProfile slow;
  slow.bytes_per_second = 200'000;
  fabric_.set_profile(slow);
  for (const char* name : {"1:", "2:", "3:"}) {
    run([](Ref to, std::string who, auto& ends) -> task<void> {
      for (int i = 0; i < 300; ++i) {
        const std::string text = fmt::format("{}{}{}", who, i, std::string(1000, ' '));
        const Result<void> sent = co_await to.cast_when_ready_within<Note>(60s, text);
        if (!sent) ends.emplace_back(describe(sent.error().code));
      }
    }(through(0, target_), name, ends_));
  }
  std::size_t longest = 0;
  for (int i = 0; i < 100; ++i) {
    run_for(100ms);
    longest = std::max(longest, waiting());
  }
  EXPECT_THAT(ends(), IsEmpty());
  EXPECT_GE(longest, 2u);
  std::map<char, int> next;
  const std::vector<std::string> all = *call<Seen>(1, target_);
  EXPECT_THAT(all, SizeIs(900));
  for (const std::string& text : all) EXPECT_EQ(std::stoi(text.substr(2)), next[text[0]]++) << text;
}

TEST_F(Flows, WhoSendsNothingWaitsForNobody) {
  start_two();
  patient("a", 1s);
  caller("b", 1s);
  run_for(1s);
  EXPECT_THAT(ends(), ElementsAre("sent a", "b"));
  const Ref here = probe(0);
  run([](Ref to, auto& ends) -> task<void> {
    const std::string text = "local";
    const Result<void> sent = co_await to.cast_when_ready<Note>(text);
    ends.emplace_back(sent ? "sent" : "not sent");
  }(here, ends_));
  EXPECT_THAT(ends(), ElementsAre("sent"));
}

TEST_F(Flows, WhatIsTooLargeIsToldWhenItsTurnComes) {
  options_.message_bytes_max = 100'000;
  start_two();
  clog();
  caller(std::string(200'000, 'x'), 30s);
  patient(std::string(200'000, 'x'), 30s);
  unclog();
  EXPECT_THAT(ends(), ElementsAre("message too large", "message too large"));
}

// It is heard, but takes nothing: a hostile peer, or one whose reading half is stuck.
TEST_F(Flows, APeerThatIsHeardButReadsNothingIsCutOff) {
  options_.stall_timeout = 10s;
  start_two();
  sim::LinkProfile stuck;
  stuck.bytes_per_second = 1;
  fabric_.set_profile(0, 1, stuck);
  in_turn(0, [&] {
    const std::string text(1000, 'x');
    while (through(0, target_).cast<Note>(text)) {
    }
  });
  caller("a", 1h);
  run_for(8s);
  EXPECT_THAT(ends(), IsEmpty());
  run_for(5s);
  EXPECT_THAT(ends(), ElementsAre("no connection"));
}

// --- Alone ---

class Line : public PartsTest {
 protected:
  Flow::Ticket wait(std::string who, Instant deadline = Instant::max()) {
    return flow_.wait(link_, deadline, [this, who](Result<Link*> room) {
      seen_.push_back(who + (room ? std::string() : ": " + describe(room.error())));
    });
  }
};

TEST_F(Line, BeginsWhereTheQueueIsFullAndLastsWhileAnybodyWaits) {
  link_.queued = 1000;
  EXPECT_FALSE(flow_.must_wait(link_)) << "what is just allowed";
  link_.queued = 1001;
  EXPECT_TRUE(flow_.must_wait(link_));
  const Flow::Ticket ticket = wait("a");
  link_.queued = 0;
  EXPECT_TRUE(flow_.must_wait(link_)) << "behind who waits";
  flow_.forget(link_.serial(), ticket);
  EXPECT_FALSE(flow_.must_wait(link_));
  EXPECT_EQ(flow_.waiting(), 0U);
  EXPECT_THAT(take_seen(), IsEmpty());
}

TEST_F(Line, IsServedInOrderForAsLongAsThereIsRoom) {
  wait("a");
  (void)flow_.wait(link_, Instant::max(), [this](Result<Link*>) {
    seen_.push_back("b fills it");
    link_.queued = 5000;
  });
  wait("c");
  flow_.on_room(link_);
  EXPECT_THAT(take_seen(), ElementsAre("a", "b fills it"));
  flow_.on_room(link_);
  EXPECT_THAT(take_seen(), IsEmpty());
  link_.queued = 0;
  flow_.on_room(link_);
  EXPECT_THAT(take_seen(), ElementsAre("c"));
}

TEST_F(Line, IsLeftAtADeadlineAndAtTheEndOfTheLink) {
  wait("patient");
  wait("hasty", host_.loop().now() + 10ms);
  run_for(9ms);
  EXPECT_THAT(take_seen(), IsEmpty());
  run_for(1ms);
  EXPECT_THAT(take_seen(), ElementsAre("hasty: " + std::string(describe(ErrorCode::timeout))));
  flow_.on_link_down(link_.serial());
  EXPECT_THAT(take_seen(),
              ElementsAre("patient: " + std::string(describe(ErrorCode::noconnection))));
}

}  // namespace
}  // namespace noex::tests

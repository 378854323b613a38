#include "noex/runtime/clients/client_seat.h"

#include "tests/runtime/client_harness.h"

namespace noex::tests {
namespace {

using Strings = std::vector<std::string>;

constexpr std::uint32_t terminal = 9;

TEST_F(ClientTest, MonitorsProcessesOfAnyNode) {
  start_all(3);
  start_client(terminal, {0});
  const Ref mine = client_probe(terminal);
  const Ref here = probe(0);
  const Ref there = probe(1);
  const Ref far = probe(2);
  for (const Ref& watched : {here, there, far}) {
    in_turn(terminal, [&] { (void)mine.cast<Watch>(at_client(terminal, watched)); });
  }
  run_for(1s);
  in_turn(0, [&] { node(0).exit(here, ExitReason::error("one")); });
  in_turn(1, [&] { node(1).exit(there, ExitReason::error("two")); });
  run_for(1s);
  EXPECT_EQ(client_seen(terminal, mine), (Strings{"down error: one", "down error: two"}));
  crash(2);
  run_for(30s);
  EXPECT_EQ(client_seen(terminal, mine).back(), "down noconnection");
  in_turn(terminal, [&] { (void)mine.cast<Watch>(at_client(terminal, here)); });
  run_for(1s);
  EXPECT_EQ(client_seen(terminal, mine).back(), "down noproc");
  EXPECT_EQ(client_seen(terminal, mine).size(), 4U);
  EXPECT_EQ(node(0).monitor_count(), 0U);
}

TEST_F(ClientTest, TakesMonitorsBack) {
  start_all(2);
  start_client(terminal, {0});
  const Ref mine = client_probe(terminal);
  const Ref there = probe(1);
  in_turn(terminal, [&] { (void)mine.cast<Watch>(at_client(terminal, there)); });
  run_for(1s);
  EXPECT_EQ(node(0).monitor_count(), 1U);
  EXPECT_EQ(node(1).monitor_count(), 1U);
  in_turn(terminal, [&] { (void)mine.cast<Unwatch>(); });
  run_for(1s);
  EXPECT_EQ(node(0).monitor_count(), 0U);
  EXPECT_EQ(node(1).monitor_count(), 0U);
}

TEST_F(ClientTest, SpawnsOnMembers) {
  start_all(3);
  start_client(terminal, {0});
  for (const std::uint32_t where : {0U, 2U}) {
    const std::string name = "made" + std::to_string(where);
    const Result<Ref> made = client_spawn(terminal, where, {}, name);
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(made->node(), id(where));
    EXPECT_EQ(client_call<Echo>(terminal, *made, std::string("hi")).value(), "hi");
    EXPECT_EQ(client_spawn(terminal, where, {}, name).error().code, ErrorCode::name_taken);
    EXPECT_EQ(client_spawn(terminal, where, "refuse").error().code, ErrorCode::init_failed);
  }
  EXPECT_EQ(client_spawn(terminal, 7, {}).error().code, ErrorCode::unreachable);
  crash_client(terminal);
  run_for(30s);  // what it was told of lives on
  EXPECT_EQ(node(0).registry().names("made").size(), 2U);
}

// Its init takes longer than its client lives.
class Late : public Process {
 public:
  using messages = std::tuple<Note>;
  explicit Late(Context& context) : Process(context) {}
  task<Result<void>> init() override {
    co_await node().sleep(2s);
    co_return Result<void>();
  }
  void on(const Note&) {}
};

TEST_F(ClientTest, EndsWhatBeginsTooLateForIt) {
  start_all(2);
  start_client(terminal, {0});
  client(terminal).behaviors().add<Late>("late");
  for (const std::uint32_t index : {0U, 1U}) node(index).behaviors().add<Late>("late");
  const std::size_t here = node(0).process_count();
  const std::size_t there = node(1).process_count();
  for (const std::uint32_t where : {0U, 1U}) {
    in_turn(terminal, [&] {
      (void)client(terminal).run([](Client& mine, NodeId where) -> task<void> {
        (void)co_await mine.members();
        (void)co_await mine.spawn<Late>(where, SpawnOptions());
      }(client(terminal), id(where)));
    });
  }
  run_for(500ms);
  EXPECT_EQ(node(1).process_count(), there + 1);
  crash_client(terminal);
  run_for(30s);
  EXPECT_EQ(node(0).process_count(), here);
  EXPECT_EQ(node(1).process_count(), there);
}

TEST_F(ClientTest, LeavesNoOrphans) {
  start_all(2);
  start_client(terminal, {0});
  const std::size_t here = node(0).process_count() + 1;  // the process that answers clients
  const std::size_t there = node(1).process_count();
  for (const std::uint32_t where : {0U, 1U}) {
    const NodeId at = id(where);
    in_turn(terminal, [&] {
      (void)client(terminal).run([](Client& mine, NodeId where) -> task<void> {
        (void)co_await mine.members();
        (void)co_await mine.spawn<Probe>(where, SpawnOptions(), std::string("slow"));
      }(client(terminal), at));
    });
  }
  run_for(1s);
  EXPECT_EQ(node(1).process_count(), there + 1);
  crash_client(terminal);
  run_for(30s);
  EXPECT_LE(node(0).process_count(), here);
  EXPECT_EQ(node(1).process_count(), there);
}

TEST_F(ClientTest, LeavesNothingBehind) {
  start_all(2);
  start_client(terminal, {0});
  const Ref mine = client_probe(terminal);
  const Ref there = probe(1);
  const Ref asker = probe(1);
  in_turn(terminal, [&] { (void)mine.cast<Watch>(at_client(terminal, there)); });
  Result<std::string> unanswered;
  client_cast<Watch>(terminal, asker, mine);
  in_turn(1, [&] {
    auto ask = [](Ref to, Result<std::string>& result) -> task<void> {
      const Duration pause = 1h;
      result = co_await to.call_within<Slow>(1min, pause);
    };
    (void)node(1).run(
        ask(node(1).ref(node(0).incarnation(), guest_bit | 1ULL << 32 | 1), unanswered));
  });
  // It is busy, and what waits behind that would end it.
  in_turn(terminal, [&] {
    auto slow = [](Ref to) -> task<void> {
      const Duration pause = 3s;
      (void)co_await to.call<Slow>(pause);
    };
    auto deadly = [](Ref to) -> task<void> { (void)co_await to.call<Throw>(); };
    (void)client(terminal).run(slow(at_client(terminal, there)));
    (void)client(terminal).run(deadly(at_client(terminal, there)));
  });
  run_for(500ms);
  EXPECT_EQ(node(0).monitor_count(), 2U);  // its own, and one of its process
  EXPECT_EQ(node(0).pending_calls(), 2U);
  crash_client(terminal);
  run_for(1s);
  EXPECT_EQ(node(0).client_count(), 0U);
  EXPECT_EQ(unanswered.error().code, ErrorCode::noconnection);
  EXPECT_EQ(node(0).monitor_count(), 0U);
  EXPECT_EQ(node(0).pending_calls(), 0U);
  run_for(10s);
  EXPECT_TRUE(node(1).is_alive(there.process()));
  EXPECT_EQ(seen(1, asker), Strings{"down noconnection"});
}

TEST_F(ClientTest, MakesItsMemberHoldNoMoreThanItMay) {
  options_.client_calls_max = 3;
  options_.client_watches_max = 2;
  options_.client_processes_max = 1;
  start_all(2);
  start_client(terminal, {0});
  const Ref there = at_client(terminal, probe(1));
  std::vector<ErrorCode> ended;
  for (int i = 0; i < 5; ++i) {
    in_turn(terminal, [&] {
      auto ask = [](Ref to, std::vector<ErrorCode>& codes) -> task<void> {
        const Duration pause = 1s;
        const Result<std::string> answer = co_await to.call<Slow>(pause);
        codes.push_back(answer ? ErrorCode::ok : answer.error().code);
      };
      (void)client(terminal).run(ask(there, ended));
    });
  }
  run_for(500ms);
  EXPECT_EQ(ended, std::vector<ErrorCode>(2, ErrorCode::overloaded));
  run_for(5s);
  EXPECT_EQ(std::ranges::count(ended, ErrorCode::ok), 3);

  const Ref first = client_probe(terminal);
  const Ref second = client_probe(terminal);
  const Ref third = client_probe(terminal);
  for (const Ref& watcher : {first, second, third}) {
    in_turn(terminal, [&] { (void)watcher.cast<Watch>(there); });
  }
  run_for(1s);
  EXPECT_EQ(client_seen(terminal, third), Strings{"down error: client_watches_max"});
  EXPECT_EQ(client_seen(terminal, second), Strings{});

  const Ref watcher = probe(1);
  client_cast<Watch>(terminal, watcher, first);
  client_cast<Watch>(terminal, watcher, second);
  EXPECT_EQ(seen(1, watcher), Strings{"down noproc"});
}

TEST_F(ClientTest, IsRefusedMessagesItDoesNotRead) {
  options_.client_queue_bytes_max = 256 * 1024;
  options_.unsent_bytes_max = 16 * 1024;
  start_all(2);
  start_client(terminal, {0});
  const Ref mine = client_probe(terminal);
  const Ref here = probe(0);
  client_cast<Watch>(terminal, here, mine);
  fabric_.cut_both(0, terminal);
  const Ref outside = node(0).ref(node(0).incarnation(), (std::uint64_t{1} << 63) | 1ULL << 32 | 1);
  const std::string large(60'000, 'x');
  std::vector<ErrorCode> codes;
  in_turn(0, [&] {
    for (int i = 0; i < 10; ++i) {
      const Result<void> sent = outside.cast<Note>(large);
      codes.push_back(sent ? ErrorCode::ok : sent.error().code);
    }
  });
  EXPECT_EQ(codes.front(), ErrorCode::ok);
  EXPECT_EQ(codes.back(), ErrorCode::overloaded);
  run_for(1s);
  EXPECT_EQ(seen(0, here), Strings{"overflow"});
  run_for(20s);
  EXPECT_EQ(seen(0, here), (Strings{"overflow", "down noconnection"}));
}

}  // namespace
}  // namespace noex::tests

// What a client can do, and what the cluster does not notice of it.
#include "noex/runtime/client/client.h"

#include "tests/runtime/client_harness.h"

namespace noex::tests {
namespace {

using Strings = std::vector<std::string>;

// Does for a client's process what it is asked: proves who called.
struct WhoAmI {
  static constexpr auto wire_name = "test:who";
  using reply = std::string;
};
class Witness : public Process {
 public:
  using messages = std::tuple<WhoAmI>;
  explicit Witness(Context& context) : Process(context) {}
  Result<std::string> on(const WhoAmI&) { return source().id.name(); }
};

constexpr std::uint32_t terminal = 9;

TEST_F(ClientTest, CallsAndCastsToItsMemberAndBeyond) {
  start_all(3);
  start_client(terminal, {0});
  for (const std::uint32_t where : {0U, 2U}) {
    const Ref there = probe(where);
    EXPECT_EQ(client_call<Echo>(terminal, there, std::string("hi")).value(), "hi");
    EXPECT_EQ(client_call<Fail>(terminal, there, std::string("no")).error().detail, "no");
    client_cast<Note>(terminal, there, std::string("noted"));
    EXPECT_EQ(client_seen(terminal, there), Strings{"noted"});
  }
}

TEST_F(ClientTest, TellsWhatBecameOfACall) {
  start_all(2);
  start_client(terminal, {0});
  for (const std::uint32_t where : {0U, 1U}) {
    const Ref there = probe(where);
    EXPECT_EQ(client_call<WhoAmI>(terminal, there).error().code, ErrorCode::incompatible_type);
    EXPECT_EQ(client_call<Slow>(terminal, there, Duration(1min)).error().code, ErrorCode::timeout);
    in_turn(where, [&] { node(where).exit(there, ExitReason::normal()); });
    EXPECT_EQ(client_call<Echo>(terminal, there, std::string("hi")).error().code,
              ErrorCode::noproc);
    const Ref earlier(there.node(), there.boot() - 1, there.process(), nullptr);
    EXPECT_EQ(client_call<Echo>(terminal, earlier, std::string("hi")).error().code,
              ErrorCode::stale_process);
  }
  const Ref stranger(id(7), 77, 7, nullptr);
  EXPECT_EQ(client_call<Echo>(terminal, stranger, std::string("hi")).error().code,
            ErrorCode::unreachable);
}

TEST_F(ClientTest, IsNobodysMember) {
  start_all(2);
  int ups = 0;
  node(0).on_node_up([&ups](const NodeId&) { ++ups; });
  node(0).on_node_down([&ups](const NodeId&, DownReason) { ++ups; });
  start_client(terminal, {0});
  run_for(10s);
  EXPECT_EQ(node(0).client_count(), 1U);
  EXPECT_EQ(node(0).members().size(), 1U);
  EXPECT_EQ(node(1).members().size(), 1U);
  crash_client(terminal);
  run_for(30s);
  EXPECT_EQ(node(0).client_count(), 0U);
  EXPECT_EQ(ups, 0);
}

TEST_F(ClientTest, LeavesInOrder) {
  start_all(2);
  start_client(terminal, {0});
  const Ref mine = client_probe(terminal);
  const Ref there = probe(1);
  client_cast<Watch>(terminal, there, mine);
  bool left = false;
  in_turn(terminal, [&] { client(terminal).leave([&left] { left = true; }); });
  run_for(1s);
  EXPECT_TRUE(left);
  EXPECT_EQ(seen(1, there), Strings{"down shutdown"});
  EXPECT_EQ(node(0).client_count(), 0U);
}

TEST_F(ClientTest, LeavesThoughItsMemberDies) {
  start_all(1);
  start_client(terminal, {0});
  bool left = false;
  in_turn(terminal, [&] { client(terminal).leave([&left] { left = true; }); });
  fabric_.machine(0).crash();
  run_for(1s);
  EXPECT_TRUE(left);
}

TEST_F(ClientTest, CallbacksMayRegisterOthers) {
  start_all(1);
  int told = 0;
  Client& mine = start_client(terminal, {1});
  mine.on_connected([&](const NodeId&) {
    for (int i = 0; i < 100; ++i) mine.on_connected([&told](const NodeId&) { ++told; });
  });
  bool next_told = false;
  mine.on_connected([&next_told](const NodeId&) { next_told = true; });
  start(1);
  run_for(10s);
  EXPECT_TRUE(next_told);
  EXPECT_EQ(told, 0) << "those of the next time";
}

TEST_F(ClientTest, IsNotDestroyedWithinItsOwnCallback) {
  start_all(1);
  Client& mine = start_client(terminal, {1});
  mine.on_connected([&](const NodeId&) { clients_.erase(terminal); });
  start(1);
  EXPECT_DEATH(run_for(10s), "destroyed within its own callback");
}

TEST_F(ClientTest, KnowsWhoSpeaks) {
  start_all(2);
  start_client(terminal, {0});
  Ref witness;
  in_turn(1, [&] { witness = node(1).spawn_local<Witness>().value(); });
  EXPECT_EQ(client_call<WhoAmI>(terminal, witness).value(), "node1");
  in_turn(terminal, [&] { witness = client(terminal).spawn_local<Witness>().value(); });
  client_cast<Watch>(terminal, probe(0), witness);  // so that it is known outside
  const ProcessId outside = (std::uint64_t{1} << 63) | 1ULL << 32 | 1;
  EXPECT_EQ(call<WhoAmI>(1, node(1).ref(node(0).incarnation(), outside)).value(), "node2");
  EXPECT_EQ(call<WhoAmI>(0, node(0).ref(node(0).incarnation(), outside)).value(), "node1");
}

}  // namespace
}  // namespace noex::tests

#include "noex/runtime/process/guests.h"

#include "tests/runtime/client_harness.h"

namespace noex::tests {
namespace {

using Strings = std::vector<std::string>;

constexpr std::uint32_t terminal = 9;

TEST_F(ClientTest, IsCalledAndWatchedByOthers) {
  start_all(2);
  start_client(terminal, {0});
  const Ref mine = client_probe(terminal);
  for (const std::uint32_t where : {0U, 1U}) {
    const Ref watcher = probe(where);
    client_cast<Watch>(terminal, watcher, mine);
    EXPECT_EQ(client_call<Relay>(terminal, watcher, mine, std::string("back")).value(), "back");
    client_cast<Spread>(terminal, watcher, std::vector<Ref>{mine}, std::string("to all"));
  }
  EXPECT_EQ(client_seen(terminal, mine), (Strings{"to all", "to all"}));
}

TEST_F(ClientTest, EachMonitorOfItsProcessGivesOneDown) {
  start_all(2);
  start_client(terminal, {0});
  const Ref first = client_probe(terminal);
  const Ref second = client_probe(terminal);
  const Ref here = probe(0);
  const Ref there = probe(1);
  for (const Ref& watcher : {here, there}) {
    client_cast<Watch>(terminal, watcher, first);
    client_cast<Watch>(terminal, watcher, second);
  }
  in_turn(terminal, [&] { client(terminal).exit(first, ExitReason::error("enough")); });
  run_for(1s);
  EXPECT_EQ(seen(0, here), Strings{"down error: enough"});
  EXPECT_EQ(seen(1, there), Strings{"down error: enough"});
  crash_client(terminal);
  run_for(30s);
  EXPECT_EQ(seen(0, here), (Strings{"down error: enough", "down noconnection"}));
  EXPECT_EQ(seen(1, there), (Strings{"down error: enough", "down noconnection"}));
}

TEST_F(ClientTest, IsExitedByOthers) {
  start_all(2);
  start_client(terminal, {0});
  const Ref mine = client_probe(terminal);
  const Ref there = probe(1);
  client_cast<Watch>(terminal, there, mine);
  client_cast<Stop>(terminal, mine, std::string("by itself"));
  EXPECT_EQ(seen(1, there), Strings{"down error: by itself"});
  EXPECT_FALSE(client(terminal).node().is_alive(mine.process()));
}

}  // namespace
}  // namespace noex::tests

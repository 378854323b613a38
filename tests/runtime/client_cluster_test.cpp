#include "noex/runtime/client/client_cluster.h"

#include "tests/runtime/client_harness.h"

namespace noex::tests {
namespace {

using Strings = std::vector<std::string>;

constexpr std::uint32_t terminal = 9;

TEST_F(ClientTest, GoesOnAtAnotherMember) {
  start_all(3);
  start_client(terminal, {0, 1});
  const Ref mine = client_probe(terminal);
  const Ref far = probe(2);
  in_turn(terminal, [&] { (void)mine.cast<Watch>(at_client(terminal, far)); });
  client_cast<Watch>(terminal, far, mine);  // so that the first member has a name for it, too
  Result<std::string> pending;
  in_turn(terminal, [&] {
    auto ask = [](Ref to, Result<std::string>& result) -> task<void> {
      const Duration pause = 4s;
      result = co_await to.call<Slow>(pause);
    };
    (void)client(terminal).run(ask(at_client(terminal, far), pending));
  });
  run_for(1s);
  crash(0);
  run_for(1s);
  EXPECT_EQ(pending.error().code, ErrorCode::noconnection);
  EXPECT_EQ(client_seen(terminal, mine), Strings{"down noconnection"});
  EXPECT_EQ(told_, (Strings{"at node1", "lost node1", "at node2"}));
  EXPECT_EQ(client_call<Echo>(terminal, far, std::string("still")).value(), "still");
  // Its process is called anew, by the new member's name.
  const Ref watcher = probe(1);
  client_cast<Watch>(terminal, watcher, mine);
  client_cast<Stop>(terminal, mine, std::string("later"));
  EXPECT_EQ(seen(1, watcher), Strings{"down error: later"});
}

TEST_F(ClientTest, ComesBackWhenAMemberDoes) {
  start_all(1);
  start_client(terminal, {0});
  crash(0);
  run_for(1min);
  EXPECT_EQ(client(terminal).member(), nullptr);
  start(0);
  run_for(10s);
  EXPECT_EQ(told_, (Strings{"at node1", "lost node1", "at node1"}));
  EXPECT_EQ(client_call<Echo>(terminal, probe(0), std::string("hi")).value(), "hi");
}

}  // namespace
}  // namespace noex::tests

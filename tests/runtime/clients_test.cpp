#include "noex/runtime/clients/clients.h"

#include "tests/runtime/client_harness.h"

namespace noex::tests {
namespace {

using Strings = std::vector<std::string>;

constexpr std::uint32_t terminal = 9;

TEST_F(ClientTest, IsLetGoByAMemberThatLeaves) {
  start_all(2);
  start_client(terminal, {0, 1});
  in_turn(0, [&] { node(0).leave([] {}); });
  run_for(3s);
  EXPECT_EQ(told_, (Strings{"at node1", "lost node1", "at node2"}));
}

TEST_F(ClientTest, IsForgottenWhenItIsCutOff) {
  start_all(2);
  start_client(terminal, {0});
  const Ref mine = client_probe(terminal);
  const Ref there = probe(1);
  client_cast<Watch>(terminal, there, mine);
  fabric_.cut_both(0, terminal);
  run_for(3 * options_.client_ping_interval + 6s);
  EXPECT_EQ(node(0).client_count(), 0U);
  EXPECT_EQ(seen(1, there), Strings{"down noconnection"});
  EXPECT_EQ(told_.back(), "lost node1");
}

TEST_F(ClientTest, AreAsManyAsTheMemberTakes) {
  options_.clients_max = 2;
  start_all(2);
  start_client(terminal, {0, 1});
  start_client(terminal + 1, {0, 1});
  start_client(terminal + 2, {0, 1});
  EXPECT_EQ(told_, (Strings{"at node1", "at node1", "at node2"}));
  EXPECT_EQ(node(0).client_count(), 2U);
}

}  // namespace
}  // namespace noex::tests

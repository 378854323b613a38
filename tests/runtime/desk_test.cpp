#include "noex/runtime/clients/desk.h"

#include "tests/runtime/client_harness.h"

namespace noex::tests {
namespace {

constexpr std::uint32_t terminal = 9;

TEST_F(ClientTest, LooksUpNamesGroupsAndMembers) {
  start_all(3);
  start_client(terminal, {1});
  const Ref named = spawn(0, 2, {}, "service").value();
  run_for(1s);
  in_turn(2, [&] { EXPECT_TRUE(node(2).groups().join("team", named)); });
  run_for(1s);
  Result<Ref> found = fail(ErrorCode::system);
  Result<Ref> missing = fail(ErrorCode::system);
  Result<std::map<std::string, Ref>> names;
  Result<std::vector<Ref>> team;
  Result<std::vector<Member>> members;
  EXPECT_TRUE(run_client(terminal, [&]() -> task<void> {
    found = co_await client(terminal).find("service");
    missing = co_await client(terminal).find("nothing");
    names = co_await client(terminal).names("ser");
    team = co_await client(terminal).group("team");
    members = co_await client(terminal).members();
  }));
  EXPECT_EQ(found.value(), named);
  EXPECT_EQ(missing.error().code, ErrorCode::noproc);
  EXPECT_EQ(names.value(), (std::map<std::string, Ref>{{"service", named}}));
  EXPECT_EQ(team.value(), std::vector<Ref>{named});
  ASSERT_EQ(members.value().size(), 3U);
  EXPECT_EQ(members.value().front().incarnation, node(1).incarnation());
  EXPECT_EQ(client_call<Echo>(terminal, *found, std::string("hi")).value(), "hi");
}

}  // namespace
}  // namespace noex::tests

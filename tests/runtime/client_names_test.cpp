#include "noex/runtime/client/client_names.h"

#include "tests/runtime/client_harness.h"

namespace noex::tests {
namespace {

using Strings = std::vector<std::string>;

// Tells what it may not, and casts to a group.
struct TryNames {
  static constexpr auto wire_name = "test:try_names";
  using reply = std::string;
};
struct TellTeam {
  static constexpr auto wire_name = "test:tell_team";
  std::string text;
};
class Outsider : public Process {
 public:
  using messages = std::tuple<TryNames, TellTeam>;
  explicit Outsider(Context& context) : Process(context) {}
  Result<std::string> on(const TryNames&) { return monitor_name("any").error().detail; }
  void on(const TellTeam& tell) { multicast_group<Note>("team", tell.text); }
};

constexpr std::uint32_t terminal = 9;

TEST_F(ClientTest, HasNoNamesAndIsInNoGroup) {
  start_all(1);
  start_client(terminal, {0});
  const Ref mine = client_probe(terminal);
  Result<void> registered;
  EXPECT_TRUE(run_client(terminal, [&]() -> task<void> {
    registered = co_await client(terminal).node().registry().register_name("mine", mine);
  }));
  EXPECT_EQ(registered.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(client(terminal).node().groups().join("team", mine).error().code,
            ErrorCode::invalid_argument);
  // Nor does a member give it one.
  client_cast<Watch>(terminal, probe(0), mine);
  const Ref outside = node(0).ref(node(0).incarnation(), (std::uint64_t{1} << 63) | 1ULL << 32 | 1);
  EXPECT_EQ(call<Echo>(0, outside, std::string("you")).value(), "you");
  Result<void> named;
  EXPECT_TRUE(await(0, [&]() -> task<void> {
    named = co_await node(0).registry().register_name("its", outside);
  }));
  EXPECT_EQ(named.error().code, ErrorCode::noproc);
}

TEST_F(ClientTest, IsToldOfNoNames) {
  start_all(1);
  start_client(terminal, {0});
  Ref mine;
  in_turn(terminal, [&] { mine = client(terminal).spawn_local<Outsider>().value(); });
  EXPECT_EQ(client_call<TryNames>(terminal, mine).value(),
            "a client is told of no names: ask with find()");
  Result<Ref> named;
  EXPECT_TRUE(run_client(terminal, [&]() -> task<void> {
    const SpawnOptions options = SpawnOptions().global("mine");
    const NodeId here = client(terminal).node().id();
    named = co_await client(terminal).spawn<Probe>(here, options, std::string());
  }));
  EXPECT_EQ(named.error().code, ErrorCode::invalid_argument);
}

TEST_F(ClientTest, CastsToAGroupThatItAskedFor) {
  start_all(2);
  start_client(terminal, {0});
  const Ref here = probe(0);
  const Ref there = probe(1);
  in_turn(0, [&] { EXPECT_TRUE(node(0).groups().join("team", here)); });
  in_turn(1, [&] { EXPECT_TRUE(node(1).groups().join("team", there)); });
  Ref mine;
  in_turn(terminal, [&] { mine = client(terminal).spawn_local<Outsider>().value(); });
  EXPECT_TRUE(
      run_client(terminal, [&]() -> task<void> { (void)co_await client(terminal).group("team"); }));
  client_cast<TellTeam>(terminal, mine, std::string("all"));
  EXPECT_EQ(seen(0, here), Strings{"all"});
  EXPECT_EQ(seen(1, there), Strings{"all"});
}

}  // namespace
}  // namespace noex::tests

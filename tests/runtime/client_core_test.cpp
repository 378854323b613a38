#include "noex/runtime/client/client_core.h"

#include "tests/runtime/client_harness.h"

namespace noex::tests {
namespace {

constexpr std::uint32_t terminal = 9;

TEST_F(ClientTest, AsksAnewWhatItLooksUp) {
  start_all(2);
  const Ref named = spawn(0, 1, {}, "service").value();
  run_for(1s);
  start_client(terminal, {0, 1});
  fabric_.cut_both(0, terminal);
  Result<Ref> found;
  in_turn(terminal, [&] {
    auto ask = [](Client& mine, Result<Ref>& result) -> task<void> {
      result = co_await mine.find("service", 30s);
    };
    (void)client(terminal).run(ask(client(terminal), found));
  });
  run_for(20s);
  ASSERT_TRUE(found) << describe(found.error());
  EXPECT_EQ(*found, named);
  EXPECT_EQ(told_.back(), "at node2");
}

TEST_F(ClientTest, LooksNothingUpBeyondItsProcesses) {
  options_.processes_max = 2;
  start_client(terminal, {0});
  Result<Ref> found;
  in_turn(terminal, [&] {
    auto ask = [](Client& mine, Result<Ref>& result) -> task<void> {
      result = co_await mine.find("service");
    };
    auto wait = [](Client& mine) -> task<void> { (void)co_await mine.sleep(1min); };
    EXPECT_TRUE(client(terminal).run(wait(client(terminal))));
    EXPECT_TRUE(client(terminal).run(ask(client(terminal), found)));
  });
  run_for(1s);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::overloaded);
}

}  // namespace
}  // namespace noex::tests

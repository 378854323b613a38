#include "noex/runtime/remote/spawner.h"

#include <gmock/gmock.h>

#include "tests/runtime/node_harness.h"

namespace noex::tests {
namespace {

using Spawns = NodeTest;

TEST_F(Spawns, StartHereAndThere) {
  start_all(2);
  for (const std::uint32_t where : {0u, 1u}) {
    const Result<Ref> made = spawn(0, where, "");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->node(), id(where));
    EXPECT_EQ(call<Echo>(0, *made, "hi"), "hi");
  }
}

TEST_F(Spawns, LeaveNothingBehindWhenTheyFail) {
  start_all(2);
  for (const std::uint32_t where : {0u, 1u}) {
    const Result<Ref> refused = spawn(0, where, "refuse");
    EXPECT_EQ(code_of(refused), ErrorCode::init_failed);
    EXPECT_EQ(code_of(spawn(0, where, "slow")),
              where == 0 ? ErrorCode::init_timeout : ErrorCode::timeout);
    run_for(1s);
    EXPECT_EQ(node(where).process_count(), 0u) << where;
  }
  crash(1);
  run_for(1s);
  EXPECT_EQ(code_of(spawn(0, 1, "")), ErrorCode::unreachable);
}

TEST_F(Spawns, AreCancelledWhenTheirSpawnerGoesAway) {
  start_all(2);
  in_turn(0, [&] {
    ASSERT_TRUE(node(0).run([](Node& from, NodeId there) -> task<void> {
      const SpawnOptions options;
      (void)co_await from.spawn<Probe>(there, options, "slow");
    }(node(0), id(1))));
  });
  run_for(1s);
  EXPECT_EQ(node(1).process_count(), 1u);
  crash(0);
  run_for(1s);
  EXPECT_EQ(node(1).process_count(), 0u);
}

TEST_F(Spawns, RegisterTheirNameOrFail) {
  start_all(2);
  const Result<Ref> first = spawn(0, 1, "", "thing");
  ASSERT_TRUE(first);
  EXPECT_EQ(node(0).registry().lookup("thing"), *first);
  EXPECT_EQ(node(1).registry().lookup("thing"), *first);
  EXPECT_EQ(code_of(spawn(0, 0, "", "thing")), ErrorCode::name_taken);
  EXPECT_EQ(node(0).process_count(), 0u);
  in_turn(1, [&] { node(1).exit(through(1, *first), ExitReason::killed()); });
  run_for(1s);
  EXPECT_FALSE(node(0).registry().lookup("thing"));
  EXPECT_EQ(code_of(spawn(0, 0, "", "thing")), ErrorCode::ok);
}

TEST_F(Spawns, ALostLinkEndsThoseThatWentOverIt) {
  start_all(3);
  std::vector<std::pair<std::uint32_t, Result<Ref>>> ends;
  for (const std::uint32_t where : {1u, 2u, 1u}) {
    in_turn(0, [&] {
      ASSERT_TRUE(
          node(0).run([](Node& from, NodeId there, std::uint32_t number,
                         std::vector<std::pair<std::uint32_t, Result<Ref>>>& all) -> task<void> {
            const SpawnOptions options;
            Result<Ref> made = co_await from.spawn<Probe>(there, options, "slow");
            all.emplace_back(number, std::move(made));
          }(node(0), id(where), where, ends)));
    });
  }
  EXPECT_EQ(node(0).audit().spawns, 3u);
  EXPECT_EQ(node(1).audit().spawns, 2u);
  crash(1);
  run_for(1s);
  ASSERT_EQ(ends.size(), 2u);
  for (const auto& [where, result] : ends) {
    EXPECT_EQ(where, 1u);
    EXPECT_EQ(code_of(result), ErrorCode::noconnection);
  }
  EXPECT_EQ(node(0).audit().spawns, 1u);
  EXPECT_EQ(node(2).audit().spawns, 1u);
  crash(0);
  run_for(1s);
  EXPECT_EQ(node(2).audit().spawns, 0u) << "and nothing is provisional for nobody";
}

}  // namespace
}  // namespace noex::tests

#include "noex/runtime/message/cast.h"

#include <gmock/gmock.h>

#include "tests/runtime/node_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;

using Casts = NodeTest;

TEST_F(Casts, ArriveInOrder) {
  start_all(2);
  const Ref target = probe(1);
  in_turn(0, [&] {
    const Ref there = through(0, target);
    for (const char* text : {"a", "b", "c"}) EXPECT_TRUE(there.cast<Note>(text));
  });
  run_for(1s);
  EXPECT_THAT(*call<Seen>(0, target), ElementsAre("a", "b", "c"));
}

TEST_F(Casts, AreRefusedByAFullMailboxWhichMonitorsAreTold) {
  options_.mailbox_messages_max = 3;
  start_all(2);
  const Ref target = probe(1);
  const Ref watcher = probe(0);
  in_turn(0, [&] { through(0, watcher).cast<Watch>(through(0, target)); });
  run_for(1s);
  in_turn(0, [&] {
    const Ref there = through(0, target);
    for (int i = 0; i < 9; ++i) EXPECT_TRUE(there.cast<Note>("x"));
  });
  run_for(1s);
  EXPECT_EQ(call<Count>(0, target), 3u);
  EXPECT_THAT(*call<Seen>(0, watcher), ElementsAre("overflow"));
}

TEST_F(Casts, ThatWaitForRoomArriveInOrder) {
  start_all(2);
  const Ref target = probe(1);
  const Ref there = through(0, target);
  EXPECT_TRUE(await(0, [there]() -> task<void> {
    for (const char* text : {"a", "b"}) {
      const Result<void> sent = co_await there.cast_when_ready<Note>(text);
      EXPECT_TRUE(sent);
    }
  }));
  EXPECT_THAT(*call<Seen>(0, target), ElementsAre("a", "b"));
}

TEST_F(Casts, ThatWaitForRoomFailAtOnceWhereThereIsNoWay) {
  start(0);
  const Ref nowhere(id(1), 7, 1, nullptr);
  Result<void> sent;
  EXPECT_TRUE(
      await(0, [&]() -> task<void> { sent = co_await nowhere.cast_when_ready<Note>("x"); }));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::noproc);
}

}  // namespace
}  // namespace noex::tests

#include "noex/sim/world/stream_ends.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/sim/stream_parts.h"

namespace noex::sim {
namespace {

class StreamEndsTest : public StreamPartsTest, public ConnectionHandler {
 protected:
  // The process of that end holds a handle, and notes what it is told.
  std::unique_ptr<Connection> take(EndRef end) {
    std::unique_ptr<Connection> connection = ends.attach(end);
    connection->set_handler(this);
    return connection;
  }
  EndState state(EndRef end) const { return end.end().state; }

  void on_bytes(ByteView) override {}
  void on_drained() override { tell("drained"); }
  void on_closed(CloseReason reason) override {
    tell(reason == CloseReason::peer ? "closed" : "reset");
  }

  StreamEnds ends{world, fabric, table, sender, transit, reports, *this};
};

TEST_F(StreamEndsTest, AHandleKnowsThePeer) {
  near.other().end().port = 7;
  EXPECT_EQ(take(near)->peer(), (Address{"10.0.0.2", 7}));
}

TEST_F(StreamEndsTest, ACloseSendsTheEndAndLeavesTheRestToTheSystem) {
  const auto connection = take(near);
  ends.close(near);
  EXPECT_EQ(state(near), EndState::lingering);
  EXPECT_EQ(near.end().host, nullptr);
  EXPECT_EQ(connection->unsent_bytes(), 0U) << "the handle is empty";
  EXPECT_EQ(near.out().segments.front().control, Control::end);
}

TEST_F(StreamEndsTest, ACloseWaitsForRoomAndNotForEver) {
  const auto connection = take(near);
  sender.write(near, "12345678abc");
  ends.close(near);
  EXPECT_EQ(state(near), EndState::closing);
  run(5s - 1ns);
  EXPECT_EQ(state(near), EndState::closing);
  run(1ns);
  EXPECT_EQ(state(near), EndState::gone) << "linger_max is over";
}

TEST_F(StreamEndsTest, TheLastOfWhatWaitedEndsAClosedEnd) {
  const auto connection = take(near);
  sender.write(near, "12345678abc");
  ends.close(near);
  near.out().buffer.clear();
  ends.flushed(near);
  EXPECT_EQ(state(near), EndState::lingering);
}

TEST_F(StreamEndsTest, AnOpenEndIsToldThatItDrained) {
  const auto connection = take(near);
  fabric.machine(0).pause();
  ends.flushed(near);
  EXPECT_EQ(told(), Words{}) << "in a turn of its own";
  fabric.machine(0).resume();
  run(1ms);
  EXPECT_EQ(told(), Words{"drained"});
}

TEST_F(StreamEndsTest, AnAbortResetsTheOtherEnd) {
  const auto connection = take(near);
  const auto other = take(near.other());
  ends.abort(near);
  run(9ms);
  EXPECT_EQ(told(), Words{});
  run(1ms);
  EXPECT_EQ(told(), Words{"reset"});
  EXPECT_FALSE(near.valid()) << "both ends are over and told";
}

TEST_F(StreamEndsTest, AResetThatMeetsACutLeavesTheOtherEndHalfOpen) {
  const auto other = take(near.other());
  fabric.cut(0, 1);
  ends.abort(near);
  run(60s);
  EXPECT_EQ(told(), Words{});
  EXPECT_EQ(state(near.other()), EndState::open);
}

TEST_F(StreamEndsTest, WhoDoesNotReadIsToldOfTheEndLater) {
  const auto connection = take(near);
  near.end().reads = false;
  ends.finish(near, CloseReason::peer);
  run(1ms);
  EXPECT_EQ(told(), Words{});
  EXPECT_TRUE(near.end().end_waits);
  near.end().reads = true;
  ends.tell_closed(near);
  EXPECT_EQ(told(), Words{"closed"});
}

TEST_F(StreamEndsTest, TheSystemClosesWhatAProcessLeaves) {
  sender.write(near, "12345678abc");
  ends.leave(near);
  EXPECT_EQ(state(near), EndState::lingering);
  EXPECT_FALSE(near.out().buffer.waits()) << "what had no room is lost";
}

TEST_F(StreamEndsTest, AProcessThatLeavesBytesUnreadResets) {
  near.in().received = "unread";
  ends.leave(near);
  EXPECT_EQ(state(near), EndState::gone);
}

TEST_F(StreamEndsTest, AMachineThatVanishesTellsNobody) {
  const auto other = take(near.other());
  const auto connection = take(near);
  ends.vanish(near);
  run(60s);
  EXPECT_EQ(told(), Words{});
  EXPECT_EQ(state(near.other()), EndState::open);
}

TEST_F(StreamEndsTest, AHandshakeThatNobodyCompletesIsForgotten) {
  near.other().end().state = EndState::embryo;
  near.other().end().host = nullptr;
  ends.abort(near);
  EXPECT_FALSE(near.valid());
}

}  // namespace
}  // namespace noex::sim

#include "noex/transport/channel.h"

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "noex/transport/timer_queue.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Time stands still; posted tasks run when the test ends the turn.
class FakeLoop final : public Loop {
 public:
  Instant now() const override { return now_; }
  WallTime wall_now() const override { return {}; }
  void post(Task task) override { posted_.push_back(std::move(task)); }
  TimerId start_timer(Instant at, Task task) override { return timers_.start(at, std::move(task)); }
  bool cancel_timer(TimerId timer) override { return static_cast<bool>(timers_.cancel(timer)); }

  void end_turn() {
    while (!posted_.empty()) {
      Task task = std::move(posted_.front());
      posted_.pop_front();
      task();
    }
  }
  void pass(Duration time) { now_ += time; }
  // One timer that is due, as a turn of its own. False: there is none.
  bool run_timer() {
    Task task = timers_.take_due(now_, UINT64_MAX);
    if (!task) return false;
    task();
    end_turn();
    return true;
  }

 private:
  Instant now_{};
  TimerQueue timers_;
  std::deque<Task> posted_;
};

// What was written, and a system that accepts only as much as the test says.
struct Wire {
  Bytes written;
  std::vector<std::size_t> writes;
  std::uint64_t accepts = UINT64_MAX;  // how many more bytes
  std::uint64_t unsent = 0;
  ConnectionHandler* handler = nullptr;
  bool reading = true;
  bool closed = false;
  bool aborted = false;

  void accept(std::uint64_t bytes) {
    const auto taken = std::min(bytes, unsent);
    const bool drained = unsent != 0 && taken == unsent;
    unsent -= taken;
    accepts = bytes - taken;
    if (drained) handler->on_drained();
  }
};

class FakeConnection final : public Connection {
 public:
  explicit FakeConnection(Wire& wire) : wire_(wire) {}
  void set_handler(ConnectionHandler* handler) override { wire_.handler = handler; }
  void write(ByteView bytes) override {
    wire_.written += bytes;
    wire_.writes.push_back(bytes.size());
    const auto taken = std::min<std::uint64_t>(wire_.accepts, bytes.size());
    if (wire_.accepts != UINT64_MAX) wire_.accepts -= taken;
    wire_.unsent += bytes.size() - taken;
  }
  std::uint64_t unsent_bytes() const override { return wire_.unsent; }
  void set_reading(bool reading) override { wire_.reading = reading; }
  void close() override { wire_.closed = true; }
  void abort() override { wire_.aborted = true; }
  Address peer() const override { return Address{"10.0.0.9", 99}; }

 private:
  Wire& wire_;
};

constexpr ChannelLimits limits{.message_bytes_max = 1'000'000,
                               .unsent_bytes_max = 256 * 1024,
                               .queue_bytes_soft = 500'000,
                               .queue_bytes_hard = 1'000'000,
                               .queue_bytes_cutoff = 3'000'000,
                               .stall_timeout = 10s,
                               .turn_work_max = 100'000};

// A channel with its handler, which writes down what it is told.
struct Side final : ChannelHandler {
  FakeLoop loop;
  Wire wire;
  std::unique_ptr<Channel> channel;
  std::vector<Bytes> control;
  std::vector<Bytes> data;
  int room = 0;
  std::vector<std::string> ends;
  std::string close_at;   // a message at which the owner closes
  std::string charge_at;  // a message that is much work

  explicit Side(bool established = true, std::size_t turn_work_max = limits.turn_work_max) {
    ChannelLimits bounds = limits;
    bounds.turn_work_max = turn_work_max;
    channel =
        std::make_unique<Channel>(std::make_unique<FakeConnection>(wire), loop, bounds, *this);
    if (established) channel->set_established();
  }
  void on_control(ByteView payload) override { control.emplace_back(payload); }
  void on_data(ByteView message) override {
    data.emplace_back(message);
    if (message == charge_at) channel->charge(1000);
    if (message == close_at) channel->close();
  }
  void on_room() override { ++room; }
  void on_end(ChannelEnd, std::string_view why) override { ends.emplace_back(why); }

  void receive(ByteView bytes) {
    if (wire.handler != nullptr) wire.handler->on_bytes(bytes);
  }
};

TEST(Channel, WritesATurnsMessagesAtOnce) {
  Side side;
  EXPECT_TRUE(side.channel->send("one").has_value());
  EXPECT_TRUE(side.channel->send("two").has_value());
  EXPECT_THAT(side.wire.writes, IsEmpty());
  side.loop.end_turn();
  EXPECT_THAT(side.wire.writes, ElementsAre(14));
  Side peer;
  peer.receive(side.wire.written);
  EXPECT_THAT(peer.data, ElementsAre("one", "two"));
}

TEST(Channel, ControlGoesFirst) {
  Side side;
  (void)side.channel->send("data");
  side.channel->send_control_last("last");
  side.channel->send_control("control");
  side.loop.end_turn();
  Bytes expected;
  append_control_frame(expected, "control");
  append_data_frames(expected, "data");
  append_control_frame(expected, "last");
  EXPECT_EQ(side.wire.written, expected);
}

TEST(Channel, ControlOvertakesBetweenFragments) {
  Side side;
  side.wire.accepts = 0;
  const Bytes large(900'000, 'x');
  ASSERT_TRUE(side.channel->send(large).has_value());
  side.loop.end_turn();
  EXPECT_LE(side.wire.unsent, limits.unsent_bytes_max);
  EXPECT_GT(side.wire.unsent, limits.unsent_bytes_max / 2);
  const auto before = side.wire.written.size();
  side.channel->send_control("heartbeat");
  side.loop.end_turn();
  EXPECT_EQ(side.wire.written.size(), before + frame_header_bytes + 9);
  for (int i = 0; i < 10; ++i) side.wire.accept(300'000);
  Side peer;
  peer.receive(side.wire.written);
  EXPECT_THAT(peer.control, ElementsAre("heartbeat"));
  ASSERT_THAT(peer.data, SizeIs(1));
  EXPECT_TRUE(peer.data[0] == large);
}

TEST(Channel, RefusesAboveTheHardLimitAndTellsOfRoom) {
  Side side;
  side.wire.accepts = 0;
  int sent = 0;
  while (side.channel->send(Bytes(100'000, 'x')).has_value()) ++sent;
  EXPECT_EQ(sent, 10);
  EXPECT_EQ(side.channel->send("x").error().code, ErrorCode::overloaded);
  side.channel->send_signal("signals pass");
  side.loop.end_turn();
  EXPECT_EQ(side.room, 0);
  for (int i = 0; i < 10; ++i) side.wire.accept(300'000);
  EXPECT_EQ(side.room, 1);
  EXPECT_EQ(side.channel->queued_bytes(), 0U);
  Side peer;
  peer.receive(side.wire.written);
  ASSERT_THAT(peer.data, SizeIs(11));
  EXPECT_EQ(peer.data.back(), "signals pass");
}

// The system took all of it at once: there is no on_drained, and room all the same.
TEST(Channel, TellsOfRoomWithoutADrain) {
  Side side;
  ASSERT_TRUE(side.channel->send(Bytes(600'000, 'x')).has_value());
  side.loop.end_turn();
  EXPECT_EQ(side.channel->queued_bytes(), 0U);
  EXPECT_LE(side.room, 1);
}

TEST(Channel, CutsOffWhoReadsNothingInATurnOfItsOwn) {
  Side side;
  side.wire.accepts = 0;
  for (int i = 0; i < 4; ++i) side.channel->send_signal(Bytes(1'000'000, 'x'));
  EXPECT_TRUE(side.channel->open());
  EXPECT_THAT(side.ends, IsEmpty());
  side.loop.end_turn();
  EXPECT_FALSE(side.channel->open());
  EXPECT_TRUE(side.wire.aborted);
  EXPECT_THAT(side.ends, SizeIs(1));
  EXPECT_EQ(side.channel->send("x").error().code, ErrorCode::noconnection);
}

// Each second something small is sent, as heartbeats are.
void beat(Side& side, int seconds) {
  for (int i = 0; i < seconds; ++i) {
    side.loop.pass(1s);
    side.channel->send_control("heartbeat");
    side.loop.end_turn();
  }
}

TEST(Channel, CutsOffWhoReadsNothingForTooLong) {
  Side side;
  side.wire.accepts = 0;
  beat(side, 1);
  beat(side, 9);
  EXPECT_TRUE(side.channel->open());
  beat(side, 1);
  EXPECT_FALSE(side.channel->open());
  EXPECT_TRUE(side.wire.aborted);
  EXPECT_THAT(side.ends, ElementsAre("it has read nothing for too long"));
}

TEST(Channel, IsPatientWithWhoReadsSlowly) {
  Side side;
  side.wire.accepts = 0;
  ASSERT_TRUE(side.channel->send(Bytes(900'000, 'x')).has_value());
  for (int i = 0; i < 10; ++i) {
    beat(side, 9);
    side.wire.accept(1);
  }
  beat(side, 9);
  EXPECT_TRUE(side.channel->open());
}

TEST(Channel, BlamesNobodyForItsOwnPauses) {
  Side side;
  beat(side, 1);
  side.loop.pass(1h);
  side.wire.accepts = 0;
  beat(side, 2);  // what was written before and after an hour without a word
  side.loop.pass(1h);
  side.channel->send_control("late");
  side.loop.end_turn();
  EXPECT_TRUE(side.channel->open());
}

TEST(Channel, RefusesWhatIsNoMessage) {
  Side side;
  EXPECT_EQ(side.channel->send("").error().code, ErrorCode::invalid_argument);
  const auto too_large = side.channel->send(Bytes(limits.message_bytes_max + 1, 'x'));
  EXPECT_EQ(too_large.error().code, ErrorCode::too_large);
  EXPECT_EQ(side.channel->queued_bytes(), 0U);
}

TEST(Channel, DataBeforeTheHandshakeEndsIt) {
  Side side(false);
  Bytes bytes;
  append_control_frame(bytes, "hello");
  append_data_frames(bytes, "early");
  append_control_frame(bytes, "never seen");
  side.receive(bytes);
  EXPECT_THAT(side.control, ElementsAre("hello"));
  EXPECT_THAT(side.data, IsEmpty());
  EXPECT_THAT(side.ends, ElementsAre("a message before the handshake"));
}

TEST(Channel, EndsOnceAndSaysWhy) {
  Side garbage;
  garbage.receive("GET / HTTP/1.1");
  garbage.receive("more");
  garbage.wire.handler->on_closed(CloseReason::reset);
  EXPECT_THAT(garbage.ends, SizeIs(1));
  EXPECT_TRUE(garbage.wire.aborted);

  Side closed;
  closed.wire.handler->on_closed(CloseReason::peer);
  EXPECT_THAT(closed.ends, ElementsAre("closed by the peer"));
}

TEST(Channel, MayBeClosedInsideACallback) {
  Side side;
  side.close_at = "stop";
  Bytes bytes;
  append_data_frames(bytes, "go");
  append_data_frames(bytes, "stop");
  append_data_frames(bytes, "never seen");
  side.receive(bytes);
  EXPECT_THAT(side.data, ElementsAre("go", "stop"));
  EXPECT_TRUE(side.wire.closed);
  EXPECT_THAT(side.ends, IsEmpty());
}

TEST(Channel, CloseStillSendsControl) {
  Side side;
  (void)side.channel->send("dropped");
  side.channel->send_control("goodbye");
  side.channel->close();
  side.loop.end_turn();
  Bytes expected;
  append_control_frame(expected, "goodbye");
  EXPECT_EQ(side.wire.written, expected);
  EXPECT_TRUE(side.wire.closed);
}

TEST(Channel, MayBeDestroyedWithAFlushPosted) {
  Side side;
  (void)side.channel->send("x");
  side.channel.reset();
  side.loop.end_turn();
  EXPECT_THAT(side.wire.writes, IsEmpty());
  EXPECT_EQ(side.wire.handler, nullptr);
}

TEST(Channel, AnyByteIsALifeSign) {
  Side side;
  side.loop.pass(5s);
  EXPECT_EQ(side.channel->last_heard(), Instant{});
  side.receive("\x01");
  EXPECT_EQ(side.channel->last_heard(), side.loop.now());
}

// Whatever the system accepts and however bytes are cut: both lanes arrive whole and in order.
RC_GTEST_PROP(Channel, DeliversBothLanesInOrder, ()) {
  const auto sizes = *rc::gen::container<std::vector<std::size_t>>(
      rc::gen::element<std::size_t>(1, 32, 1000, 65'536, 65'537, 140'000));
  const auto accepts = *rc::gen::inRange<std::uint64_t>(0, 300'000);
  const auto chunk = *rc::gen::inRange<std::size_t>(100, 100'000);
  Side side;
  side.wire.accepts = accepts;
  std::vector<Bytes> control;
  std::vector<Bytes> data;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const Bytes message(sizes[i], static_cast<char>('a' + i % 26));
    if (i % 4 == 0 && message.size() <= frame_payload_max) {
      side.channel->send_control(message);
      control.push_back(message);
    } else if (side.channel->send(message).has_value()) {
      data.push_back(message);
    }
    if (i % 3 == 0) side.loop.end_turn();
  }
  side.loop.end_turn();
  while (side.wire.unsent != 0) side.wire.accept(100'000);
  RC_ASSERT(side.channel->queued_bytes() == 0U);

  Side peer;
  for (ByteView rest = side.wire.written; !rest.empty();) {
    const Bytes piece(rest.substr(0, chunk));
    rest.remove_prefix(piece.size());
    peer.receive(piece);
  }
  RC_ASSERT(peer.control == control);
  RC_ASSERT(peer.data == data);
  RC_ASSERT(peer.ends.empty());
}

Bytes control_frames(int count) {
  Bytes bytes;
  for (int i = 0; i < count; ++i) append_control_frame(bytes, fmt::format("{}", i));
  return bytes;
}

TEST(Channel, ABurstIsHandledInBoundedTurns) {
  Side side(true, 100);
  side.receive(control_frames(250) + Bytes("\x02", 1));
  EXPECT_THAT(side.control, SizeIs(100));
  EXPECT_FALSE(side.wire.reading) << "no more is taken in meanwhile";
  EXPECT_TRUE(side.loop.run_timer());
  EXPECT_THAT(side.control, SizeIs(200));
  EXPECT_FALSE(side.wire.reading);
  EXPECT_TRUE(side.loop.run_timer());
  EXPECT_THAT(side.control, SizeIs(250));
  EXPECT_TRUE(side.wire.reading);
  EXPECT_FALSE(side.loop.run_timer());
  side.receive(
      Bytes("\x00\x00\x01"
            "ab",
            5));
  ASSERT_THAT(side.control, SizeIs(251));
  EXPECT_EQ(side.control.back(), "ab") << "the frame that was cut off";
  for (int i = 0; i < 250; ++i)
    EXPECT_EQ(side.control[static_cast<std::size_t>(i)], fmt::format("{}", i));
}

TEST(Channel, WorkIsCountedInBytesAndAsCharged) {
  Side side(true, 100);
  Bytes bytes;
  append_data_frames(bytes, Bytes(150'000, 'x'));
  append_data_frames(bytes, "next");
  side.receive(bytes);
  EXPECT_THAT(side.data, IsEmpty());
  EXPECT_TRUE(side.loop.run_timer());
  EXPECT_THAT(side.data, SizeIs(2));
  side.charge_at = "much";
  Bytes more;
  append_data_frames(more, "much");
  append_data_frames(more, "little");
  side.receive(more);
  EXPECT_THAT(side.data, SizeIs(3));
  EXPECT_TRUE(side.loop.run_timer());
  EXPECT_EQ(side.data.back(), "little");
}

TEST(Channel, WhatWaitsForALaterTurnGoesWithTheChannel) {
  Side side(true, 100);
  side.close_at = "last";
  Bytes bytes = control_frames(99);
  append_data_frames(bytes, "last");
  side.receive(bytes + control_frames(100));
  EXPECT_TRUE(side.wire.closed);
  EXPECT_FALSE(side.loop.run_timer());
  Side other(true, 100);
  other.receive(control_frames(150));
  other.channel.reset();
  EXPECT_FALSE(other.loop.run_timer());
}

TEST(Channel, APeerIsHeardWhileItsBacklogIsHandled) {
  Side side(true, 100);
  side.receive(control_frames(150));
  side.loop.pass(1s);
  EXPECT_TRUE(side.loop.run_timer());
  EXPECT_EQ(side.channel->last_heard(), side.loop.now());
}

}  // namespace
}  // namespace noex

#include "noex/sim/world/stream_receiver.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/sim/stream_parts.h"

namespace noex::sim {
namespace {

class StreamReceiverTest : public StreamPartsTest, public ConnectionHandler {
 protected:
  StreamReceiverTest() {
    far = ends.attach(near.other());
    far->set_handler(this);
  }

  void on_arrival(EndRef from) override { receiver.arrive(from); }
  void on_flushed(EndRef) override {}
  void on_bytes(ByteView bytes) override { tell(std::string(bytes)); }
  void on_drained() override {}
  void on_closed(CloseReason reason) override {
    tell(reason == CloseReason::peer ? "closed" : "reset");
  }

  StreamEnds ends{world, fabric, table, sender, transit, reports, *this};
  StreamReceiver receiver{world, fabric, sender, ends, transit, reports, buffers};
  std::unique_ptr<Connection> far;
};

TEST_F(StreamReceiverTest, GivesTheProcessWhatArrivesAndTheSenderItsRoom) {
  sender.write(near, "12345678");
  run(10ms);
  EXPECT_EQ(told(), Words{"12345678"});
  EXPECT_EQ(near.out().buffer.fitting("abc", 8), "abc");
}

TEST_F(StreamReceiverTest, WhoDoesNotReadHoldsTheRoom) {
  receiver.set_reading(near.other(), false);
  sender.write(near, "1234");
  run(10ms);
  sender.write(near, "5678");
  run(10ms);
  EXPECT_EQ(told(), Words{});
  EXPECT_EQ(near.out().buffer.fitting("abc", 8), "");
  receiver.set_reading(near.other(), true);
  run(1ms);
  EXPECT_EQ(told(), Words{"12345678"});
}

TEST_F(StreamReceiverTest, WhatWaitedComesInOrderBytesThenTheEnd) {
  receiver.set_reading(near.other(), false);
  sender.write(near, "last");
  ends.close(near);
  run(20ms);
  EXPECT_EQ(told(), Words{});
  receiver.set_reading(near.other(), true);
  run(1ms);
  EXPECT_EQ(told(), (Words{"last", "closed"}));
}

TEST_F(StreamReceiverTest, BytesThatMeetACutComeOnceItHeals) {
  fabric.cut_both(0, 1);
  sender.write(near, "a");
  run(10s);
  EXPECT_EQ(told(), Words{});
  fabric.heal_both(0, 1);
  sender.reopen(near);
  run(4s);
  EXPECT_EQ(told(), Words{"a"});
}

TEST_F(StreamReceiverTest, WhatAGoneSenderLostIsLost) {
  fabric.cut_both(0, 1);
  sender.write(near, "a");
  ends.vanish(near);
  run(10ms);
  EXPECT_FALSE(near.out().stalled) << "nobody is there to send it again";
  EXPECT_TRUE(near.out().segments.empty());
}

TEST_F(StreamReceiverTest, BytesForAnEndThatIsGoneAreAnsweredWithAReset) {
  const auto connection = ends.attach(near);
  connection->set_handler(this);
  ends.vanish(near.other());
  sender.write(near, "a");
  run(19ms);
  EXPECT_EQ(told(), Words{});
  run(1ms);
  EXPECT_EQ(told(), Words{"reset"});
}

TEST_F(StreamReceiverTest, AnEndForAnEndThatIsGoneIsNotAnswered) {
  ends.vanish(near.other());
  ends.close(near);
  run(10ms);
  EXPECT_FALSE(near.valid()) << "nothing can come of it any more";
}

TEST_F(StreamReceiverTest, TheLastSegmentOfTheHandshakeMakesTheListenersEnd) {
  int accepted = 0;
  Host& host = *fabric.machine(1).host();
  const auto listener = host.network().listen({"node2", 7}, [&accepted](auto) { ++accepted; });
  const EndRef dialled = table.add(0, 1);
  dialled.end().state = EndState::open;
  dialled.other().end().port = 7;
  dialled.stream->listener = fabric.machine(1).ports().at(7).id;
  sender.send(dialled, Control::established);
  run(9ms);
  EXPECT_EQ(dialled.other().end().state, EndState::embryo);
  run(1ms);
  EXPECT_EQ(dialled.other().end().state, EndState::open);
  EXPECT_EQ(accepted, 1);
}

TEST_F(StreamReceiverTest, AnotherListenerIsNotTheOneThatWasDialled) {
  Host& host = *fabric.machine(1).host();
  const auto listener = host.network().listen({"node2", 7}, [](auto) { FAIL(); });
  const EndRef dialled = table.add(0, 1);
  dialled.end().state = EndState::open;
  dialled.other().end().port = 7;
  dialled.stream->listener = fabric.machine(1).ports().at(7).id + 1;
  sender.send(dialled, Control::established);
  run(10ms);
  EXPECT_EQ(dialled.other().end().state, EndState::gone);
}

TEST_F(StreamReceiverTest, ChunksKeepTheBytesAndTheirOrder) {
  fabric.set_profile({.latency = 1ms, .jitter = 0ms, .chunk_chance = 1'000'000});
  std::string sent;
  for (int i = 0; i < 50; ++i) {
    const std::string bytes(4, static_cast<char>('a' + i % 26));
    sender.write(near, bytes);
    sent += bytes;
    run(500us);
  }
  run(1s);
  std::string all;
  const Words parts = told();
  for (const std::string& part : parts) all += part;
  EXPECT_EQ(all, sent);
  EXPECT_NE(parts.size(), 50U);
  EXPECT_GT(world.hits(FaultKind::chunking), 0U);
}

}  // namespace
}  // namespace noex::sim

// The contract of include/noex/transport/network.h about bytes and ends, run against every backend.
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/network_fixture.h"

namespace noex {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <class B>
class StreamContract : public NetworkContract<B> {};
TYPED_TEST_SUITE(StreamContract, Backends);

TYPED_TEST(StreamContract, EchoesBothWays) {
  this->connect();
  this->server.on_data = [&](ByteView bytes) { this->server.connection->write(bytes); };
  this->client.connection->write("hello ");
  this->client.connection->write("");
  this->client.connection->write("world");
  EXPECT_TRUE(this->server.received.empty()) << "never inside the call";
  this->backend.run_until([&] { return this->client.received.size() >= 11; });
  EXPECT_EQ(this->client.received, "hello world");
}

TYPED_TEST(StreamContract, ManySmallWritesArriveInOrder) {
  this->connect();
  const Bytes bytes = pattern(20'000, 7);
  for (std::size_t i = 0; i < bytes.size(); i += 7) {
    this->client.connection->write(ByteView(bytes).substr(i, 7));
  }
  this->backend.run_until([&] { return this->server.received.size() >= bytes.size(); });
  EXPECT_TRUE(this->server.received == bytes);
}

TYPED_TEST(StreamContract, LargeTransfersBothWaysArriveWhole) {
  this->connect();
  const Bytes up = pattern(5'000'000, 1);
  const Bytes down = pattern(3'000'001, 2);
  this->in_turn(0, [&] { this->client.connection->write(up); });
  this->in_turn(1, [&] { this->server.connection->write(down); });
  this->backend.run_until([&] {
    return this->server.received.size() >= up.size() && this->client.received.size() >= down.size();
  });
  EXPECT_TRUE(this->server.received == up);
  EXPECT_TRUE(this->client.received == down);
  EXPECT_EQ(this->client.connection->unsent_bytes(), 0U);
}

TYPED_TEST(StreamContract, CloseDeliversEverythingFirst) {
  this->connect();
  const Bytes bytes = pattern(4'000'000, 3);
  this->in_turn(0, [&] {
    this->client.connection->write(bytes);
    this->client.connection->close();
  });
  this->backend.run_until([&] { return !this->server.closed.empty(); });
  this->settle();
  EXPECT_TRUE(this->server.received == bytes);
  EXPECT_THAT(this->server.closed, ElementsAre(CloseReason::peer));
  EXPECT_THAT(this->client.closed, IsEmpty());
}

TYPED_TEST(StreamContract, CloseDeliversEverythingThoughTheOtherEndKeepsSending) {
  this->connect();
  const Bytes bytes = pattern(4'000'000, 4);
  this->server.on_data = [&](ByteView) { this->server.connection->write(Bytes(50'000, 'x')); };
  this->in_turn(0, [&] {
    this->client.connection->write(bytes);
    this->client.connection->close();
  });
  this->backend.run_until([&] { return !this->server.closed.empty(); });
  EXPECT_TRUE(this->server.received == bytes);
  EXPECT_THAT(this->client.received, IsEmpty());
}

TYPED_TEST(StreamContract, AClosedConnectionIsFlushedThoughItsObjectIsDestroyed) {
  this->connect();
  const Bytes bytes = pattern(4'000'000, 5);
  this->in_turn(0, [&] {
    this->client.connection->write(bytes);
    this->client.connection->close();
    this->client.connection.reset();
  });
  this->backend.run_until([&] { return !this->server.closed.empty(); });
  EXPECT_TRUE(this->server.received == bytes);
  EXPECT_THAT(this->server.closed, ElementsAre(CloseReason::peer));
}

TYPED_TEST(StreamContract, BothEndsMayCloseAtOnce) {
  this->connect();
  this->in_turn(0, [&] {
    this->client.connection->close();
    this->client.connection->close();
  });
  this->in_turn(1, [&] { this->server.connection->close(); });
  this->settle();
  EXPECT_LE(this->server.closed.size(), 1U);
  EXPECT_THAT(this->client.closed, IsEmpty());
}

TYPED_TEST(StreamContract, AbortEndsTheOtherEndOnce) {
  this->connect();
  this->in_turn(0, [&] { this->client.connection->abort(); });
  this->backend.run_until([&] { return !this->server.closed.empty(); });
  this->settle();
  EXPECT_THAT(this->server.closed, ElementsAre(AnyOf(CloseReason::reset, CloseReason::peer)));
  EXPECT_THAT(this->client.closed, IsEmpty());
  EXPECT_EQ(this->client.connection->unsent_bytes(), 0U);
}

TYPED_TEST(StreamContract, DestroyingAConnectionAbortsIt) {
  this->connect();
  this->in_turn(0, [&] { this->client.connection.reset(); });
  this->backend.run_until([&] { return !this->server.closed.empty(); });
  this->settle();
  EXPECT_THAT(this->server.closed, ElementsAre(AnyOf(CloseReason::reset, CloseReason::peer)));
  EXPECT_THAT(this->client.closed, IsEmpty());
}

TYPED_TEST(StreamContract, AbortDropsWhatIsUnsent) {
  this->connect();
  const Bytes bytes = pattern(32'000'000, 6);
  this->in_turn(0, [&] {
    this->client.connection->write(bytes);
    this->client.connection->abort();
  });
  this->backend.run_until([&] { return !this->server.closed.empty(); });
  EXPECT_LT(this->server.received.size(), bytes.size());
  EXPECT_TRUE(bytes.starts_with(this->server.received)) << "a prefix, if anything";
}

TYPED_TEST(StreamContract, UnsentBytesGrowAndDrain) {
  this->connect();
  const Bytes bytes = pattern(32'000'000, 8);
  this->client.on_empty = [&] { EXPECT_EQ(this->client.connection->unsent_bytes(), 0U); };
  this->in_turn(0, [&] {
    EXPECT_EQ(this->client.connection->unsent_bytes(), 0U);
    this->client.connection->write(bytes);
    const std::uint64_t unsent = this->client.connection->unsent_bytes();
    EXPECT_GT(unsent, 0U) << "more than any system takes at once";
    this->client.connection->write("more");
    EXPECT_EQ(this->client.connection->unsent_bytes(), unsent + 4);
    EXPECT_EQ(this->client.drained, 0);
  });
  this->backend.run_until([&] { return this->server.received.size() >= bytes.size() + 4; });
  this->backend.run_until([&] { return this->client.drained > 0; });
  EXPECT_EQ(this->client.drained, 1);
  EXPECT_EQ(this->client.connection->unsent_bytes(), 0U);
  EXPECT_TRUE(this->server.received == bytes + "more");
}

TYPED_TEST(StreamContract, WritingAgainWhenDrainedGoesOn) {
  this->connect();
  int rounds = 0;
  const Bytes bytes = pattern(8'000'000, 9);
  this->client.on_empty = [&] {
    if (++rounds < 3) this->client.connection->write(bytes);
    if (rounds == 3) this->client.connection->close();
  };
  this->in_turn(0, [&] { this->client.connection->write(bytes); });
  this->backend.run_until([&] { return !this->server.closed.empty(); });
  EXPECT_EQ(rounds, 3);
  EXPECT_TRUE(this->server.received == bytes + bytes + bytes);
}

TYPED_TEST(StreamContract, WritingAfterTheEndIsIgnored) {
  this->connect();
  this->in_turn(0, [&] {
    this->client.connection->write("last");
    this->client.connection->close();
    this->client.connection->write("never");
  });
  this->backend.run_until([&] { return !this->server.closed.empty(); });
  this->server.connection->write("too late");
  this->server.connection->close();
  this->settle();
  EXPECT_EQ(this->server.received, "last");
  EXPECT_EQ(this->server.connection->unsent_bytes(), 0U);
  EXPECT_THAT(this->server.closed, ElementsAre(CloseReason::peer));
}

TYPED_TEST(StreamContract, WritingIntoABrokenStreamReportsItsEndOnce) {
  this->connect();
  this->in_turn(1, [&] { this->server.connection.reset(); });
  for (int i = 0; i < 20; ++i) {
    this->in_turn(0, [&] { this->client.connection->write(Bytes(100'000, 'x')); });
  }
  this->backend.run_until([&] { return !this->client.closed.empty(); });
  this->settle();
  EXPECT_THAT(this->client.closed, ElementsAre(AnyOf(CloseReason::reset, CloseReason::peer)));
}

TYPED_TEST(StreamContract, WithoutAHandlerWhatArrivesIsDropped) {
  this->connect();
  this->server.connection->set_handler(nullptr);
  const Bytes bytes = pattern(8'000'000, 10);
  this->in_turn(0, [&] { this->client.connection->write(bytes); });
  this->backend.run_until([&] { return this->client.connection->unsent_bytes() == 0; });
  this->settle();
  EXPECT_THAT(this->server.received, IsEmpty());
  this->server.connection->set_handler(&this->server);
  this->in_turn(0, [&] { this->client.connection->write("again"); });
  this->backend.run_until([&] { return this->server.received.size() >= 5; });
  EXPECT_EQ(this->server.received, "again");
}

TYPED_TEST(StreamContract, AHandlerMayDestroyItsConnectionInsideOnBytes) {
  this->connect();
  this->server.on_data = [&](ByteView) { this->server.connection.reset(); };
  this->in_turn(0, [&] { this->client.connection->write(Bytes(1'000'000, 'x')); });
  this->backend.run_until([&] { return !this->client.closed.empty(); });
  this->settle();
  EXPECT_THAT(this->server.closed, IsEmpty());
  EXPECT_EQ(this->client.closed.size(), 1U);
}

TYPED_TEST(StreamContract, AHandlerMayCloseItsConnectionInsideOnBytes) {
  this->connect();
  this->server.on_data = [&](ByteView) {
    this->server.connection->write("bye");
    this->server.connection->close();
  };
  this->in_turn(0, [&] { this->client.connection->write("x"); });
  this->backend.run_until([&] { return !this->client.closed.empty(); });
  EXPECT_EQ(this->client.received, "bye");
  EXPECT_THAT(this->client.closed, ElementsAre(CloseReason::peer));
  EXPECT_THAT(this->server.closed, IsEmpty());
}

TYPED_TEST(StreamContract, AHandlerMayDestroyItsConnectionInsideOnClosed) {
  this->connect();
  this->server.on_end = [&] { this->server.connection.reset(); };
  this->in_turn(0, [&] { this->client.connection->close(); });
  this->backend.run_until([&] { return !this->server.closed.empty(); });
  this->settle();
  EXPECT_THAT(this->server.closed, ElementsAre(CloseReason::peer));
}

TYPED_TEST(StreamContract, AHandlerMayDestroyItsConnectionInsideOnDrained) {
  this->connect();
  const Bytes bytes = pattern(32'000'000, 11);
  this->client.on_empty = [&] { this->client.connection.reset(); };
  this->in_turn(0, [&] { this->client.connection->write(bytes); });
  this->backend.run_until([&] { return !this->server.closed.empty(); });
  EXPECT_TRUE(bytes.starts_with(this->server.received));
  EXPECT_THAT(this->client.closed, IsEmpty());
}

TYPED_TEST(StreamContract, WhoDoesNotReadHearsNothingAndHoldsTheOtherBack) {
  this->connect();
  const Bytes bytes = pattern(32'000'000, 8);
  this->in_turn(1, [&] { this->server.connection->set_reading(false); });
  this->in_turn(0, [&] { this->client.connection->write(bytes); });
  this->settle();
  EXPECT_EQ(this->server.received.size(), 0U);
  EXPECT_GT(this->client.connection->unsent_bytes(), 0U);
  this->in_turn(1, [&] {
    this->server.connection->set_reading(true);
    EXPECT_EQ(this->server.received.size(), 0U) << "never inside the call";
  });
  this->backend.run_until([&] { return this->server.received.size() >= bytes.size(); });
  EXPECT_TRUE(this->server.received == bytes);
}

TYPED_TEST(StreamContract, ReadingMayStopAndGoOnInsideItsOwnReport) {
  this->connect();
  const Bytes bytes = pattern(1'000'000, 9);
  int reports = 0;
  this->server.on_data = [&](ByteView) {
    ++reports;
    this->server.connection->set_reading(false);
    this->backend.loop(1).post([&] { this->server.connection->set_reading(true); });
  };
  this->in_turn(0, [&] { this->client.connection->write(bytes); });
  this->backend.run_until([&] { return this->server.received.size() >= bytes.size(); });
  EXPECT_TRUE(this->server.received == bytes);
  EXPECT_GT(reports, 1);
}

TYPED_TEST(StreamContract, TheEndWaitsBehindWhatIsNotReadYet) {
  this->connect();
  this->in_turn(1, [&] { this->server.connection->set_reading(false); });
  this->in_turn(0, [&] {
    this->client.connection->write("last words");
    this->client.connection->close();
  });
  this->settle();
  EXPECT_THAT(this->server.closed, IsEmpty());
  EXPECT_EQ(this->server.received, "");
  this->in_turn(1, [&] { this->server.connection->set_reading(true); });
  this->backend.run_until([&] { return !this->server.closed.empty(); });
  EXPECT_EQ(this->server.received, "last words");
  EXPECT_THAT(this->server.closed, ElementsAre(CloseReason::peer));
}

TYPED_TEST(StreamContract, WhoDoesNotReadMayClose) {
  this->connect();
  this->in_turn(1, [&] { this->server.connection->set_reading(false); });
  this->in_turn(0, [&] { this->client.connection->write("unread"); });
  this->settle();
  this->in_turn(1, [&] {
    this->server.connection->close();
    this->server.connection->set_reading(true);
  });
  this->backend.run_until([&] { return !this->client.closed.empty(); });
  EXPECT_EQ(this->server.received, "");
}

}  // namespace
}  // namespace noex

// Encryption by a common secret, and what becomes of everybody who does not know it.
#include "noex/transport/tls/tls_network.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "noex/transport/channel.h"
#include "tests/transport/tls_fixture.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Bytes first_secret = "the first of all secrets";
const Bytes second_secret = "another one, that is newer";

// --- What stands ---

TEST_F(Tls, BothEndsAreBoundToTheirConnectionAndNoOther) {
  open(0, secret({first_secret}));
  open(1, secret({first_secret}));
  connect();
  ASSERT_NE(client.connection->proof(), nullptr);
  ASSERT_NE(server.connection->proof(), nullptr);
  const Bytes binding = client.connection->proof()->binding;
  EXPECT_EQ(binding.size(), 32U);
  EXPECT_EQ(server.connection->proof()->binding, binding);
  EXPECT_THAT(client.connection->proof()->names, IsEmpty()) << "it may be any member";
  auto second = dial(*tls[0]);
  ASSERT_TRUE(second);
  EXPECT_NE((*second)->proof()->binding, binding);
}

TEST_F(Tls, NothingThatIsSaidCanBeReadOnTheWay) {
  open(0, secret({first_secret}));
  open(1, secret({first_secret}));
  Bytes seen;
  meddler(0) = [&](ByteView bytes) {
    seen.append(bytes);
    return std::vector{Bytes(bytes)};
  };
  connect();
  client.connection->write("what nobody else may read");
  run(1s);
  EXPECT_EQ(server.received, "what nobody else may read");
  EXPECT_THAT(seen, Not(HasSubstr("nobody")));
  EXPECT_THAT(seen, Not(HasSubstr(first_secret)));
}

TEST_F(Tls, ComesInPiecesOfOneByte) {
  open(0, secret({first_secret}));
  open(1, secret({first_secret}));
  for (const std::uint32_t side : {0U, 1U}) {
    meddler(side) = [](ByteView bytes) {
      std::vector<Bytes> pieces;
      for (const char byte : bytes) pieces.emplace_back(1, byte);
      return pieces;
    };
  }
  connect();
  client.connection->write(Bytes(40'000, 'x'));
  server.connection->write("y");
  run(10s);
  EXPECT_EQ(server.received, Bytes(40'000, 'x'));
  EXPECT_EQ(client.received, "y");
}

TEST_F(Tls, OneSeedGivesTheSameBytesAndAnotherOthers) {
  const auto bytes_with = [this](std::uint64_t seed) {
    listener_.reset();
    Bytes seen;
    open(0, secret({first_secret}), seed);
    open(1, secret({first_secret}), seed);
    for (const std::uint32_t side : {0U, 1U}) {
      meddler(side) = [&seen](ByteView bytes) {
        seen.append(bytes);
        return std::vector{Bytes(bytes)};
      };
    }
    listen(*tls[1]);
    auto dialled = dial(*tls[0]);
    EXPECT_TRUE(dialled);
    (*dialled)->write("the same words");
    run(1s);
    return seen;
  };
  const Bytes once = bytes_with(7);
  EXPECT_GT(once.size(), 300U);
  EXPECT_EQ(bytes_with(7), once);
  EXPECT_NE(bytes_with(8), once);
}

// --- Secrets that differ, and how one is changed ---

TEST_F(Tls, AnotherSecretIsRefusedAndBothSidesSaySo) {
  open(0, secret({first_secret}));
  open(1, secret({second_secret}));
  listen(*tls[1]);
  EXPECT_THAT(refusal(*tls[0]), HasSubstr("does not accept this node's secret: start both"));
  run(10s);
  EXPECT_EQ(accepted, 0);
  EXPECT_THAT(logs[0].lines, ElementsAre(HasSubstr("closed the connection to 10.0.0.2:4369: it "
                                                   "does not accept this node's secret")));
  EXPECT_THAT(logs[1].lines, ElementsAre(HasSubstr("closed a connection from 10.0.0.1: it has "
                                                   "another secret: start both nodes")));
  EXPECT_EQ(tls[1]->handshakes(), 0U);
}

TEST_F(Tls, TheFirstSecretDialsAndEachIsAccepted) {
  open(0, secret({first_secret}));
  open(1, secret({second_secret, first_secret}));
  listen(*tls[1]);
  EXPECT_TRUE(dial(*tls[0]));
  ASSERT_TRUE(tls[0]->set_secrets({second_secret, first_secret}));
  EXPECT_TRUE(dial(*tls[0]));
  ASSERT_TRUE(tls[1]->set_secrets({second_secret}));
  EXPECT_TRUE(dial(*tls[0]));
  ASSERT_TRUE(tls[0]->set_secrets({first_secret}));
  EXPECT_THAT(refusal(*tls[0]), HasSubstr("does not accept this node's secret"));
}

TEST_F(Tls, ConnectionsOutliveTheSecretThatTheyBeganWith) {
  open(0, secret({first_secret}));
  open(1, secret({first_secret}));
  connect();
  ASSERT_TRUE(tls[1]->set_secrets({second_secret}));
  client.connection->write("still here");
  run(1s);
  EXPECT_EQ(server.received, "still here");
}

TEST_F(Tls, AShortSecretIsNone) {
  EXPECT_FALSE(try_open(0, secret({"only 15 bytes.."})));
  EXPECT_FALSE(try_open(0, secret({})));
  open(0, secret({"these are 16 ..."}));
  EXPECT_FALSE(tls[0]->set_secrets({"short"}));
  EXPECT_FALSE(tls[0]->set_secrets({}));
}

// --- Strangers ---

TEST_F(Tls, PlainTextIsRefusedAndAnswered) {
  open(1, secret({first_secret}));
  listen(*tls[1]);
  auto stranger = dial(plain(0));
  ASSERT_TRUE(stranger);
  client.take(std::move(*stranger));
  client.connection->write(Bytes("\x06\x00\x00\x01\x01NOEX\x01", 10));
  run(10s);
  EXPECT_EQ(accepted, 0);
  EXPECT_THAT(client.received, ElementsAre('\x15', '\x03', '\x03', '\0', '\x02', '\x02', '\x28'));
  EXPECT_EQ(client.closed.size(), 1U);
  EXPECT_THAT(logs[1].lines, ElementsAre(HasSubstr("it does not encrypt, and this node does")));
}

struct Ends final : ChannelHandler {
  void on_control(ByteView) override { ++messages; }
  void on_data(ByteView) override { ++messages; }
  void on_room() override {}
  void on_end(ChannelEnd end, std::string_view why) override {
    ends.push_back(end);
    reason = why;
  }
  std::vector<ChannelEnd> ends;
  std::string reason;
  int messages = 0;
};

constexpr ChannelLimits limits{.message_bytes_max = 1024,
                               .unsent_bytes_max = 1024,
                               .queue_bytes_soft = 1024,
                               .queue_bytes_hard = 1024,
                               .queue_bytes_cutoff = 1024 * 1024,
                               .stall_timeout = 10s,
                               .turn_work_max = 16};

TEST_F(Tls, WhoDoesNotEncryptSaysSoToWhoDoes) {
  open(0, secret({first_secret}));
  Ends ends;
  std::unique_ptr<Channel> channel;
  auto made = plain(1).listen(Address{address(1), 4369}, [&](std::unique_ptr<Connection> c) {
    channel = std::make_unique<Channel>(std::move(c), host(1).loop(), limits, ends);
  });
  ASSERT_TRUE(made);
  EXPECT_THAT(refusal(*tls[0]), HasSubstr("it runs without encryption, and this node does not"));
  EXPECT_THAT(ends.ends, ElementsAre(ChannelEnd::encrypted));
  EXPECT_THAT(ends.reason, HasSubstr("it encrypts, and this node does not: give both"));
}

TEST_F(Tls, WhoDialsWithoutEncryptionIsToldToo) {
  open(1, secret({first_secret}));
  listen(*tls[1]);
  auto stranger = dial(plain(0));
  ASSERT_TRUE(stranger);
  Ends ends;
  Channel channel(std::move(*stranger), host(0).loop(), limits, ends);
  channel.send_control("hello");
  run(10s);
  EXPECT_THAT(ends.ends, ElementsAre(ChannelEnd::encrypted));
  EXPECT_EQ(ends.messages, 0);
}

TEST_F(Tls, AHandshakeThatIsCutIsOver) {
  open(0, secret({first_secret}));
  open(1, secret({first_secret}));
  Bytes hello;
  meddler(0) = [&](ByteView bytes) {
    if (hello.empty()) hello = bytes;
    return std::vector{Bytes(bytes)};
  };
  connect();
  for (const std::size_t size : {std::size_t{1}, std::size_t{50}, hello.size() - 1}) {
    logs[1].lines.clear();
    auto stranger = dial(plain(2));
    ASSERT_TRUE(stranger);
    (*stranger)->write(ByteView(hello).substr(0, size));
    (*stranger)->close();
    run(70s);
    EXPECT_THAT(logs[1].lines, ElementsAre(HasSubstr("ended the connection within the handshake")));
  }
  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(tls[1]->handshakes(), 0U);
}

TEST_F(Tls, WhoIsSilentIsClosedAfterFiveSeconds) {
  open(1, secret({first_secret}));
  listen(*tls[1]);
  auto stranger = dial(plain(2));
  ASSERT_TRUE(stranger);
  client.take(std::move(*stranger));
  run(4900ms);
  EXPECT_EQ(tls[1]->handshakes(), 1U);
  run(1200ms);
  EXPECT_EQ(tls[1]->handshakes(), 0U);
  run(1s);
  EXPECT_EQ(client.closed.size(), 1U);
  EXPECT_THAT(logs[1].lines, ElementsAre(HasSubstr("not finished its handshake in time")));
}

TEST_F(Tls, ADialEndsWithItsTimeThoughTheOtherEndIsSilent) {
  open(0, secret({first_secret}));
  auto deaf =
      plain(1).listen(Address{address(1), 4369}, [this](auto c) { server.take(std::move(c)); });
  const Instant begin = world_.now();
  const auto result = dial(*tls[0], 2s);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::timeout);
  EXPECT_EQ(world_.now() - begin, 2s);
}

TEST_F(Tls, AStrangerSendsFourKibibytesAndNoMore) {
  open(1, secret({first_secret}));
  listen(*tls[1]);
  auto stranger = dial(plain(2));
  ASSERT_TRUE(stranger);
  // A record of 16 KiB, of a client's hello that is longer still.
  (*stranger)->write(Bytes("\x16\x03\x01\x40\x00\x01\x00\x80\x00", 9) + Bytes(4086, 'x'));
  run(1s);
  EXPECT_EQ(tls[1]->handshakes(), 1U) << "4095 bytes";
  (*stranger)->write("x");
  run(1s);
  EXPECT_EQ(tls[1]->handshakes(), 0U);
  EXPECT_THAT(logs[1].lines, ElementsAre(HasSubstr("more than a handshake takes")));
}

TEST_F(Tls, AFloodOfSilentStrangersKeepsNobodyOut) {
  open(0, secret({first_secret}));
  open(1, secret({first_secret}));
  listen(*tls[1]);
  std::vector<std::unique_ptr<Connection>> flood;
  for (int i = 0; i < 200; ++i) {
    auto one = dial(plain(2));
    if (one) flood.push_back(std::move(*one));
    EXPECT_LE(tls[1]->handshakes(), 64U);
  }
  EXPECT_EQ(tls[1]->handshakes(), 64U);
  EXPECT_TRUE(dial(*tls[0])) << "of the address that has most the oldest goes";
}

TEST_F(Tls, HandshakesBeyondTheShareOfAWindowWait) {
  TlsConfig config = secret({first_secret});
  config.handshakes_per_window = 2;
  open(0, secret({first_secret}));
  open(1, std::move(config));
  std::vector<std::unique_ptr<Connection>> made;
  std::vector<Instant> when;
  auto listening = tls[1]->listen(Address{address(1), 4369}, [&](std::unique_ptr<Connection> c) {
    made.push_back(std::move(c));
    when.push_back(world_.now());
  });
  ASSERT_TRUE(listening);
  std::vector<std::unique_ptr<Dial>> dials;
  for (int i = 0; i < 6; ++i) {
    dials.push_back(tls[0]->connect(Address{address(1), 4369}, 10s, [&](Dialled result) {
      ASSERT_TRUE(result);
      made.push_back(std::move(*result));
    }));
  }
  run(5s);
  ASSERT_EQ(when.size(), 6U);
  EXPECT_GT(when[2] - when[1], 50ms);
  EXPECT_GT(when[4] - when[3], 50ms);
  EXPECT_LT(when[5] - when[0], 1s);
}

TEST_F(Tls, ANetworkMayEndWithinTheAcceptanceOfOneThatWaited) {
  TlsConfig config = secret({first_secret});
  config.handshakes_per_window = 1;
  open(0, secret({first_secret}));
  open(1, std::move(config));
  auto listening = tls[1]->listen(Address{address(1), 4369}, [&](std::unique_ptr<Connection>) {
    if (++accepted == 2) tls[1].reset();
  });
  ASSERT_TRUE(listening);
  std::vector<std::unique_ptr<Dial>> dials;
  for (int i = 0; i < 4; ++i) {
    dials.push_back(tls[0]->connect(Address{address(1), 4369}, 2s, [](Dialled) {}));
  }
  run(5s);
  EXPECT_EQ(accepted, 2);
}

TEST_F(Tls, AListenerThatOutlivesItsNetworkAcceptsNobody) {
  open(0, secret({first_secret}));
  open(1, secret({first_secret}));
  listen(*tls[1]);
  tls[1].reset();
  EXPECT_FALSE(dial(*tls[0]));
  EXPECT_EQ(accepted, 0);
}

TEST_F(Tls, BoundsOfNothingAreRefused) {
  TlsConfig none_at_once = secret({first_secret});
  none_at_once.handshakes_max = 0;
  TlsConfig none_begins = secret({first_secret});
  none_begins.handshakes_per_window = 0;
  for (const TlsConfig& config : {none_at_once, none_begins}) {
    const auto made = try_open(0, config);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::invalid_argument);
  }
}

// --- Somebody on the way ---

TEST_F(Tls, AChangedRecordEndsTheConnectionAndIsNeverDecoded) {
  open(0, secret({first_secret}));
  open(1, secret({first_secret}));
  connect();
  client.connection->write("before");
  run(1s);
  meddler(0) = [](ByteView bytes) {
    Bytes changed(bytes);
    changed[changed.size() / 2] ^= 1;
    return std::vector{changed};
  };
  client.connection->write("after");
  run(1s);
  EXPECT_EQ(server.received, "before");
  EXPECT_THAT(server.closed, ElementsAre(CloseReason::reset));
  EXPECT_THAT(client.closed, ElementsAre(CloseReason::reset));
  EXPECT_THAT(logs[1].lines, ElementsAre(HasSubstr("closed a connection from 10.0.0.1: bytes came "
                                                   "that it did not send")));
  EXPECT_THAT(logs[0].lines, ElementsAre(HasSubstr("closed the connection to 10.0.0.2:4369: it "
                                                   "found bytes that this node did not send")));
}

TEST_F(Tls, AChangedHandshakeEndsIt) {
  open(0, secret({first_secret}));
  open(1, secret({first_secret}));
  listen(*tls[1]);
  for (const std::size_t at : {std::size_t{20}, std::size_t{120}, std::size_t{200}}) {
    bool changed = false;
    meddler(0) = [&](ByteView bytes) {
      Bytes copy(bytes);
      if (!std::exchange(changed, true) && at < copy.size()) copy[at] ^= 1;
      return std::vector{copy};
    };
    EXPECT_FALSE(dial(*tls[0])) << at;
  }
  EXPECT_EQ(accepted, 0);
}

TEST_F(Tls, ARepeatedRecordEndsTheConnection) {
  open(0, secret({first_secret}));
  open(1, secret({first_secret}));
  connect();
  meddler(0) = [](ByteView bytes) { return std::vector{Bytes(bytes), Bytes(bytes)}; };
  client.connection->write("once");
  run(1s);
  EXPECT_EQ(server.received, "once");
  EXPECT_THAT(server.closed, ElementsAre(CloseReason::reset));
}

TEST_F(Tls, WhatWasRecordedIsOfNoUseLater) {
  open(0, secret({first_secret}));
  open(1, secret({first_secret}));
  std::vector<Bytes> recorded;
  meddler(0) = [&](ByteView bytes) {
    recorded.emplace_back(bytes);
    return std::vector{Bytes(bytes)};
  };
  connect();
  client.connection->write("a hello, say");
  run(1s);
  ASSERT_EQ(server.received, "a hello, say");
  auto stranger = dial(plain(2));
  ASSERT_TRUE(stranger);
  for (const Bytes& bytes : recorded) {
    (*stranger)->write(bytes);
    run(100ms);
  }
  run(10s);
  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(server.received, "a hello, say");
  EXPECT_THAT(logs[1].lines, ElementsAre(HasSubstr("closed a connection from 10.0.0.3: ")));
}

// A cut that looks like an end: without a word of the other end it is none.
TEST_F(Tls, AnEndThatNobodySaidIsACut) {
  open(0, secret({first_secret}));
  open(1, secret({first_secret}));
  connect();
  meddler(0) = [](ByteView) { return std::vector<Bytes>(); };  // swallows close_notify
  client.connection->close();
  run(1s);
  EXPECT_THAT(server.closed, ElementsAre(CloseReason::reset));
}

}  // namespace
}  // namespace noex::tests

// Connections between healthy machines, as processes have them (host_network): making, bytes, room,
// ends.
#include <string>

#include <gtest/gtest.h>

#include "tests/sim/net.h"

namespace noex::sim {
namespace {

TEST(SimNetwork, CarriesBytesBothWays) {
  Net net;
  net.connect();
  net.near.connection->write("hello");
  net.far.connection->write("world");
  net.run(10ms);
  EXPECT_EQ(net.far.bytes, "hello");
  EXPECT_EQ(net.near.bytes, "world");
  EXPECT_EQ(net.near.connection->peer(), (Address{"10.0.0.2", 7}));
  EXPECT_EQ(net.far.connection->peer().host, "10.0.0.1");
}

TEST(SimNetwork, TakesTheLatencyOfTheLink) {
  Net net;
  net.fabric.set_profile({.latency = 50ms, .jitter = 0ms});
  net.connect();
  net.near.connection->write("x");
  net.run(49ms);
  EXPECT_EQ(net.far.bytes, "");
  net.run(1ms);
  EXPECT_EQ(net.far.bytes, "x");
}

TEST(SimNetwork, RefusesWhereNobodyListens) {
  Net net;
  net.listener.reset();
  net.dial();
  EXPECT_EQ(net.dials, 0) << "never inside the call";
  net.run(1s);
  EXPECT_EQ(net.error, ErrorCode::connection_refused);
  EXPECT_EQ(net.dials, 1);
}

TEST(SimNetwork, KnowsNoUnknownHost) {
  Net net;
  auto dial = net.a->host()->network().connect(
      {"nowhere", 7}, 1s, [&](auto result) { net.error = result.error().code; });
  net.run(1ms);
  EXPECT_EQ(net.error, ErrorCode::invalid_argument);
}

TEST(SimNetwork, ListensOncePerPortAndOnItsOwnAddressOnly) {
  Net net;
  Network& network = net.b->host()->network();
  EXPECT_EQ(network.listen({"10.0.0.2", 7}, nullptr).error().code, ErrorCode::address_in_use);
  EXPECT_EQ(network.listen({"10.0.0.1", 8}, nullptr).error().code, ErrorCode::invalid_argument);
  const auto any = network.listen({"0.0.0.0", 0}, nullptr);
  EXPECT_NE((*any)->address().port, 0);
  net.listener.reset();
  EXPECT_TRUE(network.listen({"10.0.0.2", 7}, nullptr).has_value());
}

TEST(SimNetwork, ADestroyedDialIsSilent) {
  Net net;
  net.dial();
  net.attempt.reset();
  net.run(1s);
  EXPECT_EQ(net.dials, 0);
  EXPECT_EQ(net.fabric.live_connections(), 0U);
}

TEST(SimNetwork, ConnectsAMachineToItself) {
  Net net;
  auto dial = net.b->host()->network().connect(
      {"127.0.0.1", 7}, 1s, [&](auto result) { net.near.take(std::move(*result)); });
  net.run(1s);
  net.near.connection->write("self");
  net.run(1ms);
  EXPECT_EQ(net.far.bytes, "self");
}

TEST(SimNetwork, CloseSendsEverythingThenEnds) {
  Net net;
  net.connect();
  const std::string text(1'000'000, 'x');
  net.near.connection->write(text);
  EXPECT_GT(net.near.connection->unsent_bytes(), 0U);
  net.near.connection->close();
  net.run(1s);
  EXPECT_EQ(net.far.bytes, text);
  EXPECT_EQ(net.far.closed, CloseReason::peer);
  EXPECT_EQ(net.near.closed, std::nullopt);
  EXPECT_EQ(net.fabric.live_connections(), 0U);
}

TEST(SimNetwork, AbortResetsTheOtherEnd) {
  Net net;
  net.connect();
  net.near.connection.reset();
  net.run(1s);
  EXPECT_EQ(net.far.closed, CloseReason::reset);
  EXPECT_EQ(net.near.closed, std::nullopt);
}

TEST(SimNetwork, AWriterMeetsTheBuffersBoundAndIsToldWhenItDrained) {
  Net net;
  net.connect();
  const std::uint64_t room = net.fabric.options().buffer_bytes;
  net.near.connection->write(std::string(room, 'x'));
  EXPECT_EQ(net.near.connection->unsent_bytes(), 0U);
  net.near.connection->write("more");
  EXPECT_EQ(net.near.connection->unsent_bytes(), 4U);
  net.run(1s);
  EXPECT_EQ(net.near.connection->unsent_bytes(), 0U);
  EXPECT_EQ(net.near.drained, 1);
  EXPECT_EQ(net.far.bytes.size(), room + 4);
}

TEST(SimNetwork, AReaderThatStoppedHoldsTheWriterBack) {
  Net net;
  net.connect();
  net.b->pause();
  net.near.connection->write(std::string(1'000'000, 'x'));
  net.run(60s);
  EXPECT_GT(net.near.connection->unsent_bytes(), 700'000U);
  EXPECT_EQ(net.near.closed, std::nullopt) << "its system still acknowledges";
  net.b->resume();
  net.run(1s);
  EXPECT_EQ(net.far.bytes.size(), 1'000'000U);
}

TEST(SimNetwork, ChunkingSplitsAndMerges) {
  Net net;
  LinkProfile profile;
  profile.chunk_chance = 500'000;
  net.fabric.set_profile(profile);
  net.connect();
  std::string sent;
  for (int i = 0; i < 200; ++i) {
    const std::string text = std::to_string(i) + " green bottles;";
    net.near.connection->write(text);
    sent += text;
    net.run(50us);
  }
  net.run(1s);
  EXPECT_EQ(net.far.bytes, sent);
  EXPECT_GT(net.world.hits(FaultKind::chunking), 50U);
}

TEST(SimNetwork, ALongTailAndASlowLinkCountWhatTheyDelay) {
  Net net;
  net.fabric.set_profile(0, 1, {.tail_chance = 1'000'000, .tail = 1s, .bytes_per_second = 1000});
  net.connect();
  net.near.connection->write(std::string(2000, 'x'));
  net.run(1900ms);
  EXPECT_EQ(net.far.bytes.size(), 0U);
  net.run(2s);
  EXPECT_EQ(net.far.bytes.size(), 2000U);
  EXPECT_GE(net.world.hits(FaultKind::latency), 1U);
  EXPECT_EQ(net.world.hits(FaultKind::slow_link), 1U);
}

TEST(SimNetwork, WritesOfOneInstantArriveTogether) {
  Net net;
  net.connect();
  const std::uint64_t before = net.world.events();
  for (int i = 0; i < 100; ++i) net.near.connection->write("12345");
  net.run(10ms);
  EXPECT_EQ(net.far.chunks, (std::vector<std::size_t>{500}));
  EXPECT_EQ(net.world.events() - before, 1U);
}

}  // namespace
}  // namespace noex::sim

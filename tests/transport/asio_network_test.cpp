// What AsioNetwork does beyond the contract that tests/contract checks.
#include "noex/transport/asio/asio_network.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace noex {
namespace {

constexpr Duration patience = 30s;
using DialResult = Result<std::unique_ptr<Connection>>;

struct KeptLog final : Log {
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view text) override { lines.emplace_back(text); }
  std::vector<std::string> lines;
};

struct Reader final : ConnectionHandler {
  void on_bytes(ByteView bytes) override { received.append(bytes); }
  void on_drained() override {}
  void on_closed(CloseReason reason) override { closed = reason; }
  Bytes received;
  std::optional<CloseReason> closed;
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

class AsioNetworkTest : public ::testing::Test {
 protected:
  void listen(const std::string& host) {
    auto result = network->listen(Address{host, 0}, [this](auto c) {
      c->set_handler(&reader);
      accepted.push_back(std::move(c));
    });
    ASSERT_TRUE(result) << describe(result.error());
    listener = std::move(*result);
  }
  DialResult dial(const Address& address, Duration timeout = patience) {
    std::optional<DialResult> outcome;
    const auto dial =
        network->connect(address, timeout, [&](DialResult result) { outcome = std::move(result); });
    EXPECT_TRUE(loop.run_until([&] { return outcome.has_value(); }, patience));
    return std::move(*outcome);
  }
  bool run_until_accepted(std::size_t count) {
    return loop.run_until([&] { return accepted.size() >= count; }, patience);
  }

  AsioLoop loop;
  KeptLog log;
  std::unique_ptr<AsioNetwork> network = std::make_unique<AsioNetwork>(loop, &log);
  Reader reader;
  std::unique_ptr<Listener> listener;
  std::vector<std::unique_ptr<Connection>> accepted;
};

TEST_F(AsioNetworkTest, SpeaksIpv6) {
  auto probe = network->listen(Address{"::1", 0}, [](auto) {});
  if (!probe) {  // a machine without IPv6: the caller is told
    EXPECT_EQ(probe.error().code, ErrorCode::invalid_argument) << describe(probe.error());
    return;
  }
  listen("::1");
  const auto client = dial(listener->address());
  ASSERT_TRUE(client) << describe(client.error());
  EXPECT_EQ((*client)->peer(), listener->address());
  ASSERT_TRUE(run_until_accepted(1));
  EXPECT_EQ(accepted[0]->peer().host, "::1");
}

TEST_F(AsioNetworkTest, DialsFromWhereItListens) {
  AsioNetwork other(loop, &log);
  const auto elsewhere = other.listen(Address{"127.0.0.7", 0},
                                      [this](auto made) { accepted.push_back(std::move(made)); });
  ASSERT_TRUE(elsewhere) << describe(elsewhere.error());
  listen("127.0.0.6");
  const auto client = dial((*elsewhere)->address());
  ASSERT_TRUE(client) << describe(client.error());
  ASSERT_TRUE(run_until_accepted(1));
  EXPECT_EQ(accepted[0]->peer().host, "127.0.0.6");
}

TEST_F(AsioNetworkTest, LooksHostNamesUp) {
  listen("127.0.0.1");
  const auto client = dial(Address{"localhost", listener->address().port});
  ASSERT_TRUE(client) << describe(client.error());
  EXPECT_EQ((*client)->peer(), listener->address());
  auto named = network->listen(Address{"localhost", 0}, [](auto) {});
  ASSERT_TRUE(named) << describe(named.error());
}

TEST_F(AsioNetworkTest, ALookupMayBeCancelled) {
  auto first = network->connect(Address{"localhost", 1}, patience, [](auto) { FAIL(); });
  first.reset();
  EXPECT_FALSE(loop.run_until([] { return false; }, 20ms));
}

TEST_F(AsioNetworkTest, ErrorsNameTheAddress) {
  const auto no_name = dial(Address{"no such host", 80});
  ASSERT_FALSE(no_name);
  EXPECT_EQ(describe(no_name.error()), "invalid argument ('no such host' is no host name)");
  listen("127.0.0.1");
  const Address address = listener->address();
  const auto taken = network->listen(address, [](auto) {});
  ASSERT_FALSE(taken);
  EXPECT_EQ(describe(taken.error()), fmt::format("address in use (127.0.0.1:{}: {})", address.port,
                                                 "Address already in use"));
  const auto nowhere = network->listen(Address{"no such host", 0}, [](auto) {});
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error(), no_name.error());
  listener.reset();
  const auto refused = dial(address);
  ASSERT_FALSE(refused);
  EXPECT_EQ(describe(refused.error()),
            fmt::format("connection refused (127.0.0.1:{}: Connection refused)", address.port));
}

// A listening socket that nobody accepts from, with a full queue, answers new connections with
// silence.
TEST_F(AsioNetworkTest, SilenceIsATimeout) {
  const int silent = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof(address);
  ASSERT_EQ(::bind(silent, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(silent, 0), 0);
  ASSERT_EQ(::getsockname(silent, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const Address target{"127.0.0.1", ntohs(address.sin_port)};
  std::vector<std::unique_ptr<Connection>> filling;
  std::optional<Error> error;
  for (int i = 0; i < 10 && !error; ++i) {
    auto result = dial(target, 50ms);
    if (result) {
      filling.push_back(std::move(*result));
    } else {
      error = result.error();
    }
  }
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::timeout);
  ::close(silent);
}

TEST_F(AsioNetworkTest, ALackOfDescriptorsPausesAccepting) {
  listen("127.0.0.1");
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(client) + 1;  // the lowest free number was the last
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const sockaddr_in address = loopback(listener->address().port);
  EXPECT_EQ(::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_TRUE(loop.run_until([&] { return log.lines.size() >= 2; }, patience));
  EXPECT_TRUE(accepted.empty());
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(run_until_accepted(1));
  EXPECT_LE(log.lines.size(), 3U) << "it does not spin";
  EXPECT_THAT(log.lines[0], ::testing::HasSubstr("cannot accept connections on 127.0.0.1:"));
  ::close(client);
}

TEST_F(AsioNetworkTest, ConnectionsOutliveTheirNetwork) {
  listen("127.0.0.1");
  auto client = dial(listener->address());
  ASSERT_TRUE(client);
  ASSERT_TRUE(run_until_accepted(1));
  listener.reset();
  network.reset();
  (*client)->write("still here");
  EXPECT_TRUE(loop.run_until([&] { return reader.received == "still here"; }, patience));
}

TEST_F(AsioNetworkTest, CountsWhatLingers) {
  listen("127.0.0.1");
  auto client = dial(listener->address());
  ASSERT_TRUE(client);
  ASSERT_TRUE(run_until_accepted(1));
  EXPECT_EQ(network->lingering(), 0U);
  const Bytes bytes(20'000'000, 'x');
  (*client)->write(bytes);
  (*client)->close();
  client->reset();
  EXPECT_EQ(network->lingering(), 1U);
  EXPECT_TRUE(loop.run_until([&] { return network->lingering() == 0; }, patience));
  EXPECT_EQ(reader.received.size(), bytes.size());
  EXPECT_EQ(reader.closed, CloseReason::peer);
}

// An end that never ends its own side keeps nobody waiting for ever.
TEST_F(AsioNetworkTest, LingeringIsBounded) {
  listen("127.0.0.1");
  const int deaf = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(listener->address().port);
  ASSERT_EQ(::connect(deaf, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_TRUE(run_until_accepted(1));
  const Instant start = loop.now();
  accepted[0]->write(Bytes(20'000'000, 'x'));
  accepted[0]->close();
  accepted.clear();
  EXPECT_TRUE(loop.run_until([&] { return network->lingering() == 0; }, patience));
  EXPECT_GE(loop.now() - start, 4900ms);
  ::close(deaf);
}

TEST_F(AsioNetworkTest, TheLoopMayEndWhileConnectionsLinger) {
  auto brief_loop = std::make_unique<AsioLoop>();
  auto brief = std::make_unique<AsioNetwork>(*brief_loop);
  std::unique_ptr<Connection> server;
  auto listener = brief->listen(Address{"127.0.0.1", 0}, [&](auto c) { server = std::move(c); });
  ASSERT_TRUE(listener);
  std::unique_ptr<Connection> client;
  auto dial = brief->connect((*listener)->address(), patience,
                             [&](DialResult result) { client = std::move(*result); });
  ASSERT_TRUE(brief_loop->run_until([&] { return client && server; }, patience));
  client->write(Bytes(20'000'000, 'x'));
  client->close();
  client.reset();
  server.reset();
  dial.reset();
  listener->reset();
  brief.reset();
  brief_loop.reset();
}

// Dialling a free local port again and again would, once in a while, connect to itself.
TEST_F(AsioNetworkTest, NeverConnectsToItself) {
  listen("127.0.0.1");
  const Address address = listener->address();
  listener.reset();
  for (int i = 0; i < 300; ++i) {
    const auto result = dial(address);
    ASSERT_FALSE(result);
    ASSERT_EQ(result.error().code, ErrorCode::connection_refused);
  }
}

}  // namespace
}  // namespace noex

// The contract of include/noex/transport/network.h about listening and connecting, run against
// every backend.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/contract/network_fixture.h"

namespace noex {
namespace {

template <class B>
class DialContract : public NetworkContract<B> {};
TYPED_TEST_SUITE(DialContract, Backends);

template <class T>
ErrorCode code_of(const Result<T>& result) {
  return result ? ErrorCode::ok : result.error().code;
}

TYPED_TEST(DialContract, BothEndsSeeEachOthersAddress) {
  Address address;
  {
    auto listener = this->listen([&](auto c) { this->server.take(std::move(c)); });
    ASSERT_TRUE(listener);
    address = (*listener)->address();
    auto client = this->dial(address, 10s);
    ASSERT_TRUE(client);
    this->client.take(std::move(*client));
    this->backend.run_until([&] { return this->server.connected(); });
  }
  EXPECT_EQ(address.host, this->backend.host_name(1));
  EXPECT_EQ(this->client.connection->peer(), address);
  EXPECT_EQ(this->server.connection->peer().host, this->backend.host_name(0));
}

TYPED_TEST(DialContract, NobodyListens) {
  Address address;
  {
    auto listener = this->listen([](auto) { FAIL(); });
    ASSERT_TRUE(listener);
    address = (*listener)->address();
  }
  EXPECT_EQ(code_of(this->dial(address, 10s)), ErrorCode::connection_refused);
}

TYPED_TEST(DialContract, UnknownHost) {
  EXPECT_EQ(code_of(this->dial(Address{"no such host", 4369}, 10s)), ErrorCode::invalid_argument);
}

TYPED_TEST(DialContract, AddressInUse) {
  auto first = this->listen([](auto) {});
  ASSERT_TRUE(first);
  auto second = this->backend.network(1).listen((*first)->address(), [](auto) {});
  EXPECT_EQ(code_of(second), ErrorCode::address_in_use);
  const Address address = (*first)->address();
  first->reset();
  auto third = this->backend.network(1).listen(address, [](auto) {});
  EXPECT_EQ(code_of(third), ErrorCode::ok) << "free again";
}

TYPED_TEST(DialContract, ListeningPortsDiffer) {
  auto first = this->listen([](auto) {});
  auto second = this->listen([](auto) {});
  ASSERT_TRUE(first && second);
  EXPECT_NE((*first)->address().port, (*second)->address().port);
}

TYPED_TEST(DialContract, ListeningAtAnothersAddressIsRefused) {
  // 192.0.2.0/24 is set aside for documentation: no host has it.
  auto listener = this->backend.network(1).listen(Address{"192.0.2.1", 0}, [](auto) {});
  EXPECT_EQ(code_of(listener), ErrorCode::invalid_argument);
}

TYPED_TEST(DialContract, ADestroyedDialNeverCallsBack) {
  auto token = std::make_shared<int>(1);
  auto listener = this->listen([&](auto c) { this->server.take(std::move(c)); });
  ASSERT_TRUE(listener);
  auto early = this->backend.network(0).connect((*listener)->address(), 10s,
                                                [token](auto) { FAIL() << "cancelled"; });
  early.reset();
  auto unknown = this->backend.network(0).connect(Address{"no such host", 1}, 10s,
                                                  [token](auto) { FAIL() << "cancelled"; });
  unknown.reset();
  this->settle();
  EXPECT_EQ(token.use_count(), 1) << "the callback is destroyed with the dial";
}

TYPED_TEST(DialContract, ADialMayBeDestroyedInsideItsCallback) {
  auto listener = this->listen([&](auto c) { this->server.take(std::move(c)); });
  ASSERT_TRUE(listener);
  std::unique_ptr<Dial> dial;
  dial = this->backend.network(0).connect((*listener)->address(), 10s, [&](auto result) {
    dial.reset();
    ASSERT_TRUE(result);
    this->client.take(std::move(*result));
  });
  this->backend.run_until([&] { return this->client.connected() && this->server.connected(); });
  this->client.connection->write("x");
  this->backend.run_until([&] { return !this->server.received.empty(); });
}

TYPED_TEST(DialContract, ADialIsDoneThoughItsObjectLives) {
  auto listener = this->listen([&](auto c) { this->server.take(std::move(c)); });
  ASSERT_TRUE(listener);
  int calls = 0;
  auto dial = this->backend.network(0).connect((*listener)->address(), 500ms, [&](auto result) {
    ++calls;
    ASSERT_TRUE(result);
    this->client.take(std::move(*result));
  });
  this->backend.run_until([&] { return calls > 0; });
  this->backend.run_for(600ms);
  dial.reset();
  EXPECT_EQ(calls, 1) << "its timeout is over by now";
  this->client.connection->write("x");
  this->backend.run_until([&] { return !this->server.received.empty(); });
}

TYPED_TEST(DialContract, AcceptedConnectionsSurviveTheListener) {
  this->connect();  // whose listener is destroyed by now
  this->client.connection->write("x");
  this->backend.run_until([&] { return !this->server.received.empty(); });
  EXPECT_EQ(this->server.received, "x");
}

TYPED_TEST(DialContract, AListenerMayBeDestroyedInsideItsCallback) {
  std::unique_ptr<Listener> own;
  auto listener = this->listen([&](auto c) {
    own.reset();
    this->server.take(std::move(c));
  });
  ASSERT_TRUE(listener);
  own = std::move(*listener);
  const Address address = own->address();
  auto client = this->dial(address, 10s);
  ASSERT_TRUE(client);
  this->backend.run_until([&] { return this->server.connected(); });
  EXPECT_EQ(code_of(this->dial(address, 10s)), ErrorCode::connection_refused);
}

TYPED_TEST(DialContract, AConnectionMayBeRefusedInsideTheAcceptCallback) {
  auto listener = this->listen([](auto connection) { connection.reset(); });
  ASSERT_TRUE(listener);
  auto client = this->dial((*listener)->address(), 10s);
  ASSERT_TRUE(client) << "the stream was up before it was reset";
  this->client.take(std::move(*client));
  this->backend.run_until([&] { return !this->client.closed.empty(); });
  EXPECT_EQ(this->client.closed.size(), 1U);
}

TYPED_TEST(DialContract, ManyConnectionsDoNotMixTheirBytes) {
  constexpr std::size_t count = 20;
  std::vector<std::unique_ptr<End>> servers;
  auto listener = this->listen([&](auto connection) {
    auto end = std::make_unique<End>();
    End* raw = end.get();
    end->on_data = [raw](ByteView bytes) { raw->connection->write(bytes); };
    end->take(std::move(connection));
    servers.push_back(std::move(end));
  });
  ASSERT_TRUE(listener);
  std::vector<std::unique_ptr<End>> clients;
  std::vector<Bytes> sent;
  for (std::size_t i = 0; i < count; ++i) {
    auto connection = this->dial((*listener)->address(), 10s);
    ASSERT_TRUE(connection);
    clients.push_back(std::make_unique<End>());
    clients.back()->take(std::move(*connection));
    sent.push_back(pattern(100'000 + i, static_cast<std::uint32_t>(i)));
  }
  for (std::size_t i = 0; i < count; ++i) clients[i]->connection->write(sent[i]);
  this->backend.run_until([&] {
    for (std::size_t i = 0; i < count; ++i) {
      if (clients[i]->received.size() < sent[i].size()) return false;
    }
    return true;
  });
  for (std::size_t i = 0; i < count; ++i) EXPECT_TRUE(clients[i]->received == sent[i]) << i;
}

}  // namespace
}  // namespace noex

// What the network contract's tests share: a handler that keeps what it is told, and a connected
// pair of them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/contract/backends.h"

namespace noex {

// One end of a connection, which it owns.
struct End final : ConnectionHandler {
  std::unique_ptr<Connection> connection;
  Bytes received;
  int drained = 0;
  std::vector<CloseReason> closed;
  std::function<void(ByteView)> on_data;  // besides keeping it
  std::function<void()> on_empty;
  std::function<void()> on_end;

  ~End() override {
    if (connection) connection->set_handler(nullptr);
  }
  void take(std::unique_ptr<Connection> taken) {
    connection = std::move(taken);
    connection->set_handler(this);
  }
  bool connected() const { return connection != nullptr; }

  void on_bytes(ByteView bytes) override {
    EXPECT_FALSE(bytes.empty());
    EXPECT_TRUE(closed.empty());
    received.append(bytes);
    if (on_data) on_data(bytes);
  }
  void on_drained() override {
    EXPECT_TRUE(closed.empty());
    ++drained;
    if (on_empty) on_empty();
  }
  void on_closed(CloseReason reason) override {
    closed.push_back(reason);
    if (on_end) on_end();
  }
};

// Bytes of which every position can be told from its neighbours.
inline Bytes pattern(std::size_t size, std::uint32_t key) {
  Bytes bytes(size, '\0');
  std::uint32_t state = key;
  for (char& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

template <class B>
class NetworkContract : public ::testing::Test {
 protected:
  static constexpr Duration dial_timeout = 10s;
  using DialResult = Result<std::unique_ptr<Connection>>;

  Result<std::unique_ptr<Listener>> listen(Network::AcceptHandler accept) {
    return backend.network(1).listen(Address{backend.host_name(1), 0}, std::move(accept));
  }
  // Makes `client` (host 0) and `server` (host 1) the two ends of one connection.
  void connect() {
    auto listener = listen([this](auto connection) { server.take(std::move(connection)); });
    ASSERT_TRUE(listener) << describe(listener.error());
    const Address address = (*listener)->address();
    EXPECT_NE(address.port, 0);
    auto dial = backend.network(0).connect(address, dial_timeout, [this](DialResult result) {
      ASSERT_TRUE(result) << describe(result.error());
      client.take(std::move(*result));
    });
    EXPECT_FALSE(client.connected()) << "never inside the call";
    backend.run_until([this] { return client.connected() && server.connected(); });
  }
  // What dialling ends with.
  Result<std::unique_ptr<Connection>> dial(const Address& address, Duration timeout) {
    std::optional<DialResult> outcome;
    auto dial = backend.network(0).connect(address, timeout,
                                           [&](DialResult result) { outcome = std::move(result); });
    EXPECT_FALSE(outcome) << "never inside the call";
    backend.run_until([&] { return outcome.has_value(); });
    if (!outcome) return fail(ErrorCode::system, "no outcome");
    return std::move(*outcome);
  }
  // Runs `body` inside a turn of that host.
  void in_turn(int host, Task body) {
    bool ran = false;
    backend.loop(host).post([&, body = std::move(body)]() mutable {
      body();
      ran = true;
    });
    backend.run_until([&] { return ran; });
  }
  // Long enough for anything that is on its way to arrive.
  void settle() { backend.run_for(50ms); }

  B backend;
  End client;
  End server;
};

}  // namespace noex

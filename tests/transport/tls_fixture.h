// What the tests of encryption share: three simulated machines, what their logs say, and somebody
// on the way who sees, changes, repeats and splits what goes over the network.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "noex/sim/world/fabric.h"
#include "noex/transport/tls/tls_network.h"
#include "tests/transport/tls_certificates.h"
#include "tests/transport/wrapped_network.h"

namespace noex::tests {

class LineLog final : public Log {
 public:
  bool enabled(LogLevel level) const override { return level >= LogLevel::warning; }
  void write(LogLevel, std::string_view text) override { lines.emplace_back(text); }
  std::vector<std::string> lines;
};

// Gets what one end writes and says what is written instead, in how many pieces.
using Meddler = std::function<std::vector<Bytes>(ByteView)>;

class MeddledConnection final : public WrappedConnection {
 public:
  MeddledConnection(std::unique_ptr<Connection> inner, Meddler& meddler)
      : WrappedConnection(std::move(inner)), meddler_(meddler) {}
  void write(ByteView bytes) override {
    if (!meddler_) return WrappedConnection::write(bytes);
    for (const Bytes& piece : meddler_(bytes)) WrappedConnection::write(piece);
  }

 private:
  Meddler& meddler_;
};

class MeddledNetwork final : public WrappedNetwork {
 public:
  using WrappedNetwork::WrappedNetwork;
  Meddler meddler;
  // Unlike the simulator's: like the real one.
  bool is_private() const override { return false; }

 private:
  std::unique_ptr<Connection> wrap(std::unique_ptr<Connection> connection) override {
    return std::make_unique<MeddledConnection>(std::move(connection), meddler);
  }
};

// One end of a connection.
struct TlsEnd final : ConnectionHandler {
  std::unique_ptr<Connection> connection;
  Bytes received;
  std::vector<CloseReason> closed;

  void take(std::unique_ptr<Connection> taken) {
    connection = std::move(taken);
    connection->set_handler(this);
  }
  void on_bytes(ByteView bytes) override { received.append(bytes); }
  void on_drained() override {}
  void on_closed(CloseReason reason) override { closed.push_back(reason); }
};

// Machine 0 dials machine 1, both encrypt as the test says; machine 2 is a stranger.
class Tls : public ::testing::Test {
 protected:
  using Dialled = Result<std::unique_ptr<Connection>>;

  sim::Host& host(std::uint32_t index) { return *fabric_.machine(index).host(); }
  WallTime now() { return host(0).loop().wall_now(); }
  std::string address(std::uint32_t index) const { return "10.0.0." + std::to_string(index + 1); }

  static TlsConfig secret(std::vector<Bytes> secrets) {
    TlsConfig config;
    config.secrets = std::move(secrets);
    return config;
  }
  static TlsConfig certificate(TlsIdentity identity) {
    TlsConfig config;
    config.identity = std::move(identity);
    return config;
  }
  Result<std::unique_ptr<TlsNetwork>> try_open(std::uint32_t index, TlsConfig config,
                                               std::uint64_t seed = 1) {
    config.simulated = Random(seed).split("tls", index);
    return TlsNetwork::create(std::move(config), networks_[index], host(index).loop(), logs[index]);
  }
  void open(std::uint32_t index, TlsConfig config, std::uint64_t seed = 1) {
    auto made = try_open(index, std::move(config), seed);
    ASSERT_TRUE(made) << describe(made.error());
    tls[index] = std::move(*made);
  }
  // On machine 1; what it accepts becomes `server`.
  void listen(Network& network) {
    auto made = network.listen(Address{address(1), 4369}, [this](std::unique_ptr<Connection> c) {
      ++accepted;
      server.take(std::move(c));
    });
    ASSERT_TRUE(made);
    listener_ = std::move(*made);
  }
  Dialled dial(Network& network, Duration timeout = 10s) {
    std::optional<Dialled> outcome;
    const auto dial = network.connect(Address{address(1), 4369}, timeout,
                                      [&](Dialled result) { outcome = std::move(result); });
    while (!outcome && world_.step()) continue;
    if (!outcome) return fail(ErrorCode::system, "nothing happened");
    return std::move(*outcome);
  }
  // The dialer finds out why not.
  std::string refusal(Network& network) {
    auto result = dial(network);
    if (result) return "it was accepted";
    EXPECT_EQ(result.error().code, ErrorCode::unauthorised);
    return result.error().detail;
  }
  void connect() {
    listen(*tls[1]);
    auto result = dial(*tls[0]);
    ASSERT_TRUE(result) << describe(result.error());
    client.take(std::move(*result));
    run(1s);
    ASSERT_EQ(accepted, 1);
  }
  void run(Duration duration) { world_.run_until(world_.now() + duration); }
  Network& plain(std::uint32_t index) { return host(index).network(); }
  Meddler& meddler(std::uint32_t index) { return networks_[index].meddler; }

  sim::World world_{1};
  sim::Fabric fabric_{world_};
  std::vector<MeddledNetwork> make_networks() {
    std::vector<MeddledNetwork> made;
    for (std::uint32_t i = 0; i < 3; ++i) {
      fabric_.add_machine().start();
      made.emplace_back(plain(i));
    }
    return made;
  }
  LineLog logs[3];
  std::vector<MeddledNetwork> networks_ = make_networks();
  std::unique_ptr<TlsNetwork> tls[3];
  std::unique_ptr<Listener> listener_;
  TlsEnd client;
  TlsEnd server;
  int accepted = 0;
};

}  // namespace noex::tests

// CountingNetwork: a Network that counts what is written to its connections, and changes nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "tests/transport/wrapped_network.h"

namespace noex::bench {

struct Traffic {
  std::uint64_t writes = 0;  // one for all that a turn sends to a peer
  std::uint64_t bytes = 0;
  std::uint64_t connections = 0;
};

class CountingConnection final : public tests::WrappedConnection {
 public:
  CountingConnection(std::unique_ptr<Connection> inner, Traffic& traffic)
      : WrappedConnection(std::move(inner)), traffic_(traffic) {
    ++traffic_.connections;
  }
  void write(ByteView bytes) override {
    ++traffic_.writes;
    traffic_.bytes += bytes.size();
    WrappedConnection::write(bytes);
  }

 private:
  Traffic& traffic_;
};

class CountingNetwork final : public tests::WrappedNetwork {
 public:
  // Both outlive it and its connections.
  CountingNetwork(Network& inner, Traffic& traffic) : WrappedNetwork(inner), traffic_(traffic) {}

 private:
  std::unique_ptr<Connection> wrap(std::unique_ptr<Connection> connection) override {
    return std::make_unique<CountingConnection>(std::move(connection), traffic_);
  }

  Traffic& traffic_;
};

}  // namespace noex::bench

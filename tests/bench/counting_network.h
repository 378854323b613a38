// CountingNetwork: a Network that counts what is written to its connections, and changes nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "noex/transport/network.h"

namespace noex::bench {

struct Traffic {
  std::uint64_t writes = 0;  // one for all that a turn sends to a peer
  std::uint64_t bytes = 0;
  std::uint64_t connections = 0;
};

class CountingConnection final : public Connection {
 public:
  CountingConnection(std::unique_ptr<Connection> inner, Traffic& traffic)
      : inner_(std::move(inner)), traffic_(traffic) {
    ++traffic_.connections;
  }
  void set_handler(ConnectionHandler* handler) override { inner_->set_handler(handler); }
  void write(ByteView bytes) override {
    ++traffic_.writes;
    traffic_.bytes += bytes.size();
    inner_->write(bytes);
  }
  std::uint64_t unsent_bytes() const override { return inner_->unsent_bytes(); }
  void set_reading(bool reading) override { inner_->set_reading(reading); }
  void close() override { inner_->close(); }
  void abort() override { inner_->abort(); }
  Address peer() const override { return inner_->peer(); }

 private:
  std::unique_ptr<Connection> inner_;
  Traffic& traffic_;
};

class CountingNetwork final : public Network {
 public:
  // Both outlive it and its connections.
  CountingNetwork(Network& inner, Traffic& traffic) : inner_(inner), traffic_(traffic) {}

  Result<std::unique_ptr<Listener>> listen(const Address& address, AcceptHandler accept) override {
    return inner_.listen(address, [this, accept](std::unique_ptr<Connection> made) {
      accept(counted(std::move(made)));
    });
  }
  std::unique_ptr<Dial> connect(const Address& address, Duration timeout,
                                DialHandler done) override {
    auto counting = [this,
                     done = std::move(done)](Result<std::unique_ptr<Connection>> result) mutable {
      if (result) result = counted(std::move(*result));
      done(std::move(result));
    };
    return inner_.connect(address, timeout, std::move(counting));
  }

 private:
  std::unique_ptr<Connection> counted(std::unique_ptr<Connection> connection) {
    return std::make_unique<CountingConnection>(std::move(connection), traffic_);
  }

  Network& inner_;
  Traffic& traffic_;
};

}  // namespace noex::bench

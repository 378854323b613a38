// WrappedNetwork: a Network whose connections, dialled and accepted, do a bit more than another's.
#pragma once

#include <memory>
#include <utility>

#include "noex/transport/network.h"

namespace noex::tests {

// Passes everything on; what is to be different is overridden.
class WrappedConnection : public Connection {
 public:
  explicit WrappedConnection(std::unique_ptr<Connection> inner) : inner_(std::move(inner)) {}
  void set_handler(ConnectionHandler* handler) override { inner_->set_handler(handler); }
  void write(ByteView bytes) override { inner_->write(bytes); }
  std::uint64_t unsent_bytes() const override { return inner_->unsent_bytes(); }
  void set_reading(bool reading) override { inner_->set_reading(reading); }
  void close() override { inner_->close(); }
  void abort() override { inner_->abort(); }
  Address peer() const override { return inner_->peer(); }
  const ConnectionProof* proof() const override { return inner_->proof(); }

 private:
  std::unique_ptr<Connection> inner_;
};

class WrappedNetwork : public Network {
 public:
  // Outlives it.
  explicit WrappedNetwork(Network& inner) : inner_(inner) {}

  Result<std::unique_ptr<Listener>> listen(const Address& address, AcceptHandler accept) override {
    return inner_.listen(address, [this, accept](std::unique_ptr<Connection> made) {
      accept(wrap(std::move(made)));
    });
  }
  std::unique_ptr<Dial> connect(const Address& address, Duration timeout,
                                DialHandler done) override {
    auto wrapping = [this,
                     done = std::move(done)](Result<std::unique_ptr<Connection>> result) mutable {
      if (result) result = wrap(std::move(*result));
      done(std::move(result));
    };
    return inner_.connect(address, timeout, std::move(wrapping));
  }
  bool is_private() const override { return inner_.is_private(); }

 private:
  virtual std::unique_ptr<Connection> wrap(std::unique_ptr<Connection> connection) = 0;

  Network& inner_;
};

}  // namespace noex::tests

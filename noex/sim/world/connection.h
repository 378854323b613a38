// SimConnection: a process's handle of one end of a simulated connection.
//
// Owns nothing of the stream. Once the end is over for the process (closed, aborted, on_closed
// told, or the process is dead) the handle is empty and everything it does is nothing.
#pragma once

#include <cstdint>
#include <utility>

#include "noex/sim/world/stream.h"
#include "noex/transport/network.h"

namespace noex::sim {

// What a process asks of an end that it has.
class EndControl {
 public:
  virtual ~EndControl() = default;
  virtual void write(EndRef from, ByteView bytes) = 0;
  virtual std::uint64_t unsent(EndRef from) const = 0;
  virtual void set_reading(EndRef end, bool reading) = 0;
  virtual void close(EndRef end) = 0;
  virtual void abort(EndRef end) = 0;
};

class SimConnection final : public Connection {
 public:
  SimConnection(EndControl& control, EndRef end, Address peer)
      : control_(control), end_(end), peer_(std::move(peer)) {}
  ~SimConnection() override { abort(); }

  void set_handler(ConnectionHandler* handler) override { handler_ = handler; }
  void write(ByteView bytes) override {
    if (attached()) control_.write(end_, bytes);
  }
  std::uint64_t unsent_bytes() const override { return attached() ? control_.unsent(end_) : 0; }
  void set_reading(bool reading) override {
    if (attached()) control_.set_reading(end_, reading);
  }
  void close() override {
    if (attached()) control_.close(end_);
  }
  void abort() override {
    if (attached()) control_.abort(end_);
  }
  Address peer() const override { return peer_; }

  ConnectionHandler* handler() const { return handler_; }
  void detach() { end_ = {}; }

 private:
  bool attached() const { return end_.stream != nullptr; }

  EndControl& control_;
  EndRef end_;
  const Address peer_;
  ConnectionHandler* handler_ = nullptr;
};

}  // namespace noex::sim

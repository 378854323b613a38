// SimConnection: a process's handle of one end of a simulated connection.
//
// Owns nothing of the stream. Once the end is over for the process (closed, aborted, on_closed
// told, or the process is dead) the handle is empty and everything it does is nothing.
#pragma once

#include "noex/sim/world/stream.h"
#include "noex/sim/world/streams.h"
#include "noex/transport/network.h"

namespace noex::sim {

class SimConnection final : public Connection {
 public:
  SimConnection(Streams& streams, EndRef end)
      : streams_(streams), end_(end), peer_(streams.peer(end)) {}
  ~SimConnection() override { abort(); }

  void set_handler(ConnectionHandler* handler) override { handler_ = handler; }
  void write(ByteView bytes) override {
    if (attached()) streams_.write(end_, bytes);
  }
  std::uint64_t unsent_bytes() const override { return attached() ? streams_.unsent(end_) : 0; }
  void set_reading(bool reading) override {
    if (attached()) streams_.set_reading(end_, reading);
  }
  void close() override {
    if (attached()) streams_.close(end_);
  }
  void abort() override {
    if (attached()) streams_.abort(end_);
  }
  Address peer() const override { return peer_; }

  ConnectionHandler* handler() const { return handler_; }
  void detach() { end_ = {}; }

 private:
  bool attached() const { return end_.stream != nullptr; }

  Streams& streams_;
  EndRef end_;
  const Address peer_;
  ConnectionHandler* handler_ = nullptr;
};

}  // namespace noex::sim

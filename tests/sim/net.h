// What the tests of the simulated network share: two machines, and ends that note what they see.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "noex/sim/world/fabric.h"

namespace noex::sim {

// One end of a connection, as a process would hold it.
struct Note final : ConnectionHandler {
  std::unique_ptr<Connection> connection;
  std::string bytes;
  std::vector<std::size_t> chunks;
  int drained = 0;
  std::optional<CloseReason> closed;

  void take(std::unique_ptr<Connection> given) {
    connection = std::move(given);
    connection->set_handler(this);
  }
  void on_bytes(ByteView view) override {
    EXPECT_FALSE(closed);
    EXPECT_FALSE(view.empty());
    bytes += view;
    chunks.push_back(view.size());
  }
  void on_drained() override { ++drained; }
  void on_closed(CloseReason reason) override {
    EXPECT_FALSE(closed);
    closed = reason;
  }
};

// Two machines that run a process each; b listens on port 7.
struct Net {
  explicit Net(std::uint64_t seed = 1) : world(seed), fabric(world) {
    a = &fabric.add_machine();
    b = &fabric.add_machine();
    a->start();
    b->start();
    listen();
  }

  void listen() {
    listener =
        b->host()
            ->network()
            .listen({"node2", 7}, [this](auto connection) { far.take(std::move(connection)); })
            .value();
  }
  void dial(Duration timeout = 10s) {
    attempt = a->host()->network().connect({"10.0.0.2", 7}, timeout, [this](auto result) {
      ++dials;
      if (result) {
        near.take(std::move(*result));
      } else {
        error = result.error().code;
      }
    });
  }
  // Both ends are there afterwards.
  void connect() {
    dial();
    run(1s);
    ASSERT_TRUE(near.connection && far.connection);
  }
  void run(Duration time) { world.run_until(world.now() + time); }

  World world;
  Fabric fabric;
  Machine* a;
  Machine* b;
  Note near;
  Note far;
  std::unique_ptr<Listener> listener;
  std::unique_ptr<Dial> attempt;
  int dials = 0;
  std::optional<ErrorCode> error;
};

}  // namespace noex::sim

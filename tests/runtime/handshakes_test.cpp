// Handshakes with peers that say each word when the test wants it said.
#include "noex/runtime/cluster/handshakes.h"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "noex/runtime/membership/control.h"
#include "noex/transport/frame.h"
#include "noex/transport/handshake.h"
#include "tests/runtime/cluster_harness.h"

namespace noex {
namespace {

// A node played by hand: it accepts whoever dials it, and is linked once say_ready() was called.
class PlayedNode final : public ConnectionHandler {
 public:
  PlayedNode(ClusterWorld& world, int machine, Boot boot)
      : world_(world), machine_(machine), boot_(boot) {
    auto& host = world.machine(machine).start();
    host.loop().give(sim::EventKind::task, [this, &host] {
      auto accept = [this](std::unique_ptr<Connection> made) { on_connection(std::move(made)); };
      auto listener = host.network().listen(world_.id(machine_).address(), std::move(accept));
      ASSERT_TRUE(listener.has_value());
      listener_ = std::move(*listener);
    });
  }

  void say_ready() { send(handshake_.ready()); }
  void say(const ControlMessage& message) { send(encode_control(message)); }

  int dials = 0;

 private:
  void on_connection(std::unique_ptr<Connection> made) {
    ++dials;
    connection_ = std::move(made);
    connection_->set_handler(this);
    handshake_ = Handshake::acceptor();
    decoder_ = FrameDecoder();
  }
  void on_bytes(ByteView bytes) override {
    decoder_.push(bytes);
    while (const auto frame = decoder_.next()) {
      if (dials_done_) continue;
      if (handshake_.on_payload(frame->payload) != Handshake::Event::hello) continue;
      HelloAck ack;
      ack.id = world_.id(machine_);
      ack.boot = boot_;
      const Bytes answer = handshake_.answer(ack);
      connection_->write(framed(answer));
    }
  }
  void on_drained() override {}
  void on_closed(CloseReason) override {}

  static Bytes framed(ByteView payload) {
    Bytes out;
    append_control_frame(out, payload);
    return out;
  }
  void send(const Bytes& payload) {
    world_.turn(machine_, [this, payload] {
      dials_done_ = true;
      connection_->write(framed(payload));
    });
  }

  ClusterWorld& world_;
  int machine_;
  Boot boot_;
  bool dials_done_ = false;  // what comes now is of no interest
  Handshake handshake_ = Handshake::acceptor();
  FrameDecoder decoder_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Connection> connection_;
};

// Between the answer to its dial and the last word of the handshake, the dialer hears from a third
// node of a later boot of that peer: the link must not be made, and the peer must be dialled again.
TEST(ClusterHandshake, BootThatIsOutdatedDuringTheHandshakeIsDialledAgain) {
  ClusterWorld world(3);
  PlayedNode second(world, 1, 50);
  PlayedNode third(world, 2, 60);
  world.run(10ms);
  world.start(0, {1, 2});
  world.run(200ms);
  ASSERT_EQ(second.dials, 1);
  third.say_ready();
  world.run(100ms);
  third.say(Table{{TableEntry{world.id(1), 70, 1, MemberStatus::alive, {}}}});
  world.run(100ms);
  second.say_ready();
  world.run(500ms);
  EXPECT_EQ(second.dials, 2);
  for (const Member& member : world[0].cluster().members()) {
    EXPECT_EQ(member.linked, member.incarnation.id == world.id(2));
  }
  world.run(10s);
}

}  // namespace
}  // namespace noex

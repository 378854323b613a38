// RawPeer: a peer played by hand over the simulated network: it says whatever a test wants said, at
// every step of the handshake and after it, and remembers what it was told.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "noex/runtime/membership/control.h"
#include "noex/runtime/registry/registry_wire.h"
#include "noex/runtime/remote/wire.h"
#include "noex/sim/world/host.h"
#include "noex/sim/world/machine.h"
#include "noex/sim/world/world.h"
#include "noex/transport/frame.h"
#include "noex/transport/handshake.h"

namespace noex::tests {

class RawPeer final : public ConnectionHandler {
 public:
  RawPeer(sim::Machine& machine, NodeId self, Boot boot)
      : self(std::move(self)),
        boot(boot),
        host_(machine.host() != nullptr ? *machine.host() : machine.start()) {}

  // Connects and says Hello; `confirms`: and what follows from an Ack that accepts.
  void dial(const NodeId& to, Hello hello, bool confirms) {
    confirms_ = confirms;
    ack.reset();
    ready = closed = false;
    hello.from = hello.from.empty() ? self : hello.from;
    hello.boot = hello.boot == 0 ? boot : hello.boot;
    hello.to = hello.to.empty() ? to : hello.to;
    turn([this, to, hello] {
      dial_ = host_.network().connect(to.address(), 5s, [this, hello](auto result) {
        ASSERT_TRUE(result.has_value());
        take(std::move(*result));
        handshake_ = Handshake::dialer(hello);
        write_control(handshake_.hello_payload());
      });
    });
  }
  void dial(const NodeId& to, bool confirms = true) { dial(to, Hello(), confirms); }
  // Connects, and says nothing.
  void connect(const NodeId& to) {
    turn([this, to] {
      dial_ = host_.network().connect(to.address(), 5s, [this](auto result) {
        ASSERT_TRUE(result.has_value());
        take(std::move(*result));
      });
    });
  }
  // Takes connections, and answers each Hello with `answer`; links if that accepts.
  void listen(HelloAck answer) {
    answer_with(std::move(answer));
    turn([this] {
      auto accept = [this](std::unique_ptr<Connection> made) {
        ++accepted;
        take(std::move(made));
        handshake_ = Handshake::acceptor();
      };
      auto made = host_.network().listen(self.address(), std::move(accept));
      ASSERT_TRUE(made.has_value());
      listener_ = std::move(*made);
    });
  }

  void answer_with(HelloAck answer) {
    answer_ = std::move(answer);
    if (answer_.id.empty()) answer_.id = self;
    if (answer_.boot == 0) answer_.boot = boot;
  }
  // To the Hello that came, if it did not at once.
  void answer_now() {
    turn([this] { write_control(handshake_.answer(answer_)); });
  }

  // Once linked.
  void say(const ControlMessage& message) {
    turn([this, bytes = encode_control(message)] { write_control(bytes); });
  }
  void say_registry(const RegistryMessage& message, const Stamp& clock = {}) {
    Bytes bytes(1, static_cast<char>(MessageKind::registry));
    bytes += encode_registry_message(message, clock);
    turn([this, bytes] {
      Bytes out;
      append_data_frames(out, bytes);
      if (connection_) connection_->write(out);
    });
  }
  void write(const Bytes& bytes) {
    turn([this, bytes] {
      if (connection_) connection_->write(bytes);
    });
  }
  void hang_up() {
    turn([this] {
      if (connection_) connection_->abort();
    });
  }
  // The last heartbeat that was heard.
  const Heartbeat* heartbeat() const { return heartbeat_ ? &*heartbeat_ : nullptr; }
  // Registry messages of that kind.
  template <class T>
  std::vector<T> heard() const {
    std::vector<T> found;
    for (const RegistryMessage& message : registry_) {
      if (const auto* one = std::get_if<T>(&message)) found.push_back(*one);
    }
    return found;
  }
  void forget() { registry_.clear(); }

  const NodeId self;
  const Boot boot;
  std::optional<HelloAck> ack;
  std::optional<Hello> hello;  // of who dialled
  bool ready = false;          // linked
  bool closed = false;
  bool answers = true;  // each Hello, at once
  bool beats = false;   // answers each heartbeat with one
  int accepted = 0;
  std::uint64_t data_bytes = 0;

 private:
  void turn(Task task) { host_.loop().give(sim::EventKind::task, std::move(task)); }
  void take(std::unique_ptr<Connection> made) {
    connection_ = std::move(made);
    connection_->set_handler(this);
    decoder_ = FrameDecoder();
    assembler_ = MessageAssembler(64 * 1024 * 1024);
    ready = closed = false;
  }
  void write_control(ByteView payload) {
    Bytes out;
    append_control_frame(out, payload);
    if (connection_) connection_->write(out);
  }
  void on_bytes(ByteView bytes) override {
    decoder_.push(bytes);
    while (const auto frame = decoder_.next()) {
      if (frame->lane == Lane::data) {
        data_bytes += frame->payload.size();
        if (const auto message = assembler_.add(*frame)) on_message(*message);
      } else if (ready) {
        on_control(frame->payload);
      } else {
        on_handshake(frame->payload);
      }
    }
  }
  void on_handshake(ByteView payload) {
    switch (handshake_.on_payload(payload)) {
      case Handshake::Event::hello:
        hello = handshake_.hello();
        if (answers) write_control(handshake_.answer(answer_));
        return;
      case Handshake::Event::accepted:
        ack = handshake_.ack();
        if (confirms_) write_control(handshake_.confirm());
        return;
      case Handshake::Event::refused:
        ack = handshake_.ack();
        return;
      case Handshake::Event::established:
        if (!handshake_.is_dialer()) write_control(handshake_.ready());
        decoder_.set_established();
        ready = true;
        return;
      case Handshake::Event::malformed:
        ADD_FAILURE() << handshake_.error();
    }
  }
  void on_control(ByteView payload) {
    const auto message = decode_control(payload);
    ASSERT_TRUE(message.has_value());
    if (const auto* beat = std::get_if<Heartbeat>(&*message)) {
      heartbeat_ = *beat;
      if (beats && beat->rumours.empty()) write_control(encode_control(Heartbeat{}));
    }
  }
  void on_message(ByteView message) {
    if (message.front() != static_cast<char>(MessageKind::registry)) return;
    const auto received = decode_registry_message(message.substr(1));
    ASSERT_TRUE(received.has_value());
    registry_.push_back(received->message);
  }
  void on_drained() override {}
  void on_closed(CloseReason) override { closed = true; }

  sim::Host& host_;
  bool confirms_ = true;
  HelloAck answer_;
  Handshake handshake_ = Handshake::acceptor();
  FrameDecoder decoder_;
  MessageAssembler assembler_{64 * 1024 * 1024};
  std::optional<Heartbeat> heartbeat_;
  std::vector<RegistryMessage> registry_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Dial> dial_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace noex::tests

// What a client may say that none should: it costs nobody but itself anything.
#include "noex/runtime/clients/client_wire.h"
#include "noex/runtime/remote/wire.h"
#include "noex/transport/client_handshake.h"
#include "noex/transport/frame.h"
#include "tests/runtime/client_harness.h"

namespace noex::tests {
namespace {

using Strings = std::vector<std::string>;

constexpr std::uint32_t terminal = 9;

// A client played by hand.
class RawClient final : public ConnectionHandler {
 public:
  RawClient(sim::Machine& machine, const NodeId& member, const ClientHello& hello)
      : host_(machine.start()) {
    turn([this, member, hello] {
      dial_ = host_.network().connect(member.address(), 5s, [this, hello](auto result) {
        ASSERT_TRUE(result.has_value());
        connection_ = std::move(*result);
        connection_->set_handler(this);
        control(encode_client_hello(hello));
      });
    });
  }
  void control(const Bytes& payload) {
    turn([this, payload] {
      Bytes out;
      append_control_frame(out, payload);
      connection_->write(out);
    });
  }
  void data(const Bytes& message) {
    turn([this, message] {
      Bytes out;
      append_data_frames(out, message);
      connection_->write(out);
    });
  }
  template <class Fields>
  void relay(const Ref& to, const Fields& fields, ByteView body) {
    Bytes bytes;
    Writer writer = begin_relay(bytes, Incarnation{to.node(), to.boot()});
    writer.u8(static_cast<std::uint8_t>(Fields::kind));
    encode(writer, fields);
    writer.raw(body);
    data(bytes);
  }

  std::optional<ClientWelcome> welcome;
  std::vector<wire::ReplyError> errors;
  bool closed = false;

 private:
  void turn(Task task) { host_.loop().give(sim::EventKind::task, std::move(task)); }
  void on_bytes(ByteView bytes) override {
    decoder_.push(bytes);
    while (const auto frame = decoder_.next()) {
      if (frame->lane == Lane::control) {
        if (!welcome) welcome = decode_client_welcome(frame->payload);
        decoder_.set_established();
      } else {
        take(frame->payload);
      }
    }
  }
  void take(ByteView message) {
    Decoder bytes(message);
    NodeId node;
    bytes.u8();
    node.decode_from(bytes);
    bytes.varint();
    if (bytes.u8() != static_cast<std::uint8_t>(MessageKind::reply_error)) return;
    decode(bytes, errors.emplace_back());
  }
  void on_drained() override {}
  void on_closed(CloseReason) override { closed = true; }

  sim::Host& host_;
  FrameDecoder decoder_;
  std::unique_ptr<Dial> dial_;
  std::unique_ptr<Connection> connection_;
};

class LyingClientTest : public ClientTest {
 protected:
  RawClient& raw(const ClientHello& hello = {}) {
    while (fabric_.size() <= terminal) fabric_.add_machine();
    raw_ = std::make_unique<RawClient>(fabric_.machine(terminal), id(0), hello);
    run_for(1s);
    return *raw_;
  }
  // All links stand since they were made, and nobody went down.
  void watch_links() {
    for (std::uint32_t index = 0; index < nodes_.size(); ++index) {
      watchers_.push_back(probe(index));
      for (std::uint32_t other = 0; other < nodes_.size(); ++other) {
        if (other == index) continue;
        const Ref target = through(index, probe(other));
        in_turn(index, [&] { (void)watchers_.back().cast<Watch>(target); });
      }
    }
    run_for(1s);
  }
  void expect_links_stand() {
    for (const Ref& watcher : watchers_) {
      EXPECT_EQ(seen(watcher.node() == id(0) ? 0 : 1, watcher), Strings{});
    }
  }

  std::unique_ptr<RawClient> raw_;
  std::vector<Ref> watchers_;
};

TEST_F(LyingClientTest, IsWelcome) {
  start_all(1);
  RawClient& liar = raw();
  ASSERT_TRUE(liar.welcome);
  EXPECT_EQ(liar.welcome->refusal, Refusal::none);
  EXPECT_EQ(liar.welcome->id, id(0));
  EXPECT_EQ(liar.welcome->boot, node(0).boot());
}

TEST_F(LyingClientTest, MalformedBytesCloseItsConnectionOnly) {
  start_all(2);
  watch_links();
  const Ref here = probe(0);
  const TypeId note = type_id<Note>();
  const std::vector<std::function<void(RawClient&)>> lies = {
      [](RawClient& liar) { liar.data("?"); },
      [](RawClient& liar) { liar.data(Bytes(1, static_cast<char>(ClientKind::relay))); },
      [](RawClient& liar) { liar.control("?"); },
      [&](RawClient& liar) { liar.relay(here, wire::Cast{here.process(), note}, "\xff"); },
      [&](RawClient& liar) { liar.relay(here, wire::Call{0, here.process(), note, 1s}, ""); },
      [&](RawClient& liar) { liar.relay(here, wire::SpawnReply{}, "?"); },
      [](RawClient& liar) {
        liar.data(encode_for_client(wire::ShowProcess{7}));
        liar.data(encode_for_client(wire::ShowProcess{7}));
      },
      [&](RawClient& liar) {
        liar.relay(here, wire::Monitor{5, here.process()}, "");
        liar.relay(here, wire::Monitor{5, here.process()}, "");
      },
      [](RawClient& liar) { liar.control(encode_client_hello(ClientHello())); },
  };
  for (std::size_t i = 0; i < lies.size(); ++i) {
    RawClient& liar = raw();
    EXPECT_EQ(node(0).client_count(), 1U);
    lies[i](liar);
    run_for(1s);
    EXPECT_TRUE(liar.closed) << i;
    EXPECT_EQ(node(0).client_count(), 0U) << i;
    fabric_.machine(terminal).crash();
  }
  expect_links_stand();
  EXPECT_EQ(call<Echo>(0, here, std::string("well")).value(), "well");
}

// What it has said is not known to be wrong before it is where it was for.
TEST_F(LyingClientTest, MalformedMessagesForOthersCloseNoLink) {
  start_all(2);
  watch_links();
  const Ref there = probe(1);
  RawClient& liar = raw();
  liar.relay(there, wire::Cast{there.process(), type_id<Note>()}, "\xff");
  liar.relay(there, wire::Call{1, there.process(), type_id<Echo>(), 1s}, "\xff");
  run_for(1s);
  ASSERT_EQ(liar.errors.size(), 1U);
  EXPECT_EQ(liar.errors[0].code, ErrorCode::malformed);
  EXPECT_FALSE(liar.closed);
  expect_links_stand();
}

TEST_F(LyingClientTest, AWrongAnswerIsALostOne) {
  start_all(2);
  watch_links();
  RawClient& liar = raw();
  liar.data(encode_for_client(wire::ShowProcess{7}));
  run_for(1s);
  const ProcessId outside = liar.welcome->base + 1;
  for (const std::uint32_t asker : {0U, 1U}) {
    Result<std::string> answer;
    in_turn(asker, [&] {
      auto ask = [](Ref to, Result<std::string>& result) -> task<void> {
        result = co_await to.call<Echo>("hi");
      };
      (void)node(asker).run(ask(node(asker).ref(node(0).incarnation(), outside), answer));
    });
    run_for(100ms);
    liar.relay(node(asker).ref(node(asker).incarnation(), 0),
               wire::Reply{wire::relayed_call_bit | (asker + 1)}, "\xff");
    run_for(1s);
    EXPECT_EQ(answer.error().code, ErrorCode::reply_lost) << asker;
  }
  EXPECT_FALSE(liar.closed);
  expect_links_stand();
}

TEST_F(LyingClientTest, AnotherVersionIsToldSo) {
  start_all(1);
  ClientHello hello;
  hello.version = 2;
  RawClient& liar = raw(hello);
  ASSERT_TRUE(liar.welcome);
  EXPECT_EQ(liar.welcome->refusal, Refusal::version);
  EXPECT_TRUE(liar.closed);
  EXPECT_EQ(node(0).client_count(), 0U);
}

// Told that it is there, it says nothing, and goes.
TEST_F(LyingClientTest, WhatIsSpawnedAndNotConfirmedEnds) {
  start_all(2);
  RawClient& liar = raw();
  const std::size_t here = node(0).process_count();
  const std::size_t there = node(1).process_count();
  Bytes arguments;
  Writer writer(arguments);
  writer.string("");
  for (const std::uint32_t where : {0U, 1U}) {
    const Ref target = node(where).ref(node(where).incarnation(), 1);
    liar.relay(target, wire::Spawn{where + 1, "probe", "", 5s}, arguments);
  }
  run_for(1s);
  EXPECT_EQ(node(0).process_count(), here + 1);
  EXPECT_EQ(node(1).process_count(), there + 1);
  fabric_.machine(terminal).crash();
  run_for(30s);
  EXPECT_EQ(node(0).process_count(), here);
  EXPECT_EQ(node(1).process_count(), there);
}

// Over plain TCP there is nothing to be bound to.
TEST_F(LyingClientTest, AHelloOfAnotherConnectionIsNoHello) {
  start_all(1);
  ClientHello hello;
  hello.binding = Bytes(binding_bytes, 'b');
  RawClient& liar = raw(hello);
  EXPECT_FALSE(liar.welcome);
  EXPECT_TRUE(liar.closed);
}

}  // namespace
}  // namespace noex::tests

#include "noex/transport/handshake.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "noex/transport/frame.h"

namespace noex {
namespace {

using Event = Handshake::Event;

Hello sample_hello() {
  Hello hello;
  hello.from = NodeId("node1", "127.0.0.1", 4369);
  hello.boot = 1'700'000'000'000'000'123;
  hello.joined = true;
  hello.to = NodeId("node2", "::1", 65535);
  hello.known = 7;
  hello.clock = ClockReading{clock_wall_max, 0xffffffff};
  return hello;
}

HelloAck sample_ack(Refusal refusal = Refusal::none) {
  HelloAck ack;
  ack.refusal = refusal;
  ack.id = NodeId("node2", "::1", 65535);
  ack.boot = boot_max;
  ack.known = 3;
  ack.clock = ClockReading{1, 2};
  if (refusal == Refusal::name_taken) ack.holder = NodeId("node1", "example.org", 1);
  return ack;
}

TEST(Handshake, BothSidesAgreeInFourSteps) {
  auto dialer = Handshake::dialer(sample_hello());
  auto acceptor = Handshake::acceptor();
  EXPECT_FALSE(acceptor.has_hello());
  ASSERT_EQ(acceptor.on_payload(dialer.hello_payload()), Event::hello);
  EXPECT_TRUE(acceptor.has_hello());
  EXPECT_EQ(acceptor.hello(), sample_hello());
  ASSERT_EQ(dialer.on_payload(acceptor.answer(sample_ack())), Event::accepted);
  EXPECT_EQ(dialer.ack(), sample_ack());
  EXPECT_FALSE(dialer.confirmed());
  ASSERT_EQ(acceptor.on_payload(dialer.confirm()), Event::established);
  EXPECT_TRUE(dialer.confirmed());
  ASSERT_EQ(dialer.on_payload(acceptor.ready()), Event::established);
}

TEST(Handshake, AHelloCarriesItsConnectionsBindingOrNone) {
  Hello hello = sample_hello();
  const Bytes plain = Handshake::dialer(hello).hello_payload();
  hello.binding = Bytes(binding_bytes, 'b');
  const Bytes bound = Handshake::dialer(hello).hello_payload();
  EXPECT_EQ(bound, plain + hello.binding) << "nothing else changes";
  auto acceptor = Handshake::acceptor();
  ASSERT_EQ(acceptor.on_payload(bound), Event::hello);
  EXPECT_EQ(acceptor.hello(), hello);
  for (const std::size_t size : {std::size_t{1}, binding_bytes - 1, binding_bytes + 1}) {
    auto other = Handshake::acceptor();
    EXPECT_EQ(other.on_payload(plain + Bytes(size, 'b')), Event::malformed) << size;
  }
}

TEST(Handshake, RefusalTravelsWithItsReason) {
  for (int number = 1; number <= static_cast<int>(Refusal::full); ++number) {
    const auto refusal = static_cast<Refusal>(number);
    auto dialer = Handshake::dialer(sample_hello());
    auto acceptor = Handshake::acceptor();
    ASSERT_EQ(acceptor.on_payload(dialer.hello_payload()), Event::hello);
    ASSERT_EQ(dialer.on_payload(acceptor.answer(sample_ack(refusal))), Event::refused);
    EXPECT_EQ(dialer.ack(), sample_ack(refusal));
    EXPECT_NE(describe(refusal), "unknown reason");
    EXPECT_EQ(acceptor.on_payload(std::string("\x03")), Event::malformed) << "it is over";
  }
  EXPECT_FALSE(is_known(static_cast<Refusal>(static_cast<int>(Refusal::full) + 1)));
}

TEST(Handshake, LongestIdsFitTheFirstFrames) {
  Hello hello = sample_hello();
  hello.from = NodeId(std::string(name_chars_max, 'a'), std::string(host_chars_max, 'h'), 65535);
  hello.to = hello.from;
  EXPECT_LE(Handshake::dialer(hello).hello_payload().size(), handshake_payload_max);
}

TEST(Handshake, AnotherVersionIsToldApartFromGarbage) {
  auto acceptor = Handshake::acceptor();
  EXPECT_EQ(acceptor.on_payload("\x01NOEX\x02 of the future"), Event::hello);
  EXPECT_EQ(acceptor.hello().version, 2U);
  EXPECT_TRUE(acceptor.hello().from.empty());
  auto other = Handshake::acceptor();
  EXPECT_EQ(other.on_payload("\x01NOPE"), Event::malformed);
  EXPECT_EQ(other.error(), "not a noex node");
}

TEST(Handshake, StepsOutOfOrderAreMalformed) {
  const Bytes hello = Handshake::dialer(sample_hello()).hello_payload();
  const Bytes confirm = "\x03";
  const Bytes ready = "\x04";
  for (const auto& first : {confirm, ready, Bytes("\x02"), Bytes(), Bytes("\x05")}) {
    EXPECT_EQ(Handshake::acceptor().on_payload(first), Event::malformed);
    EXPECT_EQ(Handshake::dialer(sample_hello()).on_payload(first), Event::malformed);
  }
  EXPECT_EQ(Handshake::dialer(sample_hello()).on_payload(hello), Event::malformed);
  auto acceptor = Handshake::acceptor();
  ASSERT_EQ(acceptor.on_payload(hello), Event::hello);
  EXPECT_EQ(acceptor.on_payload(confirm), Event::malformed) << "not answered yet";
  auto twice = Handshake::acceptor();
  ASSERT_EQ(twice.on_payload(hello), Event::hello);
  (void)twice.answer(sample_ack());
  EXPECT_EQ(twice.on_payload(hello), Event::malformed);
}

TEST(Handshake, FieldsAreValidated) {
  const auto refused = [](auto change) {
    Hello hello = sample_hello();
    change(hello);
    auto acceptor = Handshake::acceptor();
    return acceptor.on_payload(Handshake::dialer(hello).hello_payload()) == Event::malformed;
  };
  EXPECT_TRUE(refused([](Hello& hello) { hello.boot = 0; }));
  EXPECT_TRUE(refused([](Hello& hello) { hello.boot = boot_max + 1; }));
  EXPECT_TRUE(refused([](Hello& hello) { hello.known = boot_max + 1; }));
  EXPECT_TRUE(refused([](Hello& hello) { hello.from = NodeId("9", "h", 1); }));
  EXPECT_TRUE(refused([](Hello& hello) { hello.to = NodeId("n", "", 1); }));
  EXPECT_TRUE(refused([](Hello& hello) { hello.to = NodeId("n", "h", 0); }));
  // A clock that could only overflow would poison the stamps of everybody.
  EXPECT_TRUE(refused([](Hello& hello) { hello.clock.wall = -1; }));
  EXPECT_TRUE(refused([](Hello& hello) { hello.clock.wall = clock_wall_max + 1; }));
  EXPECT_FALSE(refused([](Hello& hello) { hello.known = 0; }));

  auto dialer = Handshake::dialer(sample_hello());
  auto acceptor = Handshake::acceptor();
  ASSERT_EQ(acceptor.on_payload(dialer.hello_payload()), Event::hello);
  HelloAck ack = sample_ack();
  ack.holder = ack.id;  // only with name_taken
  EXPECT_EQ(dialer.on_payload(acceptor.answer(ack)), Event::malformed);
}

TEST(Handshake, EveryTruncationAndExtensionIsMalformed) {
  const Bytes hello = Handshake::dialer(sample_hello()).hello_payload();
  for (std::size_t size = 0; size < hello.size(); ++size) {
    EXPECT_EQ(Handshake::acceptor().on_payload(hello.substr(0, size)), Event::malformed) << size;
  }
  EXPECT_EQ(Handshake::acceptor().on_payload(hello + 'x'), Event::malformed);
}

RC_GTEST_PROP(Handshake, SurvivesGarbage, ()) {
  const auto payloads =
      *rc::gen::container<std::vector<std::string>>(rc::gen::container<std::string>(
          rc::gen::oneOf(rc::gen::arbitrary<char>(), rc::gen::element('\1', '\2', '\3'))));
  auto acceptor = Handshake::acceptor();
  auto dialer = Handshake::dialer(sample_hello());
  for (const auto& payload : payloads) {
    if (acceptor.on_payload(payload) == Event::hello) (void)acceptor.answer(sample_ack());
    RC_ASSERT(dialer.on_payload(payload) == Event::malformed);
  }
}

// One changed byte is noticed, or gives another hello that is as valid: never a crash.
RC_GTEST_PROP(Handshake, ChangedByteNeverGivesTheSameHello, ()) {
  Bytes hello = Handshake::dialer(sample_hello()).hello_payload();
  const auto at = *rc::gen::inRange<std::size_t>(0, hello.size());
  const auto change = *rc::gen::inRange(1, 256);
  hello[at] = static_cast<char>(hello[at] ^ change);
  auto acceptor = Handshake::acceptor();
  if (acceptor.on_payload(hello) == Event::hello) RC_ASSERT(!(acceptor.hello() == sample_hello()));
}

}  // namespace
}  // namespace noex

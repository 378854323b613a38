#include "noex/transport/client_handshake.h"

#include <gtest/gtest.h>

namespace noex {
namespace {

ClientWelcome welcome_of(Refusal refusal) {
  ClientWelcome welcome;
  welcome.refusal = refusal;
  welcome.id = NodeId("node1", "10.0.0.1", 4369);
  welcome.boot = 7;
  welcome.base = refusal == Refusal::none ? (std::uint64_t{1} << 63) | (std::uint64_t{5} << 32) : 0;
  welcome.desk = refusal == Refusal::none ? 12 : 0;
  return welcome;
}

// Byte by byte as in docs/WIRE.md, "Clients".
TEST(ClientHandshake, IsAsDocumented) {
  EXPECT_EQ(encode_client_hello(ClientHello()), Bytes("\x05NOEX\x01"));
  EXPECT_EQ(encode_client_welcome(welcome_of(Refusal::full)), Bytes("\x06\x0a\x05node1\x08"
                                                                    "10.0.0.1\x91\x22\x07\x00\x00",
                                                                    22));
}

TEST(ClientHandshake, ComesBackAsItWas) {
  ClientHello hello;
  EXPECT_EQ(decode_client_hello(encode_client_hello(hello)), hello);
  hello.binding = Bytes(binding_bytes, 'b');
  EXPECT_EQ(decode_client_hello(encode_client_hello(hello)), hello);
  for (const Refusal refusal : {Refusal::none, Refusal::version, Refusal::leaving, Refusal::full}) {
    const ClientWelcome welcome = welcome_of(refusal);
    EXPECT_EQ(decode_client_welcome(encode_client_welcome(welcome)), welcome);
  }
}

TEST(ClientHandshake, RefusesWhatIsNone) {
  const Bytes hello = encode_client_hello(ClientHello());
  const Bytes welcome = encode_client_welcome(welcome_of(Refusal::none));
  for (std::size_t size = 0; size < hello.size(); ++size) {
    EXPECT_FALSE(decode_client_hello(ByteView(hello).substr(0, size))) << size;
  }
  for (std::size_t size = 0; size < welcome.size(); ++size) {
    EXPECT_FALSE(decode_client_welcome(ByteView(welcome).substr(0, size))) << size;
  }
  EXPECT_FALSE(decode_client_hello(hello + "x"));
  EXPECT_FALSE(decode_client_welcome(welcome + "x"));
  EXPECT_FALSE(decode_client_welcome(encode_client_welcome(welcome_of(Refusal::name_taken))));
  ClientWelcome lie = welcome_of(Refusal::full);
  lie.base = 5;
  EXPECT_FALSE(decode_client_welcome(encode_client_welcome(lie)));
}

// What follows the version is another version's own; it is answered all the same.
TEST(ClientHandshake, ReadsTheVersionOfOthersOnly) {
  Bytes later = encode_client_hello(ClientHello());
  later.back() = 2;
  const auto hello = decode_client_hello(later + "whatever");
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->version, 2U);
}

}  // namespace
}  // namespace noex

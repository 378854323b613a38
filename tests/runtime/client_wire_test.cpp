#include "noex/runtime/clients/client_wire.h"

#include <gtest/gtest.h>

namespace noex::tests {
namespace {

TEST(ClientWire, SaysOfAProcessThatItIsKnownAndThatItEnded) {
  const Bytes shown = encode_for_client(wire::ShowProcess{5});
  EXPECT_EQ(shown, Bytes("\x41\x05"));
  const Bytes ended = encode_for_client(wire::ProcessEnded{5, ExitReason::error("why")});
  ASSERT_EQ(ended.front(), 'B');
  wire::ProcessEnded fields;
  ASSERT_TRUE(decode_all(ByteView(ended).substr(1), fields));
  EXPECT_EQ(fields.process, 5U);
  EXPECT_EQ(fields.reason.describe(), "error: why");
}

TEST(ClientWire, PutsTheNodeBeforeWhatIsRelayed) {
  const Incarnation node{NodeId("a", "b", 7), 9};
  Bytes bytes;
  Writer writer = begin_relay(bytes, node);
  writer.u8(2);
  Decoder decoder(bytes);
  EXPECT_EQ(decoder.u8(), static_cast<std::uint8_t>(ClientKind::relay));
  Incarnation decoded;
  decoded.id.decode_from(decoder);
  decoded.boot = decoder.varint();
  EXPECT_EQ(decoded, node);
  EXPECT_EQ(decoder.rest(), ByteView("\x02"));
}

}  // namespace
}  // namespace noex::tests

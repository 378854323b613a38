#include "noex/runtime/remote/wire.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "noex/runtime/message/codec.h"

namespace noex::tests {
namespace {

template <class Fields>
Bytes encoded(const Fields& fields) {
  Bytes bytes(1, static_cast<char>(Fields::kind));
  Writer writer(bytes);
  encode(writer, fields);
  return bytes;
}

// Without the spaces that tell the fields apart for the reader.
std::string packed(std::string text) {
  std::erase(text, ' ');
  return text;
}

std::string hex(ByteView bytes) {
  std::string text;
  for (const char byte : bytes) {
    text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return text;
}

// As docs/WIRE.md, "Data messages", says: nodes of other versions read these.
TEST(Wire, BytesOfEachMessageAreWhatIsDocumented) {
  EXPECT_EQ(hex(encoded(wire::Registry{})), packed("01"));
  EXPECT_EQ(hex(encoded(wire::Cast{5, 0x81})), packed("02 05 8101"));
  EXPECT_EQ(hex(encoded(wire::Multicast{{5, 6}, 7})), packed("03 020506 07"));
  EXPECT_EQ(hex(encoded(wire::Call{11, 5, 7, 1ms})), packed("04 0b 05 07 80897a"));
  EXPECT_EQ(hex(encoded(wire::Reply{11})), packed("05 0b"));
  EXPECT_EQ(hex(encoded(wire::ReplyError{11, ErrorCode::noproc, "no"})), packed("06 0b 14 026e6f"));
  EXPECT_EQ(hex(encoded(wire::Monitor{3, 5})), packed("07 03 05"));
  EXPECT_EQ(hex(encoded(wire::Demonitor{3})), packed("08 03"));
  EXPECT_EQ(hex(encoded(wire::MonitorOverflow{3})), packed("0a 03"));
  EXPECT_EQ(hex(encoded(wire::Spawn{9, "be", "", 1ms})), packed("0c 09 026265 00 80897a"));
  EXPECT_EQ(hex(encoded(wire::SpawnReply{9, ErrorCode::ok, "", 5})), packed("0d 09 00 00 05"));
  EXPECT_EQ(hex(encoded(wire::SpawnConfirm{9})), packed("0e 09"));
  EXPECT_EQ(hex(encoded(wire::SpawnCancel{9})), packed("0f 09"));
  EXPECT_EQ(hex(encoded(wire::ProcessLink{4, 5, 6})), packed("10 04 05 06"));
  EXPECT_EQ(hex(encoded(wire::ProcessUnlink{true, 4})), packed("11 01 04"));
  EXPECT_EQ(hex(encoded(wire::Cancel{11, 5})), packed("13 0b 05"));
  const ExitReason reason = ExitReason::error("no");
  const std::string coded = "04 026e6f 00";
  EXPECT_EQ(hex(encoded(wire::MonitorDown{3, reason})), packed("09 03" + coded));
  EXPECT_EQ(hex(encoded(wire::Exit{5, reason})), packed("0b 05" + coded));
  EXPECT_EQ(hex(encoded(wire::ProcessLinkExit{false, 4, reason})), packed("12 00 04" + coded));
  EXPECT_EQ(hex(encoded(wire::ExitBy{3, 5, reason})), packed("14 03 05" + coded));
}

// Whatever is cut off is refused, and never read as something else.
template <class Fields>
void expect_no_prefix_is_whole() {
  const Bytes bytes = encoded(Fields{});
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    Decoder decoder(ByteView(bytes).substr(1, size - 1));
    Fields fields;
    decode(decoder, fields);
    EXPECT_EQ(decoder.complete(), size == bytes.size()) << static_cast<int>(Fields::kind);
  }
}
template <class... All>
void expect_no_prefix_is_whole(std::tuple<All...>*) {
  (expect_no_prefix_is_whole<All>(), ...);
}

TEST(Wire, NothingThatIsCutOffIsWhole) {
  expect_no_prefix_is_whole(static_cast<wire::All*>(nullptr));
}

}  // namespace
}  // namespace noex::tests

#include "noex/runtime/message/exit_reason.h"

#include <string>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>

namespace noex {
namespace {

const Ref winner(NodeId("node2", "10.0.0.2", 4369), 7, 17, nullptr);

TEST(ExitReason, SaysWhy) {
  EXPECT_EQ(ExitReason().describe(), "normal");
  EXPECT_EQ(ExitReason::shutdown().describe(), "shutdown");
  EXPECT_EQ(ExitReason::killed().describe(), "killed");
  EXPECT_EQ(ExitReason::noproc().describe(), "noproc");
  EXPECT_EQ(ExitReason::noconnection().describe(), "noconnection");
  EXPECT_EQ(ExitReason::error("disk full").describe(), "error: disk full");
  EXPECT_EQ(ExitReason::name_conflict("room", winner).describe(),
            "name_conflict: \"room\" belongs to node2@10.0.0.2:4369");
}

TEST(ExitReason, TravelsWhole) {
  for (const ExitReason& reason : {ExitReason::normal(), ExitReason::error("disk full"),
                                   ExitReason::name_conflict("room", winner)}) {
    ExitReason read = ExitReason::killed();
    ASSERT_TRUE(decode_all(encoded(reason), read));
    EXPECT_EQ(read, reason);
  }
}

TEST(ExitReason, HasAShortText) {
  const std::string longest(exit_text_bytes_max, 'x');
  EXPECT_EQ(ExitReason::error(longest).text(), longest);
  EXPECT_EQ(ExitReason::error(longest + "x").text().size(), exit_text_bytes_max);

  Bytes bytes;
  Writer writer(bytes);
  encode(writer, ExitKind::error);
  encode(writer, longest + "x");
  encode(writer, std::optional<Ref>());
  ExitReason read;
  EXPECT_FALSE(decode_all(bytes, read)) << "too long where it arrives";
}

TEST(ExitReason, OfAnUnknownKindIsMalformed) {
  ExitReason read;
  EXPECT_FALSE(decode_all(Bytes("\0\0\0", 3), read));
  EXPECT_FALSE(decode_all(Bytes("\x8\0\0", 3), read));
}

// What a temporary is asked for outlives it.
static_assert(!std::is_reference_v<decltype(ExitReason().text())>);
static_assert(!std::is_reference_v<decltype(ExitReason().winner())>);
static_assert(std::is_reference_v<decltype(std::declval<const ExitReason&>().text())>);

}  // namespace
}  // namespace noex

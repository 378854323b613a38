#include "noex/runtime/message/call.h"

#include <gtest/gtest.h>

#include "tests/runtime/node_harness.h"

namespace noex::tests {
namespace {

using Answer = std::optional<Result<std::string>>;

Answer decoded(const Bytes& bytes) {
  Decoder decoder(bytes);
  Answer answer;
  const bool is_reply = decode_reply<Echo>(decoder, answer);
  EXPECT_EQ(is_reply, answer.has_value());
  return answer;
}

TEST(Replies, AreWholeOrNothing) {
  const Answer whole = decoded(encoded(std::string("hi")));
  ASSERT_TRUE(whole && *whole);
  EXPECT_EQ(**whole, "hi");
  EXPECT_FALSE(decoded("\2x")) << "cut";
}

}  // namespace
}  // namespace noex::tests

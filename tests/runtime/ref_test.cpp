#include "noex/runtime/message/ref.h"

#include <algorithm>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "tests/runtime/node_harness.h"

namespace noex::tests {
namespace {

const NodeId node1("node1", "10.0.0.1", 4369);

TEST(Ref, MeansOneProcessOfOneBoot) {
  const Ref ref(node1, 7, 17, nullptr);
  EXPECT_TRUE(ref.lives_on({node1, 7}));
  EXPECT_FALSE(ref.lives_on({node1, 8}));
  EXPECT_EQ(ref, Ref(node1, 7, 17, nullptr));
  EXPECT_NE(ref, Ref(node1, 8, 17, nullptr));
  EXPECT_NE(ref, Ref(node1, 7, 18, nullptr));
  EXPECT_NE(ref, Ref(NodeId("node2", "10.0.0.1", 4369), 7, 17, nullptr));
  EXPECT_EQ(ref.text(), "node1@10.0.0.1:4369/17");
  EXPECT_EQ(Ref().text(), "nobody");
  EXPECT_TRUE(Ref().empty() && !ref.empty());
}

TEST(Ref, TravelsWhole) {
  for (const Ref& ref : {Ref(), Ref(node1, 7, 17, nullptr)}) {
    Ref read(node1, 1, 1, nullptr);
    ASSERT_TRUE(decode_all(encoded(ref), read));
    EXPECT_EQ(read, ref);
  }
  EXPECT_EQ(encoded(Ref()), Bytes("\0", 1));
}

TEST(Ref, WithoutANodeSendsNothing) {
  const Result<void> sent = Ref(node1, 7, 17, nullptr).cast<Note>("x");
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::noproc);
}

using RefOfNode = NodeTest;

TEST_F(RefOfNode, OutlivesItsNodeAndSaysSo) {
  start_all(2);
  const Ref target = probe(1);
  const Ref through_node1 = through(0, target);
  const Ref copy = through_node1;
  crash(0);
  for (const Ref& ref : {through_node1, copy}) {
    const Result<void> sent = ref.cast<Note>("x");
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code, ErrorCode::not_ready);
  }
  Result<std::string> answer;
  EXPECT_TRUE(await(1, [&]() -> task<void> { answer = co_await copy.call<Echo>("x"); }));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::not_ready);
  EXPECT_EQ(call<Echo>(1, target, "still there"), "still there");
}

// What a temporary is asked for outlives it.
static_assert(!std::is_reference_v<decltype(Ref().node())>);
static_assert(std::is_reference_v<decltype(std::declval<const Ref&>().node())>);

}  // namespace
}  // namespace noex::tests

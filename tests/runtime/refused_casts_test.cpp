#include "noex/runtime/remote/refused_casts.h"

#include <gmock/gmock.h>

#include "tests/runtime/parts_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Refused : public PartsTest {
 protected:
  Refused() { links_.add(link_); }
  void drop(TypeId type) {
    refused_casts_.tell(link_, wire::CastRefused{5, type, {}}, behavior_of<PartProcess>());
  }
  std::size_t told() const { return link_.signals.size(); }
};

TEST_F(Refused, AreToldWithWhatTheProcessTakes) {
  drop(77);
  const auto reply = FakeLink::only<wire::ReplyError>(link_.signals);
  EXPECT_EQ(reply.call, 0U);
  EXPECT_EQ(reply.code, ErrorCode::incompatible_type);
  wire::CastRefused said;
  ASSERT_TRUE(decode_all(ByteView(reply.detail), said));
  EXPECT_EQ(said.to, 5U);
  EXPECT_EQ(said.type, 77U);
  EXPECT_THAT(said.takes, ::testing::UnorderedElementsAre("test:part_note/{s}",
                                                          HasSubstr("test:part_ask/{s}->")));
}

TEST_F(Refused, AreToldOncePerTypeInAWhile) {
  drop(77);
  drop(77);
  EXPECT_EQ(told(), 1U);
  drop(78);
  EXPECT_EQ(told(), 2U);
  run_for(10s);
  drop(77);
  EXPECT_EQ(told(), 3U);
}

TEST_F(Refused, AreToldOfSixteenTypesAndNoMore) {
  for (TypeId type = 1; type <= 20; ++type) drop(type);
  EXPECT_EQ(told(), 16U);
  refused_casts_.on_link_down(link_.serial());
  drop(1);
  EXPECT_EQ(told(), 17U) << "what was told went with the link";
}

TEST_F(Refused, AreSaidByName) {
  PartNote note{"x"};
  refused_casts_.note_sent(type_id<PartNote>(), OutgoingValue<PartNote>(note));
  const Bytes said =
      encoded(wire::CastRefused{5, type_id<PartNote>(), {"test:other/{s}", "test:part_note/{u4}"}});
  EXPECT_TRUE(refused_casts_.on_told(link_, said));
  EXPECT_THAT(log_.warnings,
              ElementsAre(HasSubstr("a cast of \"test:part_note/{s}\" was dropped by "
                                    "node2@10.0.0.2:4369/5, which takes \"test:part_note/{u4}\"")));
}

TEST_F(Refused, OfWhatWasNeverSentAreNoted) {
  EXPECT_TRUE(refused_casts_.on_told(link_, encoded(wire::CastRefused{5, 99, {}})));
  EXPECT_THAT(log_.warnings, IsEmpty());
  EXPECT_FALSE(refused_casts_.on_told(link_, "garbage"));
}

}  // namespace
}  // namespace noex::tests

#include "noex/runtime/remote/delivery.h"

#include <gmock/gmock.h>

#include "tests/runtime/parts_harness.h"

namespace noex::tests {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Delivered : public PartsTest {
 protected:
  Delivered() { links_.add(link_); }
  template <class M>
  static Bytes body(std::string text) {
    Bytes bytes;
    Writer writer(bytes);
    encode_body(writer, M{std::move(text)});
    return bytes;
  }
  bool come(ProcessId to, const Bytes& bytes, TypeId type = type_id<PartNote>()) {
    const bool good = delivery_.on_cast(link_, wire::Cast{to, type}, bytes);
    run_for();
    return good;
  }
  bool call(ProcessId to, const Bytes& bytes, TypeId type = type_id<PartAsk>(),
            Duration remaining = 1s) {
    return delivery_.on_call(link_, wire::Call{11, to, type, remaining}, bytes);
  }
  ErrorCode refusal() { return FakeLink::only<wire::ReplyError>(link_.signals).code; }

  const ProcessId process_ = spawn();
};

TEST_F(Delivered, CastsComeFromTheNodeOfTheLink) {
  EXPECT_TRUE(come(process_, body<PartNote>("hello")));
  EXPECT_THAT(take_seen(), ElementsAre("hello of node2"));
}

TEST_F(Delivered, CastsToWhoIsGoneAreNoFaultOfTheLink) {
  EXPECT_TRUE(come(process_ + 1, body<PartNote>("nobody")));
  EXPECT_TRUE(come(process_, "", type_id<PartNote>() + 1));
  EXPECT_TRUE(come(process_, body<PartAsk>("a call"), type_id<PartAsk>()));
  EXPECT_THAT(take_seen(), IsEmpty());
  EXPECT_THAT(log_.warnings, Contains(HasSubstr("was dropped by process")).Times(2));
}

TEST_F(Delivered, BytesThatAreNoMessageAreAFaultOfTheLink) {
  EXPECT_FALSE(come(process_, "\xff"));
  EXPECT_FALSE(call(process_, "\xff"));
  EXPECT_FALSE(delivery_.on_call(link_, wire::Call{0, process_, type_id<PartAsk>(), 1s},
                                 body<PartAsk>("a call without a number")));
  run_for();
  EXPECT_THAT(take_seen(), IsEmpty());
}

TEST_F(Delivered, BytesOfClientsAreNoFaultOfTheLink) {
  const wire::Multicast cast{{0, process_}, type_id<PartNote>()};
  EXPECT_TRUE(delivery_.on_multicast(link_, cast, "\xff"));
  EXPECT_THAT(log_.warnings, Contains(HasSubstr("a malformed cast of a client of node2")));
  const CallId number = wire::relayed_call_bit | 11;
  const wire::Call call{number, process_, type_id<PartAsk>(), 1s};
  EXPECT_TRUE(delivery_.on_call(link_, call, "\xff"));
  EXPECT_EQ(refusal(), ErrorCode::malformed);
}

TEST_F(Delivered, MulticastsReachEachAndCountAsTheWorkOfAll) {
  const ProcessId second = spawn();
  const Bytes note = body<PartNote>("all");
  const wire::Multicast cast{{process_, second, second + 1}, type_id<PartNote>()};
  EXPECT_TRUE(delivery_.on_multicast(link_, cast, note));
  run_for();
  EXPECT_THAT(take_seen(), ElementsAre("all of node2", "all of node2"));
  EXPECT_EQ(link_.charged, 3U);
}

TEST_F(Delivered, MulticastsAreBoundedByWhatTheirCopiesCost) {
  const std::size_t most = multicast_receivers_max(1000);
  EXPECT_LT(most * 1000, 1024U * 1024);
  EXPECT_EQ(multicast_receivers_max(10'000'000), 1U);
  wire::Multicast cast{std::vector<ProcessId>(most, process_ + 1), type_id<PartNote>()};
  EXPECT_TRUE(delivery_.on_multicast(link_, cast, Bytes(1000, 'x')));
  cast.to.push_back(process_);
  EXPECT_FALSE(delivery_.on_multicast(link_, cast, Bytes(1000, 'x')));
}

TEST_F(Delivered, CallsAreAnsweredOverTheirLink) {
  EXPECT_TRUE(call(process_, body<PartAsk>("why")));
  run_for();
  EXPECT_THAT(take_seen(), ElementsAre("why of node2"));
  EXPECT_EQ(FakeLink::only<wire::Reply>(link_.signals).call, 11U);
}

TEST_F(Delivered, CallsToWhoIsGoneAreRefused) {
  EXPECT_TRUE(call(process_ + 1, body<PartAsk>("why")));
  EXPECT_EQ(refusal(), ErrorCode::noproc);
}

TEST_F(Delivered, CallsOfAnUnknownTypeAreRefused) {
  EXPECT_TRUE(call(process_, "", type_id<PartAsk>() + 1));
  EXPECT_EQ(refusal(), ErrorCode::incompatible_type);
}

TEST_F(Delivered, CallsOfACastAreRefused) {
  EXPECT_TRUE(call(process_, body<PartNote>("no call"), type_id<PartNote>()));
  EXPECT_EQ(refusal(), ErrorCode::incompatible_type);
}

TEST_F(Delivered, CallsToAFullMailboxAreRefused) {
  options_.mailbox_messages_max = 0;
  EXPECT_TRUE(call(process_, body<PartAsk>("why")));
  EXPECT_EQ(refusal(), ErrorCode::overloaded);
}

TEST_F(Delivered, CallsThatNobodyWaitsForAreNotExecuted) {
  EXPECT_TRUE(call(process_, body<PartAsk>("late"), type_id<PartAsk>(), -1s));
  run_for();
  EXPECT_THAT(take_seen(), IsEmpty());
}

TEST_F(Delivered, CallsOfEndlessPatienceDoNotOverflowTheClock) {
  EXPECT_TRUE(call(process_, body<PartAsk>("patient"), type_id<PartAsk>(), Duration::max()));
  run_for();
  EXPECT_THAT(take_seen(), ElementsAre("patient of node2"));
}

TEST_F(Delivered, CancelsTakeBackTheCallsOfTheirOwnLinkOnly) {
  EXPECT_TRUE(call(process_, body<PartAsk>("first")));
  FakeLink stranger({id(3), 3001}, LinkSerial{8});
  delivery_.on_cancel(stranger, wire::Cancel{11, process_});
  run_for();
  EXPECT_THAT(take_seen(), ElementsAre("first of node2"));
  EXPECT_TRUE(call(process_, body<PartAsk>("second")));
  delivery_.on_cancel(link_, wire::Cancel{11, process_});
  run_for();
  EXPECT_THAT(take_seen(), IsEmpty());
}

TEST_F(Delivered, ExitsAskAProcessThatTrapsThem) {
  wire::Exit exit{process_, ExitReason::error("enough")};
  delivery_.on_exit(link_, exit);
  wire::ExitBy exit_by{5, process_, ExitReason::shutdown()};
  delivery_.on_exit_by(link_, exit_by);
  run_for();
  EXPECT_THAT(take_seen(), ElementsAre("exit error: enough", "exit shutdown"));
  wire::ExitBy kill{5, process_, ExitReason::killed()};
  delivery_.on_exit_by(link_, kill);
  EXPECT_FALSE(processes_.exists(process_));
}

}  // namespace
}  // namespace noex::tests

#include "noex/runtime/remote/replies.h"

#include <gmock/gmock.h>

#include "tests/runtime/parts_harness.h"

namespace noex::tests {
namespace {

using ::testing::IsEmpty;

class RepliesOut : public PartsTest {
 protected:
  RepliesOut() { links_.add(link_); }
  void answer(const ReplyTo& to, std::string text) {
    Result<std::string> result = std::move(text);
    OutgoingValue<std::string> value(*result);
    replies_.reply(to, &result, &value, nullptr);
  }
  ReplyTo over_link() const { return {11, link_.serial()}; }
};

TEST_F(RepliesOut, LeaveAsSignalsOverTheLinkOfTheirCall) {
  answer(over_link(), "well");
  Bytes body;
  EXPECT_EQ(FakeLink::only<wire::Reply>(link_.signals, &body).call, 11U);
  std::string text;
  Decoder bytes(body);
  decode(bytes, text);
  EXPECT_EQ(text, "well");
  EXPECT_THAT(link_.sent, IsEmpty()) << "what may be refused";
}

TEST_F(RepliesOut, AreDroppedWithTheLink) {
  EXPECT_TRUE(replies_.reaches(over_link()));
  links_.remove(link_);
  EXPECT_FALSE(replies_.reaches(over_link()));
  EXPECT_TRUE(replies_.reaches({11, {}})) << "a caller of this node";
  answer(over_link(), "lost");
  replies_.reply_error(over_link(), Error{ErrorCode::exited, {}});
  EXPECT_THAT(link_.signals, IsEmpty());
}

TEST_F(RepliesOut, ThatAreTooLargeAreLostAndSaySo) {
  answer(over_link(), std::string(options_.message_bytes_max, 'x'));
  const auto error = FakeLink::only<wire::ReplyError>(link_.signals);
  EXPECT_EQ(error.call, 11U);
  EXPECT_EQ(error.code, ErrorCode::reply_lost);
  EXPECT_EQ(error.detail, "the answer is too large");
}

TEST_F(RepliesOut, OfErrorsAreCutToWhatAPeerTakes) {
  replies_.reply_error(over_link(), Error{ErrorCode::rejected, std::string(5000, 'x')});
  const auto error = FakeLink::only<wire::ReplyError>(link_.signals);
  EXPECT_EQ(error.code, ErrorCode::rejected);
  EXPECT_LE(error.detail.size(), wire::detail_bytes_max);
  EXPECT_GT(error.detail.size(), wire::detail_bytes_max / 2);
}

TEST_F(RepliesOut, ThatComeInAreMalformedIfTheyAreNoErrors) {
  const auto comes = [&](ErrorCode code, std::size_t bytes) {
    wire::ReplyError reply{99, code, std::string(bytes, 'x')};
    return replies_.on_reply_error(link_, reply);
  };
  EXPECT_TRUE(comes(ErrorCode::noproc, wire::detail_bytes_max)) << "late: nobody waits";
  EXPECT_FALSE(comes(ErrorCode::noproc, wire::detail_bytes_max + 1));
  EXPECT_FALSE(comes(ErrorCode::ok, 0));
}

// A process of this node asks one of the other; who answers it?
class RepliesIn : public PartsTest {
 protected:
  RepliesIn() {
    cluster_.openable = {&link_};
    const auto ask = [](Ref to, std::vector<std::string>& seen) -> task<void> {
      const Result<std::string> reply = co_await to.call<PartAsk>("what");
      seen.push_back(reply ? *reply : describe(reply.error()));
    };
    EXPECT_TRUE(processes_.run(ask(ref(other_, 5), seen_)));
    run_for();
    call_ = FakeLink::only<wire::Call>(link_.sent).call;
  }
  bool comes(CallId call, FakeLink& over, std::string text) {
    Bytes body;
    Writer writer(body);
    encode(writer, text);
    const bool good = replies_.on_reply(over, wire::Reply{call}, body);
    run_for();
    return good;
  }
  CallId call_ = 0;
};

TEST_F(RepliesIn, EndTheCallThatTheyName) {
  EXPECT_TRUE(comes(call_, link_, "this"));
  EXPECT_THAT(take_seen(), ::testing::ElementsAre("this"));
}

TEST_F(RepliesIn, OverAnotherLinkOrOfAnotherCallAreNobodys) {
  FakeLink stranger({id(3), 3001}, LinkSerial{8});
  EXPECT_TRUE(comes(call_, stranger, "of a stranger"));
  EXPECT_TRUE(comes(call_ + 1, link_, "to another"));
  EXPECT_THAT(take_seen(), IsEmpty());
  wire::ReplyError error{call_, ErrorCode::exited, "gone"};
  EXPECT_TRUE(replies_.on_reply_error(link_, error));
  run_for();
  EXPECT_THAT(take_seen(), ::testing::ElementsAre("process ended (gone)"));
}

TEST_F(RepliesIn, ThatCannotBeReadAreMalformed) {
  EXPECT_FALSE(replies_.on_reply(link_, wire::Reply{call_}, "\xff\xff\xff"));
}

}  // namespace
}  // namespace noex::tests

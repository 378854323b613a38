#include "noex/runtime/clients/relay.h"

#include <gmock/gmock.h>

#include "tests/runtime/parts_harness.h"

namespace noex::tests {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A call of a client: keeps the bytes of its answer.
class BytesCall final : public PendingCall {
 public:
  void complete_error(Error error) override { told = describe(error); }
  bool complete_bytes(Decoder& bytes) override {
    told = Bytes(bytes.rest());
    return true;
  }
  void complete_value(void*) override { told = "a value"; }
  bool is_relayed() const override { return true; }
  void encode_to(Writer& writer) const override { writer.raw(body); }

  Bytes body, told;
};

class Relayed : public PartsTest {
 protected:
  Relayed() {
    links_.add(link_);
    cluster_.openable = {&link_};
  }
  template <class T>
  static Bytes body(const T& value) {
    Bytes bytes;
    Writer writer(bytes);
    encode_body(writer, value);
    return bytes;
  }
  bool hand_on(const Incarnation& node, std::vector<ProcessId> to, const Bytes& bytes,
               TypeId type = type_id<PartNote>()) {
    const bool good = relay_.cast(node, to, type, bytes);
    run_for();
    return good;
  }

  Relay relay_{self_,      host_.loop(), log_,     links_,  calls_,
               processes_, delivery_,    replies_, router_, *this};
  BytesCall call_;
};

TEST_F(Relayed, CastsToThisNodeAreJudgedHere) {
  const ProcessId process = spawn();
  EXPECT_TRUE(hand_on(self_, {process, process + 1}, body(PartNote{"hello"})));
  EXPECT_THAT(take_seen(), ElementsAre("hello of node1"));
  EXPECT_TRUE(hand_on(self_, {process}, "", type_id<PartNote>() + 1));
  EXPECT_THAT(log_.warnings, Contains(HasSubstr("the builds differ")).Times(1));
  EXPECT_FALSE(hand_on(self_, {process}, "\xff"));
  EXPECT_THAT(take_seen(), IsEmpty());
}

TEST_F(Relayed, CastsToOthersAreMarkedAndNotRead) {
  EXPECT_TRUE(hand_on(other_, {5, 6}, "\xff"));
  Bytes sent;
  const auto fields = FakeLink::only<wire::Multicast>(link_.sent, &sent);
  EXPECT_TRUE(wire::is_relayed(fields));
  EXPECT_THAT(fields.to, ElementsAre(0U, 5U, 6U));
  EXPECT_EQ(sent, "\xff");
}

TEST_F(Relayed, CastsAreCutToWhatAPeerTakesWithTheMark) {
  const Bytes large(300'000, 'x');
  EXPECT_TRUE(hand_on(other_, {5, 6, 7, 8}, large));
  EXPECT_EQ(link_.sent.size(), 2U);
  for (const Bytes& bytes : std::exchange(link_.sent, {})) {
    const auto fields = FakeLink::only<wire::Multicast>({bytes});
    EXPECT_LE(fields.to.size(), multicast_receivers_max(large.size()));
  }
  EXPECT_TRUE(hand_on(other_, {5}, Bytes(900'000, 'x')));
  EXPECT_THAT(link_.sent, IsEmpty()) << "there is no room for the mark";
}

TEST_F(Relayed, CallsOfThisNodeAreAnsweredInBytes) {
  const Ref here = local(spawn());
  ASSERT_TRUE(relay_.call(here, type_id<PartAsk>(), body(PartAsk{"why"}), 1s, call_));
  run_for();
  EXPECT_EQ(call_.told, body(std::string("re why")));
  EXPECT_EQ(relay_.call(here, type_id<PartAsk>(), "\xff", 1s, call_).error().code,
            ErrorCode::malformed);
  EXPECT_EQ(relay_.call(local(77), type_id<PartAsk>(), "", 1s, call_).error().code,
            ErrorCode::noproc);
  EXPECT_EQ(calls_.pending(), 0U);
}

TEST_F(Relayed, CallsToOthersAreMarkedAndNotRead) {
  ASSERT_TRUE(relay_.call(ref(other_, 5), type_id<PartAsk>(), "\xff", 1s, call_));
  Bytes sent;
  const auto fields = FakeLink::only<wire::Call>(link_.sent, &sent);
  EXPECT_TRUE(wire::is_relayed(fields.call));
  EXPECT_EQ(sent, "\xff");
  EXPECT_TRUE(replies_.on_reply(link_, wire::Reply{fields.call}, "\xfe"));
  EXPECT_EQ(call_.told, "\xfe");
}

TEST_F(Relayed, AnswersGoOnAsTheyCame) {
  relay_.reply(ReplyTo{11, link_.serial()}, "\xff");
  Bytes sent;
  EXPECT_EQ(FakeLink::only<wire::Reply>(link_.signals, &sent).call, 11U);
  EXPECT_EQ(sent, "\xff");
}

}  // namespace
}  // namespace noex::tests

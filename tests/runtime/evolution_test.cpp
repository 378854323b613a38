// Two builds of one message in one cluster: the old and the new, in either direction.
#include <gmock/gmock.h>

#include "tests/runtime/cluster_harness.h"
#include "tests/runtime/node_harness.h"

namespace noex::tests {
namespace {

// The first build's messages, and what the second, the third and a fork of the second made of them.
namespace v1 {
struct Order {
  static constexpr auto wire_name = "test:order";
  struct reply {
    std::string text;
  };
  std::string item;
};
struct Tell {
  static constexpr auto wire_name = "test:tell";
  std::string text;
};
}  // namespace v1
namespace v2 {
struct Order {
  static constexpr auto wire_name = "test:order";
  static constexpr std::size_t wire_fields = 1;
  struct reply {
    static constexpr std::size_t wire_fields = 1;
    std::string text;
    std::optional<std::uint32_t> price = std::nullopt;
  };
  std::string item;
  std::uint32_t count = 1;
};
struct Tell {
  static constexpr auto wire_name = "test:tell";
  static constexpr std::size_t wire_fields = 1;
  std::string text;
  std::optional<Ref> from = std::nullopt;
};
}  // namespace v2
namespace v3 {
struct Tell {
  static constexpr auto wire_name = "test:tell";
  static constexpr std::size_t wire_fields = 1;
  std::string text;
  std::optional<Ref> from = std::nullopt;
  std::string tag = "none";
};
}  // namespace v3
namespace fork {
struct Order {
  static constexpr auto wire_name = "test:order";
  static constexpr std::size_t wire_fields = 1;
  struct reply {
    static constexpr std::size_t wire_fields = 1;
    std::string text;
    std::string currency;
  };
  std::string item;
  std::string colour = "red";
};
struct Tell {
  static constexpr auto wire_name = "test:tell";
  static constexpr std::size_t wire_fields = 1;
  std::string text;
  bool loud = false;
};
}  // namespace fork

// Another type under the old name: what EVOLUTION.md forbids.
struct Changed {
  static constexpr auto wire_name = "test:tell";
  std::uint32_t number = 0;
};

class OldShop : public Process {
 public:
  using messages = std::tuple<v1::Order, v1::Tell, Seen>;
  using Process::Process;
  Result<v1::Order::reply> on(const v1::Order& order) {
    return v1::Order::reply{"one " + order.item};
  }
  void on(const v1::Tell& tell) { seen_.push_back(tell.text); }
  Result<std::vector<std::string>> on(const Seen&) { return seen_; }

 private:
  std::vector<std::string> seen_;
};

class NewShop : public Process {
 public:
  using messages = std::tuple<v2::Order, v3::Tell, Seen>;
  using Process::Process;
  Result<v2::Order::reply> on(const v2::Order& order) {
    return v2::Order::reply{fmt::format("{} {}", order.count, order.item), 7 * order.count};
  }
  void on(const v3::Tell& tell) {
    seen_.push_back(fmt::format("{} {} {}", tell.text, tell.from ? "from" : "", tell.tag));
  }
  Result<std::vector<std::string>> on(const Seen&) { return seen_; }

 private:
  std::vector<std::string> seen_;
};

class Evolution : public NodeTest {
 protected:
  Evolution() { log_ = &lines_; }

  // Nodes 0 and 1, with shops of either build on node 1, as node 0 sees them.
  void SetUp() override {
    start_all(2);
    in_turn(1, [&] {
      old_ = node(1).spawn_local<OldShop>().value();
      new_ = node(1).spawn_local<NewShop>().value();
    });
    old_ = through(0, old_);
    new_ = through(0, new_);
  }
  template <class M, class... Args>
  void tell(const Ref& to, Args... args) {
    in_turn(0, [&] { EXPECT_TRUE(to.cast<M>(args...)); });
    run_for(100ms);
  }
  // What node 0 has said of casts that were dropped elsewhere: its log is also node 1's.
  std::vector<std::string> told() const {
    std::vector<std::string> found;
    for (const std::string& line : lines_.warnings) {
      if (line.find("was dropped by node2@") != line.npos) found.push_back(line);
    }
    return found;
  }

  RecordingLog lines_;
  Ref old_;
  Ref new_;
};

TEST_F(Evolution, AFieldAtTheEndDoesNotChangeTheType) {
  EXPECT_EQ(type_id<v1::Order>(), type_id<v2::Order>());
  EXPECT_EQ(type_id<v1::Tell>(), type_id<v3::Tell>());
  EXPECT_EQ(type_id<v1::Tell>(), type_id<fork::Tell>());
}

TEST_F(Evolution, AnOldCallerIsAnsweredByANewProcess) {
  const auto reply = call<v1::Order>(0, new_, "tea");
  ASSERT_TRUE(reply) << describe(reply.error());
  EXPECT_EQ(reply->text, "1 tea") << "the count has its default";
}

TEST_F(Evolution, ANewCallerIsAnsweredByAnOldProcess) {
  const auto reply = call<v2::Order>(0, old_, "tea", 3U);
  ASSERT_TRUE(reply) << describe(reply.error());
  EXPECT_EQ(reply->text, "one tea");
  EXPECT_EQ(reply->price, std::nullopt);
}

TEST_F(Evolution, EqualBuildsUseWhatWasAdded) {
  const auto reply = call<v2::Order>(0, new_, "tea", 3U);
  ASSERT_TRUE(reply) << describe(reply.error());
  EXPECT_EQ(reply->text, "3 tea");
  EXPECT_EQ(reply->price, 21U);
}

TEST_F(Evolution, CastsOfEveryAgeArrive) {
  tell<v1::Tell>(old_, "a");
  tell<v2::Tell>(old_, "b", Ref());
  tell<v3::Tell>(old_, "c");
  EXPECT_THAT(*call<Seen>(0, old_), ::testing::ElementsAre("a", "b", "c"));
  tell<v1::Tell>(new_, "a");
  tell<v2::Tell>(new_, "b", new_);
  tell<v3::Tell>(new_, "c", std::nullopt, "t");
  EXPECT_THAT(*call<Seen>(0, new_), ::testing::ElementsAre("a  none", "b from none", "c  t"));
}

// Who casts what another build does not take hears of it, by the names of both.
TEST_F(Evolution, TheSenderOfACastThatNobodyTakesIsTold) {
  tell<Changed>(old_, 7U);
  EXPECT_THAT(told(), ::testing::ElementsAre(fmt::format(
                          R"(a cast of "test:tell/{{u4}}" was dropped by {}, which takes )"
                          R"("test:tell/{{s}}": the builds differ)",
                          old_.text())));
}

TEST_F(Evolution, OfAnUnknownNameTheSenderIsToldWhatIsTaken) {
  tell<Note>(old_, "x");
  ASSERT_THAT(told(), ::testing::SizeIs(1));
  EXPECT_THAT(told().front(), ::testing::HasSubstr(R"(a cast of "test:note/{s}" was dropped)"));
  EXPECT_THAT(told().front(), ::testing::HasSubstr(R"("test:tell/{s}")"));
  EXPECT_THAT(told().front(), ::testing::HasSubstr(R"("test:order/{s}->{s}")"));
}

TEST_F(Evolution, TheSenderOfAMulticastIsToldToo) {
  in_turn(0, [&] {
    const Ref probe = node(0).spawn_local<Probe>("").value();
    EXPECT_TRUE(probe.cast<Spread>(std::vector{old_, new_}, "x"));
  });
  run_for(100ms);
  EXPECT_THAT(told(), ::testing::SizeIs(1)) << "once for both";
}

TEST_F(Evolution, TheSenderIsToldOncePerTypeInAWhile) {
  for (int i = 0; i < 5; ++i) tell<Changed>(old_, 7U);
  tell<Note>(old_, "x");
  EXPECT_THAT(told(), ::testing::SizeIs(2));
  run_for(10s);
  tell<Changed>(old_, 7U);
  EXPECT_THAT(told(), ::testing::SizeIs(3));
}

// Two builds that added different fields in one place: nothing is taken for something else.
TEST_F(Evolution, AFieldThatIsAnotherOneThereIsIncompatible) {
  const auto reply = call<fork::Order>(0, new_, "tea", "blue");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::incompatible_type);
  tell<fork::Tell>(new_, "x", true);
  EXPECT_THAT(*call<Seen>(0, new_), ::testing::IsEmpty());
  EXPECT_EQ(node(0).audit().links, 1U) << "and the link stands";
  ASSERT_THAT(told(), ::testing::SizeIs(1));
  EXPECT_THAT(told().front(), ::testing::HasSubstr(R"("test:tell/{s}+b" was dropped)"));
  EXPECT_THAT(told().front(), ::testing::HasSubstr(R"(takes "test:tell/{s}+?@ref;+s")"));
}

TEST_F(Evolution, BytesThatAreNoAddedFieldAreMalformed) {
  const v1::Tell sent{"x"};
  Bytes bytes;
  Writer writer(bytes);
  encode_body(writer, sent);
  v3::Tell received;
  Decoder whole(bytes);
  EXPECT_EQ(decode_body(whole, received), Body::whole);
  bytes += "junk";
  Decoder junk(bytes);
  EXPECT_EQ(decode_body(junk, received), Body::malformed);
}

}  // namespace
}  // namespace noex::tests

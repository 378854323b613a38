// What a message of any type says: its wire name and its fields (message_words, field_names).
#include "noex/sim/application/message_words.h"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace noex::sim {
namespace {

struct Inner {
  std::int32_t depth = 0;
};
struct Put {
  static constexpr auto wire_name = "test:put";
  using reply = std::string;
  std::string key;
  std::uint64_t number = 0;
  bool fresh = false;
  std::optional<std::uint64_t> limit;
  std::vector<std::uint64_t> list;
  Inner inner;
};
struct Poke {
  static constexpr auto wire_name = "test:poke";
};

template <class M>
std::string said(const M& message) {
  const auto words = message_words<M>().say(encoded(message));
  return words ? words->text : "nothing";
}

TEST(MessageWords, NameTheMessageAndItsFields) {
  Put put;
  put.key = "k7";
  put.number = 3;
  put.fresh = true;
  put.inner.depth = -1;
  EXPECT_EQ(said(put),
            R"(test:put key="k7" number=3 fresh=true limit=none list=[] inner={depth=-1})");
  put.limit = 9;
  put.list = {1, 2};
  EXPECT_EQ(said(put),
            R"(test:put key="k7" number=3 fresh=true limit=9 list=[1, 2] inner={depth=-1})");
  EXPECT_EQ(said(Poke{}), "test:poke");
}

TEST(MessageWords, SayOnlySoManyOfAList) {
  Put put;
  put.list.assign(1000, 5);
  EXPECT_NE(said(put).find(" more]"), std::string::npos) << said(put);
  EXPECT_LT(said(put).size(), 300U);
}

TEST(MessageWords, SayTheAnswerOfACall) {
  const MessageWords words = message_words<Put>();
  EXPECT_EQ(words.say_reply(encoded(std::string("done")))->text, R"(test:put -> "done")");
  EXPECT_EQ(message_words<Poke>().say_reply, nullptr);
}

TEST(MessageWords, SayNothingOfWhatCannotBeRead) {
  EXPECT_FALSE(message_words<Put>().say("\x01"));
}

}  // namespace
}  // namespace noex::sim

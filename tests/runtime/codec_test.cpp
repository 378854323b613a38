// Every kind of field: one value, one encoding; and what can't be a field.
#include "noex/runtime/message/codec.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "noex/runtime/message/exit_reason.h"
#include "noex/runtime/message/std_types.h"

namespace noex {
namespace {

template <class T>
std::string shape_of() {
  std::string shape;
  append_shape<T>(shape);
  return shape;
}

// What was encoded is decoded to the same bytes, and no byte may be missing or more.
template <class T>
void expect_one_encoding(const T& value) {
  const Bytes bytes = encoded(value);
  T decoded{};
  RC_ASSERT(decode_all(bytes, decoded));
  RC_ASSERT(encoded(decoded) == bytes);
  T other{};
  RC_ASSERT(!decode_all(bytes + '\0', other));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    RC_ASSERT(!decode_all(ByteView(bytes).substr(0, size), other));
  }
}

// Whatever the bytes are: either they are refused, or they are the encoding of what they give.
template <class T>
void expect_total(const Bytes& bytes) {
  T decoded{};
  if (decode_all(bytes, decoded)) RC_ASSERT(encoded(decoded) == bytes);
}

using Set = std::set<std::string>;
using HashMap = std::unordered_map<std::string, std::int32_t>;
using HashSet = std::unordered_set<std::uint32_t>;
using Pair = std::pair<std::string, bool>;
using Tuple = std::tuple<std::int64_t, std::string, bool>;
using Variant = std::variant<std::monostate, std::int32_t, std::string>;

TEST(Codec, ContainersHaveOneEncoding) {
  EXPECT_TRUE(rc::check([](const Set& set, const HashMap& map, const HashSet& numbers) {
    expect_one_encoding(set);
    expect_one_encoding(map);
    expect_one_encoding(numbers);
  }));
}

TEST(Codec, PairsTuplesAndVariantsHaveOneEncoding) {
  EXPECT_TRUE(rc::check([](const Pair& pair, const Tuple& tuple, const std::string& text, int n) {
    expect_one_encoding(pair);
    expect_one_encoding(tuple);
    expect_one_encoding(Variant());
    expect_one_encoding(Variant(n));
    expect_one_encoding(Variant(text));
  }));
}

TEST(Codec, DecodingIsTotal) {
  EXPECT_TRUE(rc::check([](const Bytes& bytes) {
    expect_total<Set>(bytes);
    expect_total<HashMap>(bytes);
    expect_total<HashSet>(bytes);
    expect_total<Tuple>(bytes);
    expect_total<Variant>(bytes);
    expect_total<double>(bytes);
    expect_total<float>(bytes);
    expect_total<std::array<std::chrono::milliseconds, 2>>(bytes);
  }));
}

TEST(Codec, UnorderedContainersTravelAsTheirOrderedSistersDo) {
  EXPECT_TRUE(rc::check([](const std::map<std::string, std::int32_t>& map, const Set& set) {
    RC_ASSERT(encoded(HashMap(map.begin(), map.end())) == encoded(map));
    RC_ASSERT(encoded(std::unordered_set<std::string>(set.begin(), set.end())) == encoded(set));
  }));
  EXPECT_EQ(shape_of<HashMap>(), (shape_of<std::map<std::string, std::int32_t>>()));
  EXPECT_EQ(shape_of<std::unordered_set<std::string>>(), shape_of<Set>());
}

TEST(Codec, KeysThatDoNotAscendAreMalformed) {
  HashMap map;
  EXPECT_TRUE(decode_all(Bytes("\2\1a\2\1b\2", 7), map));
  EXPECT_FALSE(decode_all(Bytes("\2\1b\2\1a\2", 7), map));
  EXPECT_FALSE(decode_all(Bytes("\2\1a\2\1a\2", 7), map));
  HashSet set;
  EXPECT_TRUE(decode_all(Bytes("\2\1\2"), set));
  EXPECT_FALSE(decode_all(Bytes("\2\2\1"), set));
  EXPECT_FALSE(decode_all(Bytes("\2\1\1"), set));
}

TEST(Codec, AVariantOfAnUnknownAlternativeIsMalformed) {
  Variant value;
  EXPECT_TRUE(decode_all(Bytes("\1\4"), value));
  EXPECT_EQ(value, Variant(2));
  EXPECT_FALSE(decode_all(Bytes("\3\4"), value));
}

TEST(Codec, FloatsTravelAsTheirBits) {
  EXPECT_TRUE(rc::check([](double value) { expect_one_encoding(value); }));
  for (const double value : {0.0, -0.0, 1.5, std::numeric_limits<double>::infinity()}) {
    double decoded = 7;
    ASSERT_TRUE(decode_all(encoded(value), decoded));
    EXPECT_EQ(decoded, value);
    EXPECT_EQ(std::signbit(decoded), std::signbit(value));
  }
  EXPECT_EQ(encoded(1.5F), Bytes("\0\0\xc0\x3f", 4));
}

TEST(Codec, AllNansAreOne) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(encoded(-nan), encoded(nan));
  EXPECT_EQ(encoded(std::bit_cast<double>(0xfff8000000000123U)), encoded(nan));
  double decoded = 0;
  EXPECT_TRUE(decode_all(encoded(nan), decoded));
  EXPECT_TRUE(std::isnan(decoded));
  EXPECT_FALSE(decode_all(Bytes("\1\0\0\0\0\0\xf8\x7f", 8), decoded)) << "another NaN";
  float small = 0;
  EXPECT_TRUE(decode_all(encoded(std::numeric_limits<float>::signaling_NaN()), small));
  EXPECT_FALSE(decode_all(Bytes("\1\0\xc0\x7f", 4), small)) << "another NaN";
}

TEST(Codec, DurationsTravelInTheirOwnUnit) {
  EXPECT_EQ(encoded(std::chrono::seconds(3)), Bytes("\6"));
  EXPECT_EQ(encoded(std::chrono::hours(-1)), Bytes("\1"));
  EXPECT_EQ(shape_of<Duration>(), "t");
  EXPECT_EQ(shape_of<std::chrono::milliseconds>(), "t1/1000i8");
}

// Two of them in a message can't be taken for each other.
TEST(Codec, WhatCodesItselfHasAShapeOfItsOwn) {
  EXPECT_EQ(shape_of<Ref>(), "@ref;");
  EXPECT_EQ(shape_of<NodeId>(), "@node;");
  EXPECT_EQ(shape_of<ExitReason>(), "@exit;");
  EXPECT_EQ((shape_of<std::variant<bool, Ref>>()), "|b@ref;;");
}

class Money {
 public:
  Money() = default;
  explicit Money(std::int64_t cents) : cents_(cents) {}
  std::int64_t cents() const { return cents_; }

 private:
  std::int64_t cents_ = 0;
};

}  // namespace

template <>
struct Codec<Money> {
  static void shape(std::string& out) { out += "@money;"; }
  static void encode(Writer& writer, const Money& money) { writer.zigzag(money.cents()); }
  static void decode(Decoder& decoder, Money& money) { money = Money(decoder.zigzag()); }
};

namespace {

struct Bill {
  std::string to;
  std::vector<Money> items;
};

TEST(Codec, ATypeOfSomebodyElsesIsTaught) {
  const Bill bill{"ann", {Money(5), Money(-7)}};
  Bill decoded;
  ASSERT_TRUE(decode_all(encoded(bill), decoded));
  EXPECT_EQ(decoded.items.at(1).cents(), -7);
  EXPECT_EQ(shape_of<Bill>(), "{s[@money;}");
}

struct HasPointer {
  std::string name;
  std::vector<std::map<std::string, FILE*>> files;
};
struct Nests {
  bool flag = false;
  std::optional<HasPointer> inner;
};
struct HasText {
  std::string name;
  char text[16];
};
struct HasArrayOnly {
  Bill bills[2];
};

// The compiler's one line names these two.
static_assert(std::same_as<codec_detail::WrongIn<HasPointer>, FILE*>);
static_assert(std::same_as<codec_detail::WrongIn<Nests>, FILE*>);
static_assert(std::same_as<codec_detail::WrongIn<std::vector<Instant>>, Instant>);
static_assert(std::same_as<codec_detail::WrongIn<HasText>, codec_detail::CArrayIn<HasText>>);
static_assert(!travels<HasArrayOnly> && !travels<long double> && !travels<std::set<FILE*>>);
static_assert(!travels<std::variant<int, FILE*>>);
static_assert(travels<Bill> && travels<std::array<Bill, 3>> && travels<std::vector<Variant>>);

}  // namespace
}  // namespace noex

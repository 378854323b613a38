// Every kind of field: one value, one encoding; and what can't be a field.
#include "noex/runtime/message/codec.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include <gtest/gtest.h>

#include "noex/runtime/message/exit_reason.h"
#include "tests/runtime/one_encoding.h"

namespace noex::tests {
namespace {

TEST(Codec, DecodingIsTotal) {
  EXPECT_TRUE(rc::check([](const Bytes& bytes) {
    expect_total<double>(bytes);
    expect_total<float>(bytes);
    expect_total<std::array<std::chrono::milliseconds, 2>>(bytes);
    expect_total<std::optional<std::vector<std::string>>>(bytes);
    expect_total<std::map<std::string, std::int32_t>>(bytes);
  }));
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
}  // namespace noex::tests

template <>
struct noex::Codec<noex::tests::Money> {
  static void shape(std::string& out) { out += "@money;"; }
  static void encode(Writer& writer, const tests::Money& money) { writer.zigzag(money.cents()); }
  static void decode(Decoder& decoder, tests::Money& money) {
    money = tests::Money(decoder.zigzag());
  }
};

namespace noex::tests {
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
static_assert(!travels<HasArrayOnly> && !travels<long double>);
static_assert(travels<Bill> && travels<std::array<Bill, 3>>);

// What is read outlives its reader.
static_assert(std::is_constructible_v<Decoder, const Bytes&>);
static_assert(!std::is_constructible_v<Decoder, Bytes>);

}  // namespace
}  // namespace noex::tests

#include "noex/transport/base/bytes.h"

#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace noex {
namespace {

// Random integers of every length, not only long ones.
rc::Gen<std::uint64_t> any_width() {
  return rc::gen::apply([](std::uint64_t value, int shift) { return value >> shift; },
                        rc::gen::scale(100.0, rc::gen::arbitrary<std::uint64_t>()),
                        rc::gen::inRange(0, 64));
}

Bytes varint_of(std::uint64_t value) {
  Bytes bytes;
  Writer(bytes).varint(value);
  return bytes;
}

TEST(Bytes, VarintRoundTrips) {
  EXPECT_TRUE(rc::check([] {
    const std::uint64_t value = *any_width();
    const Bytes bytes = varint_of(value);
    RC_ASSERT(bytes.size() <= 10U);
    Reader reader(bytes);
    RC_ASSERT(reader.varint() == value);
    RC_ASSERT(reader.complete());
  }));
}

TEST(Bytes, VarintHasTheShortestForm) {
  EXPECT_EQ(varint_of(0), Bytes(1, '\0'));
  EXPECT_EQ(varint_of(127), "\x7f");
  EXPECT_EQ(varint_of(128), "\x80\x01");
  EXPECT_EQ(varint_of(300), "\xac\x02");
  EXPECT_EQ(varint_of(std::numeric_limits<std::uint64_t>::max()),
            "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

TEST(Bytes, OverlongVarintIsRefused) {
  EXPECT_TRUE(rc::check([] {
    Bytes bytes = varint_of(*any_width());
    RC_PRE(bytes.size() < 10U);
    bytes.back() = static_cast<char>(bytes.back() | 0x80);
    bytes.append(*rc::gen::inRange<std::size_t>(0, 10 - bytes.size()), '\x80');
    bytes.push_back('\0');
    Reader reader(bytes);
    RC_ASSERT(reader.varint() == 0U);
    RC_ASSERT(reader.failed());
  }));
}

TEST(Bytes, VarintOverSixtyFourBitsIsRefused) {
  const std::vector<Bytes> too_large = {
      "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
      "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
      "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
      "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
  };
  for (const Bytes& bytes : too_large) {
    Reader reader(bytes);
    EXPECT_EQ(reader.varint(), 0U);
    EXPECT_TRUE(reader.failed());
    EXPECT_FALSE(reader.complete());
  }
}

TEST(Bytes, ZigzagRoundTrips) {
  EXPECT_TRUE(rc::check([] {
    const auto value = static_cast<std::int64_t>(*any_width());
    for (const std::int64_t signed_value : {value, -1 - value}) {
      Bytes bytes;
      Writer(bytes).zigzag(signed_value);
      Reader reader(bytes);
      RC_ASSERT(reader.zigzag() == signed_value);
      RC_ASSERT(reader.complete());
    }
  }));
}

TEST(Bytes, ZigzagKeepsSmallMagnitudesShort) {
  for (const std::int64_t value : {-64, -1, 0, 1, 63}) {
    Bytes bytes;
    Writer(bytes).zigzag(value);
    EXPECT_EQ(bytes.size(), 1U) << value;
  }
  for (const std::int64_t value :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    Bytes bytes;
    Writer(bytes).zigzag(value);
    EXPECT_EQ(Reader(bytes).zigzag(), value);
  }
}

TEST(Bytes, FixedIntegersAreLittleEndian) {
  Bytes bytes;
  Writer writer(bytes);
  writer.u8(0x01);
  writer.u32(0x05040302);
  writer.u64(0x0d0c0b0a09080706);
  EXPECT_EQ(bytes, "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d");
  Reader reader(bytes);
  EXPECT_EQ(reader.u8(), 0x01);
  EXPECT_EQ(reader.u32(), 0x05040302U);
  EXPECT_EQ(reader.u64(), 0x0d0c0b0a09080706U);
  EXPECT_TRUE(reader.complete());
}

TEST(Bytes, StringsRoundTrip) {
  EXPECT_TRUE(rc::check([](const std::vector<std::string>& strings) {
    Bytes bytes;
    Writer writer(bytes);
    for (const std::string& string : strings) writer.string(string);
    Reader reader(bytes);
    for (const std::string& string : strings) RC_ASSERT(reader.string() == string);
    RC_ASSERT(reader.complete());
  }));
}

struct Record {
  std::uint64_t number;
  std::int64_t signed_number;
  std::string text;
};

Bytes encode(const Record& record) {
  Bytes bytes;
  Writer writer(bytes);
  writer.u8(7);
  writer.varint(record.number);
  writer.zigzag(record.signed_number);
  writer.u32(9);
  writer.string(record.text);
  writer.u64(record.number);
  return bytes;
}

bool decodes(ByteView bytes) {
  Reader reader(bytes);
  reader.u8();
  reader.varint();
  reader.zigzag();
  reader.u32();
  reader.string();
  reader.u64();
  return reader.complete();
}

TEST(Bytes, TruncatedInputFails) {
  EXPECT_TRUE(rc::check([](std::int64_t signed_number, const std::string& text) {
    const Bytes bytes = encode(Record{*any_width(), signed_number, text});
    RC_ASSERT(decodes(bytes));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      RC_ASSERT_FALSE(decodes(ByteView(bytes).substr(0, size)));
    }
    RC_ASSERT_FALSE(decodes(bytes + "x"));
  }));
}

TEST(Bytes, AnyInputIsReadWithinItsBounds) {
  EXPECT_TRUE(rc::check([](const std::string& bytes, const std::vector<std::uint8_t>& reads) {
    Reader reader(bytes);
    for (const std::uint8_t kind : reads) {
      const bool failed = reader.failed();
      if (kind % 6 == 0) reader.u8();
      if (kind % 6 == 1) reader.u32();
      if (kind % 6 == 2) reader.u64();
      if (kind % 6 == 3) reader.varint();
      if (kind % 6 == 4) reader.string();
      if (kind % 6 == 5) reader.raw(kind);
      RC_ASSERT(!failed || reader.failed());
      RC_ASSERT(!reader.failed() || reader.rest().empty());
    }
  }));
}

TEST(Bytes, AStringLongerThanTheInputFails) {
  Bytes bytes;
  Writer writer(bytes);
  writer.varint(std::numeric_limits<std::uint64_t>::max());
  writer.raw("abc");
  Reader reader(bytes);
  EXPECT_EQ(reader.string(), "");
  EXPECT_TRUE(reader.failed());
  EXPECT_EQ(reader.u8(), 0) << "a failed reader gives zeros for good";
}

// What is read outlives its reader: bytes that nobody holds are refused by the compiler.
static_assert(std::is_constructible_v<Reader, const Bytes&>);
static_assert(std::is_constructible_v<Reader, Bytes&>);
static_assert(std::is_constructible_v<Reader, ByteView>);
static_assert(std::is_constructible_v<Reader, const char*>);
static_assert(!std::is_constructible_v<Reader, Bytes>);

}  // namespace
}  // namespace noex

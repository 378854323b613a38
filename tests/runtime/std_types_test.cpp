#include "noex/runtime/message/std_types.h"

#include <array>
#include <cstdio>

#include <gtest/gtest.h>

#include "noex/runtime/message/ref.h"
#include "tests/runtime/one_encoding.h"

namespace noex::tests {
namespace {

using Set = std::set<std::string>;
using HashMap = std::unordered_map<std::string, std::int32_t>;
using HashSet = std::unordered_set<std::uint32_t>;
using Pair = std::pair<std::string, bool>;
using Tuple = std::tuple<std::int64_t, std::string, bool>;
using Variant = std::variant<std::monostate, std::int32_t, std::string>;

TEST(StdTypes, ContainersHaveOneEncoding) {
  EXPECT_TRUE(rc::check([](const Set& set, const HashMap& map, const HashSet& numbers) {
    expect_one_encoding(set);
    expect_one_encoding(map);
    expect_one_encoding(numbers);
  }));
}

TEST(StdTypes, PairsTuplesAndVariantsHaveOneEncoding) {
  EXPECT_TRUE(rc::check([](const Pair& pair, const Tuple& tuple, const std::string& text, int n) {
    expect_one_encoding(pair);
    expect_one_encoding(tuple);
    expect_one_encoding(Variant());
    expect_one_encoding(Variant(n));
    expect_one_encoding(Variant(text));
  }));
}

TEST(StdTypes, DecodingIsTotal) {
  EXPECT_TRUE(rc::check([](const Bytes& bytes) {
    expect_total<Set>(bytes);
    expect_total<HashMap>(bytes);
    expect_total<HashSet>(bytes);
    expect_total<Tuple>(bytes);
    expect_total<Variant>(bytes);
  }));
}

TEST(StdTypes, UnorderedContainersTravelAsTheirOrderedSistersDo) {
  EXPECT_TRUE(rc::check([](const std::map<std::string, std::int32_t>& map, const Set& set) {
    RC_ASSERT(encoded(HashMap(map.begin(), map.end())) == encoded(map));
    RC_ASSERT(encoded(std::unordered_set<std::string>(set.begin(), set.end())) == encoded(set));
  }));
  EXPECT_EQ(shape_of<HashMap>(), (shape_of<std::map<std::string, std::int32_t>>()));
  EXPECT_EQ(shape_of<std::unordered_set<std::string>>(), shape_of<Set>());
}

TEST(StdTypes, KeysThatDoNotAscendAreMalformed) {
  HashMap map;
  EXPECT_TRUE(decode_all(Bytes("\2\1a\2\1b\2", 7), map));
  EXPECT_FALSE(decode_all(Bytes("\2\1b\2\1a\2", 7), map));
  EXPECT_FALSE(decode_all(Bytes("\2\1a\2\1a\2", 7), map));
  HashSet set;
  EXPECT_TRUE(decode_all(Bytes("\2\1\2"), set));
  EXPECT_FALSE(decode_all(Bytes("\2\2\1"), set));
  EXPECT_FALSE(decode_all(Bytes("\2\1\1"), set));
}

TEST(StdTypes, AVariantOfAnUnknownAlternativeIsMalformed) {
  Variant value;
  EXPECT_TRUE(decode_all(Bytes("\1\4"), value));
  EXPECT_EQ(value, Variant(2));
  EXPECT_FALSE(decode_all(Bytes("\3\4"), value));
}

TEST(StdTypes, AVariantHasTheShapesOfItsAlternatives) {
  EXPECT_EQ((shape_of<std::variant<bool, Ref>>()), "|b@ref;;");
}

static_assert(!travels<std::variant<int, FILE*>> && !travels<std::set<FILE*>>);
static_assert(travels<std::vector<Variant>>);

}  // namespace
}  // namespace noex::tests

#include "noex/sim/check/property.h"

#include <gtest/gtest.h>

#include "noex/sim/chat/chat_properties.h"
#include "noex/sim/check/runtime_properties.h"

namespace noex::sim {
namespace {

std::uint64_t count(const Tally& tally, std::string_view code) {
  for (const Checked& each : tally.counts()) {
    if (each.property.code == code) return each.times;
  }
  return ~std::uint64_t{0};
}

TEST(Tally, CountsEachPropertyForItself) {
  const PropertyTable table({property::c4, property::c5, property::m1});
  Tally tally(table);
  tally.checked(property::m1, 5);
  // Copies that stand at one address, as arguments do.
  for (int i = 0; i < 3; ++i) {
    for (const Property copy : {property::c4, property::c5, property::c5}) tally.checked(copy);
  }
  EXPECT_EQ(count(tally, "C4"), 3U);
  EXPECT_EQ(count(tally, "C5"), 6U);
  EXPECT_EQ(count(tally, "M1"), 5U);
}

TEST(Tally, KeepsTheFirstViolations) {
  const PropertyTable table({property::m1, property::m2});
  Tally tally(table);
  tally.expect(property::m1, Instant{1s}, true, [] { return "fine"; });
  EXPECT_TRUE(tally.violations().empty());
  for (std::size_t i = 0; i < 2 * violations_max; ++i) {
    tally.expect(property::m2, Instant{2s}, false, [] { return "bad"; });
  }
  ASSERT_EQ(tally.violations().size(), violations_max);
  EXPECT_EQ(tally.violations().front().property, property::m2);
  EXPECT_EQ(count(tally, "M2"), 2 * violations_max);
}

// The texts of a property live as long as the program: others do not compile.
static_assert(std::is_constructible_v<StaticText> &&
              std::is_convertible_v<StaticText, std::string_view>);
static_assert(!std::is_constructible_v<StaticText, std::string>);
static_assert(!std::is_constructible_v<StaticText, std::string_view>);
// What a temporary is asked for outlives it.
static_assert(!std::is_reference_v<decltype(std::declval<PropertyTable>().all())>);
static_assert(!std::is_reference_v<decltype(std::declval<Tally>().counts())>);
static_assert(!std::is_reference_v<decltype(std::declval<Tally>().violations())>);

TEST(PropertyTable, FindsByCode) {
  const PropertyTable table({property::m1, property::m2});
  EXPECT_EQ(table.find("M2"), 1U);
  EXPECT_EQ(table.find("M3"), 2U);
}

TEST(PropertyTableDeathTest, HasEachCodeOnce) {
  EXPECT_DEATH(PropertyTable({property::m1, property::m1}), "two properties have the code M1");
  const PropertyTable table({property::m1});
  EXPECT_DEATH(Tally(table).checked(property::m2), "M2 is no property of this run");
}

}  // namespace
}  // namespace noex::sim

#include "noex/transport/base/random.h"

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace noex {
namespace {

std::vector<std::uint64_t> draw(Random random, int count) {
  std::vector<std::uint64_t> values;
  for (int i = 0; i < count; ++i) values.push_back(random.next());
  return values;
}

// Golden: a change here changes every simulated run of every seed.
TEST(Random, DrawsAreFixedForEver) {
  // From an implementation of the published algorithms in another language.
  EXPECT_EQ(draw(Random(42), 4),
            (std::vector<std::uint64_t>{0x15780b2e0c2ec716, 0x6104d9866d113a7e, 0xae17533239e499a1,
                                        0xecb8ad4703b360a1}));
  EXPECT_EQ(draw(Random(42).split("network", 3), 4),
            (std::vector<std::uint64_t>{0xc95bab0deb2fd51a, 0x890b5cfec0537ecb, 0x45996866ac422c9e,
                                        0xcd08e183958636dd}));
  Random faults = Random(42).split("faults");
  for (const std::uint64_t expected : {383, 480, 102, 998, 538, 276, 850, 718}) {
    EXPECT_EQ(faults.below(1000), expected);
  }
  for (const std::int64_t expected : {26, -18, 13, -22}) {
    EXPECT_EQ(faults.between(-50, 50), expected);
  }
}

TEST(Random, SameSeedSameDraws) {
  EXPECT_EQ(draw(Random(1), 100), draw(Random(1), 100));
  EXPECT_NE(draw(Random(1), 100), draw(Random(2), 100));
}

TEST(Random, AStreamDoesNotDependOnWhatOthersDrew) {
  Random untouched(7);
  Random used(7);
  for (int i = 0; i < 1000; ++i) used.next();
  Random other = used.split("other");
  other.next();
  EXPECT_EQ(draw(untouched.split("network", 3), 100), draw(used.split("network", 3), 100));
}

TEST(Random, StreamsOfDifferentLabelsOrNumbersDiffer) {
  const Random random(7);
  const std::vector<std::vector<std::uint64_t>> streams = {
      draw(random, 20),
      draw(random.split("a"), 20),
      draw(random.split("b"), 20),
      draw(random.split("a", 1), 20),
      draw(random.split("a", 2), 20),
      draw(random.split("a").split("a"), 20),
      draw(Random(8).split("a"), 20),
  };
  for (std::size_t i = 0; i < streams.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(streams[i], streams[j]) << i << " " << j;
  }
}

TEST(Random, BelowStaysBelowAndReachesEveryValue) {
  Random random(3);
  for (const std::uint64_t bound : {std::uint64_t{1}, std::uint64_t{7}, std::uint64_t{64}}) {
    std::vector<int> hits(bound);
    for (std::uint64_t i = 0; i < 200 * bound; ++i) {
      const std::uint64_t value = random.below(bound);
      ASSERT_LT(value, bound);
      ++hits[value];
    }
    for (const int count : hits) EXPECT_GT(count, 100) << bound;
  }
  const std::uint64_t large = (std::uint64_t{1} << 63) + 1;
  for (int i = 0; i < 1000; ++i) EXPECT_LT(random.below(large), large);
}

TEST(Random, BetweenIncludesBothEnds) {
  Random random(4);
  std::array<int, 5> hits{};
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t value = random.between(-2, 2);
    ASSERT_GE(value, -2);
    ASSERT_LE(value, 2);
    ++hits[static_cast<std::size_t>(value + 2)];
  }
  for (const int count : hits) EXPECT_GT(count, 100);
  EXPECT_EQ(random.between(9, 9), 9);
  random.between(std::numeric_limits<std::int64_t>::min(),
                 std::numeric_limits<std::int64_t>::max());
  for (int i = 0; i < 100; ++i) {
    EXPECT_LT(random.between(std::numeric_limits<std::int64_t>::min(), -1), 0);
  }
}

TEST(Random, ChanceIsInPartsPerMillion) {
  Random random(5);
  int hits = 0;
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_FALSE(random.chance(0));
    EXPECT_TRUE(random.chance(1'000'000));
    if (random.chance(250'000)) ++hits;
  }
  EXPECT_GT(hits, 2'200);
  EXPECT_LT(hits, 2'800);
}

TEST(RandomDeathTest, ImpossibleRangesAreOurBug) {
  Random random(6);
  EXPECT_DEATH(random.below(0), "bound > 0");
  EXPECT_DEATH(random.between(1, 0), "low <= high");
}

}  // namespace
}  // namespace noex

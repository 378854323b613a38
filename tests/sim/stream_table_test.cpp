#include "noex/sim/world/stream_table.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace noex::sim {
namespace {

class StreamTableTest : public testing::Test {
 protected:
  // What the table finds, as "slot.side" each.
  static std::vector<std::string> words(const std::vector<EndRef>& ends) {
    std::vector<std::string> all;
    for (const EndRef end : ends) {
      EXPECT_TRUE(end.valid());
      all.push_back(std::to_string(end.stream->slot) + "." + std::to_string(end.side));
    }
    return all;
  }
  using Words = std::vector<std::string>;

  World world{1};
  StreamTable table{world};
};

TEST_F(StreamTableTest, FindsConnectionsByPairAndByMachineInTheOrderOfSlots) {
  table.add(3, 1);  // slot 0
  table.add(1, 2);
  table.add(2, 3);
  table.add(1, 3);
  EXPECT_EQ(words(table.between(1, 3)), (Words{"0.0", "0.1", "3.0", "3.1"}));
  EXPECT_EQ(words(table.between(3, 1)), words(table.between(1, 3)));
  EXPECT_EQ(words(table.between(1, 4)), Words{});
  EXPECT_EQ(words(table.of_machine(2)), (Words{"1.0", "1.1", "2.0", "2.1"}));
  EXPECT_EQ(words(table.of_machine(3)), (Words{"0.0", "0.1", "2.0", "2.1", "3.0", "3.1"}));
}

TEST_F(StreamTableTest, AMachineThatTalksToItselfHasEachConnectionOnce) {
  table.add(1, 1);
  EXPECT_EQ(words(table.between(1, 1)), (Words{"0.0", "0.1"}));
  EXPECT_EQ(words(table.of_machine(1)), (Words{"0.0", "0.1"}));
}

TEST_F(StreamTableTest, ARemovedOneIsFoundNoMoreAndItsPlaceIsUsedAgain) {
  const EndRef first = table.add(1, 2);
  table.add(1, 2);
  table.remove(*first.stream);
  EXPECT_FALSE(first.valid());
  EXPECT_EQ(words(table.between(1, 2)), (Words{"1.0", "1.1"}));
  const EndRef again = table.add(5, 6);
  EXPECT_EQ(again.stream, first.stream);
  EXPECT_FALSE(first.valid()) << "a reference outlives its stream, and names no other";
  EXPECT_EQ(again.stream->number, 3U);
  EXPECT_EQ(words(table.between(5, 6)), (Words{"0.0", "0.1"}));
}

TEST_F(StreamTableTest, CountsThoseWithAnOpenEnd) {
  const EndRef end = table.add(1, 2);
  EXPECT_EQ(table.live(), 0U);
  end.end().state = EndState::open;
  EXPECT_EQ(table.live(), 1U);
  table.remove(*end.stream);
  EXPECT_EQ(table.live(), 0U);
}

TEST_F(StreamTableTest, RandomStreamsDependOnWhoDialsWhomForWhichTime) {
  const std::uint64_t alone = table.add(1, 2).out().latency_random.next();
  StreamTable other(world);
  other.add(7, 8);
  other.add(2, 1);
  EXPECT_EQ(other.add(1, 2).out().latency_random.next(), alone);
  EXPECT_NE(other.add(1, 2).out().latency_random.next(), alone);
}

// Against a scan of everything, under any order of openings and ends.
TEST_F(StreamTableTest, AgreesWithAScan) {
  Random random(7);
  std::vector<EndRef> all;
  const auto scan = [&all](auto concerned) {
    std::vector<EndRef> found;
    for (const EndRef end : all) {
      if (!concerned(end.end().machine, end.other().end().machine)) continue;
      found.push_back(end);
      found.push_back(end.other());
    }
    std::ranges::sort(found, {}, [](EndRef end) { return std::pair(end.stream->slot, end.side); });
    return found;
  };
  for (int step = 0; step < 2'000; ++step) {
    if (!all.empty() && random.below(3) == 0) {
      const auto chosen = all.begin() + static_cast<std::ptrdiff_t>(random.below(all.size()));
      table.remove(*chosen->stream);
      all.erase(chosen);
    } else {
      all.push_back(table.add(static_cast<std::uint32_t>(random.below(6)),
                              static_cast<std::uint32_t>(random.below(6))));
    }
    const auto a = static_cast<std::uint32_t>(random.below(6));
    const auto b = static_cast<std::uint32_t>(random.below(6));
    ASSERT_EQ(
        words(table.between(a, b)),
        words(scan([a, b](auto x, auto y) { return (x == a && y == b) || (x == b && y == a); })));
    ASSERT_EQ(words(table.of_machine(a)),
              words(scan([a](auto x, auto y) { return x == a || y == a; })));
  }
}

}  // namespace
}  // namespace noex::sim

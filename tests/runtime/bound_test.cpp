#include "noex/runtime/core/bound.h"

#include <type_traits>

#include <gtest/gtest.h>

namespace noex {
namespace {

// A whole of two parts, of which the second counts in the first.
struct Total {
  int sum = 0;
};
struct Counter {
  explicit Counter(Total& total) : total_(total) {}
  void add(int value) {
    ++calls_;
    total_->sum += value;
  }
  Bound<Total> total_;
  int calls_ = 0;
};
struct Whole {
  Whole() = default;
  Whole(const Whole& other) : Whole() { *this = other; }
  Whole& operator=(const Whole&) = default;
  Total total;
  Counter counter{total};
};

TEST(Bound, ACopyOfTheWholeRefersToItsOwnParts) {
  Whole first;
  first.counter.add(1);
  Whole second(first);
  second.counter.add(10);
  EXPECT_EQ(first.total.sum, 1);
  EXPECT_EQ(second.total.sum, 11);
  EXPECT_EQ(second.counter.calls_, 2) << "state is copied";
  EXPECT_EQ(&*second.counter.total_, &second.total);
}

TEST(Bound, APartAloneIsNotCopied) {
  EXPECT_FALSE(std::is_copy_constructible_v<Counter>);
  EXPECT_TRUE(std::is_copy_assignable_v<Counter>);
}

}  // namespace
}  // namespace noex

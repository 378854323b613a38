#include "noex/transport/timer_queue.h"

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace noex {
namespace {

constexpr std::uint64_t no_limit = UINT64_MAX;

Instant at(int microseconds) {
  return Instant(std::chrono::microseconds(microseconds));
}

TEST(TimerQueue, EmptyHasNothingDue) {
  TimerQueue queue;
  EXPECT_FALSE(queue.earliest());
  EXPECT_FALSE(queue.take_due(at(1000), no_limit));
  EXPECT_FALSE(queue.cancel(0));
  EXPECT_FALSE(queue.cancel(123456789));
}

TEST(TimerQueue, OnlyWhatWasStartedBeforeTheLimitIsTaken) {
  TimerQueue queue;
  queue.start(at(5), [] {});
  const std::uint64_t limit = queue.limit();
  queue.start(at(5), [] {});
  EXPECT_TRUE(queue.take_due(at(5), limit));
  EXPECT_FALSE(queue.take_due(at(5), limit));
  EXPECT_TRUE(queue.take_due(at(5), no_limit));
}

TEST(TimerQueue, AnOldIdNeverNamesALaterTimer) {
  TimerQueue queue;
  const TimerId first = queue.start(at(1), [] {});
  EXPECT_TRUE(queue.cancel(first));
  const TimerId second = queue.start(at(1), [] {});
  EXPECT_NE(first, second);
  EXPECT_FALSE(queue.cancel(first));
  EXPECT_EQ(queue.size(), 1U);
}

TEST(TimerQueue, CancelledDeadlinesDoNotPileUp) {
  TimerQueue queue;
  auto token = std::make_shared<int>();
  for (int i = 0; i < 100'000; ++i) {
    const TimerId deadline = queue.start(at(1'000'000 + i), [token] {});
    ASSERT_TRUE(queue.cancel(deadline));
  }
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(token.use_count(), 1);
  EXPECT_FALSE(queue.earliest());
}

// Any sequence of starts, cancels and takes does what a sorted map does.
TEST(TimerQueue, BehavesLikeASortedMap) {
  EXPECT_TRUE(rc::check([](const std::vector<std::pair<std::uint8_t, std::uint8_t>>& steps) {
    TimerQueue queue;
    std::map<std::pair<Instant, int>, TimerId> model;  // by instant and order of start
    std::vector<int> ran;
    int started = 0;
    for (const auto& [kind, value] : steps) {
      if (kind % 4 < 2) {
        const int number = started++;
        const TimerId id = queue.start(at(value), [&ran, number] { ran.push_back(number); });
        model.emplace(std::pair(at(value), number), id);
      } else if (kind % 4 == 2 && !model.empty()) {
        const auto victim = std::next(model.begin(), value % std::ssize(model));
        RC_ASSERT(static_cast<bool>(queue.cancel(victim->second)));
        RC_ASSERT(!static_cast<bool>(queue.cancel(victim->second)));
        model.erase(victim);
      } else if (Task task = queue.take_due(at(value), no_limit)) {
        task();
        RC_ASSERT(!model.empty());
        RC_ASSERT(model.begin()->first.first <= at(value));
        RC_ASSERT(ran.back() == model.begin()->first.second);
        model.erase(model.begin());
      } else {
        RC_ASSERT(model.empty() || model.begin()->first.first > at(value));
      }
      RC_ASSERT(queue.size() == model.size());
      RC_ASSERT(queue.earliest().has_value() == !model.empty());
      RC_ASSERT(model.empty() || *queue.earliest() == model.begin()->first.first);
    }
  }));
}

}  // namespace
}  // namespace noex

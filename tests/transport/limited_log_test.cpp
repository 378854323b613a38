#include "noex/transport/limited_log.h"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "noex/transport/timer_queue.h"

namespace noex {
namespace {

using ::testing::HasSubstr;

class Lines final : public Log {
 public:
  bool enabled(LogLevel level) const override { return level >= LogLevel::info; }
  void write(LogLevel, std::string_view text) override { all.emplace_back(text); }
  std::vector<std::string> all;
};

class HandLoop final : public Loop {
 public:
  Instant now() const override { return now_; }
  WallTime wall_now() const override { return {}; }
  void post(Task task) override { task(); }
  TimerId start_timer(Instant at, Task task) override { return timers_.start(at, std::move(task)); }
  bool cancel_timer(TimerId timer) override { return static_cast<bool>(timers_.cancel(timer)); }
  void pass(Duration time) {
    now_ += time;
    while (Task task = timers_.take_due(now_, UINT64_MAX)) task();
  }
  std::size_t timers() const { return timers_.size(); }

 private:
  Instant now_{};
  TimerQueue timers_;
};

class LimitedLogTest : public ::testing::Test {
 protected:
  void flood(int lines) {
    for (int i = 0; i < lines; ++i) log_->warning("process {} ended", i);
  }
  std::size_t written() const { return lines_.all.size(); }

  Lines lines_;
  HandLoop loop_;
  std::unique_ptr<LimitedLog> log_ = std::make_unique<LimitedLog>(lines_, loop_);
};

TEST_F(LimitedLogTest, PassesOnWhatIsRare) {
  for (int i = 0; i < 1000; ++i) {
    flood(1);
    loop_.pass(1s);
  }
  EXPECT_EQ(written(), 1000U);
  EXPECT_EQ(lines_.all.back(), "process 0 ended");
  EXPECT_EQ(loop_.timers(), 0U) << "nothing to be told later";
}

TEST_F(LimitedLogTest, SaysHowManyLinesOfAKindItLeftOut) {
  flood(12'000);
  EXPECT_EQ(written(), log_lines_of_a_kind_max);
  loop_.pass(log_window);
  ASSERT_EQ(written(), log_lines_of_a_kind_max + 1);
  EXPECT_EQ(lines_.all.back(),
            "process 11999 ended (and 11949 more lines like this one in 10 s: the first of them "
            "10.0 s ago, the last 10.0 s ago)");
  loop_.pass(1h);
  EXPECT_EQ(written(), log_lines_of_a_kind_max + 1) << "once";
}

TEST_F(LimitedLogTest, SaysWhenTheLinesWereThatItLeftOut) {
  flood(50);
  loop_.pass(1250ms);
  flood(1);
  loop_.pass(3s);
  flood(2);
  loop_.pass(5750ms);
  EXPECT_EQ(lines_.all.back(),
            "process 1 ended (and 2 more lines like this one in 10 s: the first of them 8.7 s ago, "
            "the last 5.7 s ago)");
}

TEST_F(LimitedLogTest, TellsOneLineAsItWasAndWhen) {
  flood(51);
  loop_.pass(4s);
  log_.reset();
  EXPECT_EQ(lines_.all.back(), "process 50 ended (4.0 s ago)");
}

TEST_F(LimitedLogTest, BehindAnotherCountsNoLineTwice) {
  auto inner = std::make_unique<LimitedLog>(*log_, loop_);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4091; ++i) inner->warning("process {} ended", i);
    if (round < 2) loop_.pass(log_window);
  }
  inner.reset();
  log_.reset();
  EXPECT_EQ(written(), 3 * (log_lines_of_a_kind_max + 1));
  EXPECT_EQ(lines_.all.back(),
            "process 4090 ended (and 4040 more lines like this one in 10 s: the first of them "
            "0.0 s ago, the last 0.0 s ago)");
}

TEST_F(LimitedLogTest, AFloodOfOneKindHidesNoOther) {
  flood(12'000);
  log_->warning("the link to {} is gone", "node2");
  EXPECT_EQ(lines_.all.back(), "the link to node2 is gone");
}

TEST_F(LimitedLogTest, AFloodThatLastsIsToldInEachWindow) {
  for (int i = 0; i < 1000; ++i) {
    flood(100);
    loop_.pass(100ms);
  }
  EXPECT_GE(written(), 10 * log_lines_of_a_kind_max);
  EXPECT_LE(written(), 11 * (log_lines_of_a_kind_max + 1));
}

TEST_F(LimitedLogTest, TellsTheRestWhenItEnds) {
  flood(100);
  log_.reset();
  EXPECT_EQ(written(), log_lines_of_a_kind_max + 1);
  EXPECT_THAT(lines_.all.back(), HasSubstr("process 99 ended (and 49 more"));
  EXPECT_EQ(loop_.timers(), 0U);
}

TEST_F(LimitedLogTest, CountsNothingBelowTheLevel) {
  for (int i = 0; i < 1000; ++i) log_->debug("a detail");
  loop_.pass(1h);
  EXPECT_EQ(written(), 0U);
}

}  // namespace
}  // namespace noex

#include "noex/runtime/message/task.h"

#include <memory>
#include <stdexcept>
#include <type_traits>

#include <gtest/gtest.h>

namespace noex {
namespace {

task<int> number(bool& ran) {
  ran = true;
  co_return 7;
}
task<int> twice(bool& ran) {
  const int once = co_await number(ran);
  co_return 2 * once;
}
task<int> thrown() {
  throw std::runtime_error("thrown");
  co_return 0;
}
task<bool> catches() {
  try {
    (void)co_await thrown();
  } catch (const std::runtime_error&) {
    co_return true;
  }
  co_return false;
}
task<void> waits(std::shared_ptr<int> held) {
  (void)held;
  co_await std::suspend_always();
}

TEST(Task, RunsWhenItIsResumedAndNoEarlier) {
  bool ran = false;
  task<int> outer = twice(ran);
  EXPECT_FALSE(ran);
  outer.handle().resume();
  EXPECT_TRUE(ran);
  ASSERT_TRUE(outer.done());
  EXPECT_FALSE(outer.failed());
  EXPECT_EQ(outer.take(), 14);
}

TEST(Task, ThrowsWhereItIsAwaited) {
  task<bool> outer = catches();
  outer.handle().resume();
  EXPECT_TRUE(outer.take());

  task<int> alone = thrown();
  alone.handle().resume();
  EXPECT_TRUE(alone.failed());
  EXPECT_NE(alone.exception(), nullptr);
  EXPECT_THROW((void)alone.take(), std::runtime_error);
}

TEST(Task, DestroyingItDestroysWhatItHolds) {
  const auto held = std::make_shared<int>(1);
  task<void> suspended = waits(held);
  suspended.handle().resume();
  EXPECT_FALSE(suspended.done());
  EXPECT_EQ(held.use_count(), 2);

  task<void> moved = std::move(suspended);
  EXPECT_TRUE(suspended.empty());
  moved = task<void>();
  EXPECT_TRUE(moved.empty());
  EXPECT_EQ(held.use_count(), 1);
}

static_assert(!std::is_copy_constructible_v<task<int>> && IsTask<task<int>> && !IsTask<int>);
// What it threw outlives it.
static_assert(!std::is_reference_v<decltype(std::declval<task<int>&>().exception())>);

}  // namespace
}  // namespace noex

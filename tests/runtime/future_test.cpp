#include "noex/runtime/message/future.h"

#include <string>

#include <gtest/gtest.h>

#include "noex/runtime/message/task.h"

namespace noex {
namespace {

// One process, whose coroutine is resumed as soon as it is woken.
class Scheduler final : public Waker {
 public:
  ProcessId current_process() const override { return 1; }
  Waiting waiting(std::coroutine_handle<> handle) const override { return {1, 0, handle}; }
  void wake(const Waiting& waiting) override {
    ++woken;
    waiting.handle.resume();
  }
  int woken = 0;
};

task<std::string> await(Future<std::string> future) {
  co_return co_await std::move(future);
}

TEST(Future, WakesWhoWaits) {
  Scheduler scheduler;
  Completer<std::string> completer(scheduler);
  task<std::string> body = await(completer.future());
  body.handle().resume();
  EXPECT_FALSE(body.done());
  completer.complete("value");
  EXPECT_EQ(scheduler.woken, 1);
  ASSERT_TRUE(body.done());
  EXPECT_EQ(body.take(), "value");
}

TEST(Future, WaitsForNothingThatIsThere) {
  Scheduler scheduler;
  Completer<std::string> completer(scheduler);
  task<std::string> body = await(completer.future());
  completer.complete("value");
  EXPECT_EQ(scheduler.woken, 0);
  body.handle().resume();
  ASSERT_TRUE(body.done());
  EXPECT_EQ(body.take(), "value");
}

TEST(Future, MayGoFirst) {
  Scheduler scheduler;
  Completer<std::string> completer(scheduler);
  {
    task<std::string> body = await(completer.future());
    body.handle().resume();
    EXPECT_FALSE(completer.abandoned());
  }
  EXPECT_TRUE(completer.abandoned());
  completer.complete("value");
  EXPECT_EQ(scheduler.woken, 0);
}

}  // namespace
}  // namespace noex

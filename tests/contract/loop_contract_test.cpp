// The contract of include/noex/transport/loop.h, run against every backend.
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "tests/contract/backends.h"

namespace noex {
namespace {

template <class B>
class LoopContract : public ::testing::Test {
 protected:
  // Runs `body` inside a turn, and that turn to its end.
  void in_turn(Task body) {
    bool ran = false;
    loop.post([&, body = std::move(body)]() mutable {
      body();
      ran = true;
    });
    backend.run_until([&] { return ran; });
  }
  Task append(int number) {
    return [this, number] { order.push_back(number); };
  }
  void run_until_size(std::size_t size) {
    backend.run_until([&] { return order.size() >= size; });
  }

  B backend;
  Loop& loop = backend.loop(0);
  std::vector<int> order;
};
TYPED_TEST_SUITE(LoopContract, Backends);

TYPED_TEST(LoopContract, TimeStandsStillWithinATurn) {
  bool posted = false;
  this->in_turn([&] {
    const Instant now = this->loop.now();
    const WallTime wall = this->loop.wall_now();
    this->backend.spend(3ms);
    EXPECT_EQ(this->loop.now(), now);
    EXPECT_EQ(this->loop.wall_now(), wall);
    this->loop.post([&, now, wall] {
      EXPECT_EQ(this->loop.now(), now) << "posted tasks belong to the turn that posted them";
      EXPECT_EQ(this->loop.wall_now(), wall);
      posted = true;
    });
  });
  this->backend.run_until([&] { return posted; });
}

TYPED_TEST(LoopContract, TimeMovesBetweenTurns) {
  const Instant before = this->loop.now();
  const WallTime wall_before = this->loop.wall_now();
  this->backend.run_for(5ms);
  EXPECT_GE(this->loop.now() - before, 5ms);
  EXPECT_LT(this->loop.now() - before, 30s);
  EXPECT_GT(this->loop.wall_now(), wall_before);
}

TYPED_TEST(LoopContract, PostedTasksRunInOrderOfPosting) {
  for (int i = 0; i < 5; ++i) this->loop.post(this->append(i));
  EXPECT_TRUE(this->order.empty()) << "never inside the call, outside of a turn";
  this->run_until_size(5);
  EXPECT_EQ(this->order, (std::vector{0, 1, 2, 3, 4}));
}

TYPED_TEST(LoopContract, PostNeverRunsInsideTheCall) {
  this->in_turn([&] {
    this->loop.post([&] {
      this->order.push_back(2);
      this->loop.post(this->append(5));
      this->order.push_back(3);
    });
    this->loop.post(this->append(4));
    this->order.push_back(1);
  });
  this->run_until_size(5);
  EXPECT_EQ(this->order, (std::vector{1, 2, 3, 4, 5}));
}

TYPED_TEST(LoopContract, PostedTasksRunBeforeTheLoopWaitsAgain) {
  this->in_turn([&] {
    this->loop.start_timer(this->loop.now(), this->append(4));
    this->loop.post([&] {
      this->order.push_back(1);
      this->loop.post([&] {
        this->order.push_back(2);
        this->loop.post(this->append(3));
      });
    });
  });
  this->run_until_size(4);
  EXPECT_EQ(this->order, (std::vector{1, 2, 3, 4}));
}

TYPED_TEST(LoopContract, ATaskIsDestroyedOnceItHasRun) {
  auto token = std::make_shared<int>(1);
  bool ran = false;
  this->loop.post([token, &ran] { ran = true; });
  this->loop.start_timer(this->loop.now() + 1ms, [token, this] { this->order.push_back(1); });
  EXPECT_EQ(token.use_count(), 3);
  this->backend.run_until([&] { return ran && this->order.size() == 1; });
  EXPECT_EQ(token.use_count(), 1);
}

TYPED_TEST(LoopContract, TimersRunInOrderOfTheirInstants) {
  const Instant now = this->loop.now();
  this->loop.start_timer(now + 30ms, this->append(3));
  this->loop.start_timer(now + 10ms, this->append(1));
  this->loop.start_timer(now + 20ms, this->append(2));
  this->run_until_size(3);
  EXPECT_EQ(this->order, (std::vector{1, 2, 3}));
}

TYPED_TEST(LoopContract, TimersOfOneInstantRunInOrderOfTheirStart) {
  const Instant at = this->loop.now() + 5ms;
  for (int i = 0; i < 20; ++i) this->loop.start_timer(at, this->append(i));
  this->run_until_size(20);
  std::vector<int> expected(20);
  for (int i = 0; i < 20; ++i) expected[static_cast<std::size_t>(i)] = i;
  EXPECT_EQ(this->order, expected);
}

TYPED_TEST(LoopContract, ATimerNeverRunsBeforeItsInstant) {
  const Instant start = this->loop.now();
  for (int i = 1; i <= 20; ++i) {
    const Instant at = start + i * 700us;
    this->loop.start_timer(at, [this, at] {
      EXPECT_GE(this->loop.now(), at);
      this->order.push_back(0);
    });
  }
  this->run_until_size(20);
}

TYPED_TEST(LoopContract, ATimerInThePastIsDueAtOnceButNotInsideTheCall) {
  this->in_turn([&] {
    this->loop.start_timer(this->loop.now() - 1s, this->append(2));
    this->loop.start_timer(Instant{}, this->append(1));
    EXPECT_TRUE(this->order.empty());
  });
  this->loop.start_timer(this->loop.now() - 1s, this->append(3));
  this->run_until_size(3);
  EXPECT_EQ(this->order.size(), 3U);
}

TYPED_TEST(LoopContract, CancelTellsWhetherTheTimerHadNotRunYet) {
  const TimerId early = this->loop.start_timer(this->loop.now() + 1ms, this->append(1));
  const TimerId late = this->loop.start_timer(this->loop.now() + 2ms, this->append(2));
  EXPECT_NE(early, 0U);
  EXPECT_NE(early, late);
  EXPECT_TRUE(this->loop.cancel_timer(late));
  EXPECT_FALSE(this->loop.cancel_timer(late));
  this->run_until_size(1);
  EXPECT_FALSE(this->loop.cancel_timer(early));
  this->backend.run_for(5ms);
  EXPECT_EQ(this->order, std::vector{1});
  EXPECT_FALSE(this->loop.cancel_timer(0));
}

TYPED_TEST(LoopContract, ATimerCannotCancelItself) {
  TimerId own = 0;
  own = this->loop.start_timer(this->loop.now(), [&] {
    EXPECT_FALSE(this->loop.cancel_timer(own));
    this->order.push_back(1);
  });
  this->run_until_size(1);
}

TYPED_TEST(LoopContract, ATimerCancelsAnotherOfTheSameInstant) {
  const Instant at = this->loop.now() + 2ms;
  TimerId second = 0;
  this->loop.start_timer(at, [&] {
    EXPECT_TRUE(this->loop.cancel_timer(second));
    this->order.push_back(1);
  });
  second = this->loop.start_timer(at, this->append(2));
  this->loop.start_timer(at, this->append(3));
  this->run_until_size(2);
  this->backend.run_for(2ms);
  EXPECT_EQ(this->order, (std::vector{1, 3}));
}

TYPED_TEST(LoopContract, CancelDestroysTheTask) {
  auto token = std::make_shared<int>(1);
  const TimerId timer = this->loop.start_timer(this->loop.now() + 1h, [token] {});
  EXPECT_EQ(token.use_count(), 2);
  EXPECT_TRUE(this->loop.cancel_timer(timer));
  EXPECT_EQ(token.use_count(), 1);
}

TYPED_TEST(LoopContract, ACancelledTasksDestructorMayUseTheLoop) {
  struct Poster {
    Loop* loop;
    std::vector<int>* order;
    ~Poster() {
      loop->post([order = order] { order->push_back(1); });
      loop->cancel_timer(loop->start_timer(loop->now() + 1s, [] {}));
    }
  };
  auto poster = std::make_unique<Poster>(&this->loop, &this->order);
  const TimerId timer =
      this->loop.start_timer(this->loop.now() + 1h, [poster = std::move(poster)] {});
  EXPECT_TRUE(this->loop.cancel_timer(timer));
  this->run_until_size(1);
}

TYPED_TEST(LoopContract, ManyTimersKeepTheirOrderThroughCancelling) {
  const Instant start = this->loop.now();
  std::vector<TimerId> cancelled;
  for (int i = 0; i < 3000; ++i) {
    // A fixed shuffle: 1009 is coprime to 3000.
    const int place = i * 1009 % 3000;
    const TimerId id = this->loop.start_timer(start + place * 1us, this->append(place));
    if (place % 3 != 0) cancelled.push_back(id);
  }
  for (const TimerId id : cancelled) EXPECT_TRUE(this->loop.cancel_timer(id));
  this->run_until_size(1000);
  this->backend.run_for(1ms);
  ASSERT_EQ(this->order.size(), 1000U);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(this->order[static_cast<std::size_t>(i)], 3 * i);
}

TYPED_TEST(LoopContract, TimerObjectIsCancelledWithItsOwner) {
  {
    Timer timer(this->loop);
    timer.start(this->loop.now() + 1ms, this->append(1));
    EXPECT_TRUE(timer.running());
  }
  Timer timer(this->loop);
  timer.start(this->loop.now() + 1ms, this->append(2));
  timer.start(this->loop.now() + 2ms, this->append(3));
  this->run_until_size(1);
  EXPECT_FALSE(timer.running());
  this->backend.run_for(3ms);
  EXPECT_EQ(this->order, std::vector{3});
}

}  // namespace
}  // namespace noex

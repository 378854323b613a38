// The ways into a loop from other threads, the wrong ones, and a loop over a borrowed io_context.
#include "noex/transport/asio/asio_posts.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "noex/transport/asio/asio_loop.h"

namespace noex {
namespace {

constexpr Duration patience = 30s;

TEST(AsioPosts, RunInTurnsOfTheLoopInTheOrderOfTheirThread) {
  constexpr int each = 1000;
  AsioLoop loop;
  std::vector<int> seen[3];
  int count = 0;
  std::vector<std::jthread> threads;
  for (auto& list : seen) {
    threads.emplace_back([&loop, &list, &count] {
      for (int i = 0; i < each; ++i) {
        while (!loop.post_from_any_thread([&list, &count, i] {
          list.push_back(i);
          ++count;
        })) {
          std::this_thread::yield();
        }
      }
    });
  }
  EXPECT_TRUE(loop.run_until([&] { return count == 3 * each; }, patience));
  for (const auto& list : seen) EXPECT_TRUE(std::ranges::is_sorted(list));
}

TEST(AsioPosts, AreBounded) {
  AsioLoop loop;
  std::size_t ran = 0;
  for (std::size_t i = 0; i < AsioLoop::posts_max; ++i) {
    ASSERT_TRUE(loop.post_from_any_thread([&ran] { ++ran; }));
  }
  const Result<void> refused = loop.post_from_any_thread([] {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::overloaded);
  EXPECT_TRUE(loop.run_until([&] { return ran == AsioLoop::posts_max; }, patience));
  EXPECT_TRUE(loop.post_from_any_thread([&loop] { loop.stop(); }));
  loop.run();
}

TEST(AsioPosts, OutliveTheLoopAndAreRefusedThen) {
  auto token = std::make_shared<int>();
  auto loop = std::make_unique<AsioLoop>();
  const AsioRemote remote = loop->remote();
  EXPECT_TRUE(remote.post([token, remote] { (void)remote.post([] {}); }));
  loop.reset();
  EXPECT_EQ(token.use_count(), 1) << "what had not run was destroyed";
  const Result<void> refused = remote.post([token] {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::not_ready);
  EXPECT_EQ(token.use_count(), 1);
}

TEST(AsioLoopDeath, UseFromAnotherThreadStopsTheProgramAndSaysSo) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto misuse = [](void (*use)(AsioLoop&)) {
    AsioLoop loop;
    std::atomic<bool> running = false;
    loop.post([&] { running = true; });
    std::jthread other([&] {
      while (!running) std::this_thread::yield();
      use(loop);
    });
    (void)loop.run_until([] { return false; }, patience);
  };
  const char* const said = "used from another thread";
  EXPECT_DEATH(misuse([](AsioLoop& loop) { loop.post([] {}); }), said);
  EXPECT_DEATH(misuse([](AsioLoop& loop) { loop.start_timer(Instant(), [] {}); }), said);
  EXPECT_DEATH(misuse([](AsioLoop& loop) { loop.cancel_timer(1); }), said);
  EXPECT_DEATH(misuse([](AsioLoop& loop) { loop.stop(); }), said);
}

TEST(AsioLoop, RunsOnAnotherThreadThanItWasMadeOn) {
  AsioLoop loop;
  bool ran = false;
  loop.post([&] {
    ran = true;
    loop.stop();
  });
  std::jthread([&] { loop.run(); }).join();
  EXPECT_TRUE(ran);
}

TEST(AsioLoop, TakesTurnsInABorrowedContext) {
  boost::asio::io_context context;
  AsioLoop loop(context);
  std::vector<std::string> seen;
  loop.post([&] { seen.emplace_back("post"); });
  loop.start_timer(loop.now() + 1ms, [&] {
    seen.emplace_back("timer");
    EXPECT_TRUE(loop.post_from_any_thread([&] {
      seen.emplace_back("remote");
      context.stop();
    }));
  });
  context.run_for(patience);
  EXPECT_EQ(seen, (std::vector<std::string>{"post", "timer", "remote"}));
}

TEST(AsioLoop, LeavesABorrowedContextWithoutHarm) {
  boost::asio::io_context context;
  auto token = std::make_shared<int>();
  {
    AsioLoop loop(context);
    loop.post([token] {});
    loop.start_timer(loop.now(), [token] {});
    EXPECT_TRUE(loop.post_from_any_thread([token] {}));
  }
  EXPECT_EQ(token.use_count(), 1);
  EXPECT_GT(context.run_for(patience), 0U) << "what it had posted finds it gone, and that is all";
}

TEST(AsioLoop, MayGoOnAnotherThreadOnceItsBorrowedContextIsStopped) {
  boost::asio::io_context context;
  bool ran = false;
  {
    AsioLoop loop(context);
    loop.post([&] {
      ran = true;
      context.stop();
    });
    std::jthread([&] { context.run_for(patience); }).join();
    loop.cancel_timer(loop.start_timer(loop.now(), [] {}));
  }
  EXPECT_TRUE(ran);
}

TEST(AsioLoopDeath, ABorrowedContextIsRunByItsOwner) {
  boost::asio::io_context context;
  AsioLoop loop(context);
  EXPECT_DEATH(loop.run(), "borrowed io_context");
  EXPECT_DEATH(loop.stop(), "borrowed io_context");
}

}  // namespace
}  // namespace noex

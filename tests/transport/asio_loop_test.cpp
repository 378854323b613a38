// What AsioLoop does beyond the contract that tests/contract checks.
#include "noex/transport/asio/asio_loop.h"

#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace noex {
namespace {

constexpr Duration patience = 30s;

TEST(AsioLoop, RunsUntilItIsStopped) {
  AsioLoop loop;
  int ticks = 0;
  Timer timer(loop);
  std::function<void()> tick = [&] {
    if (++ticks == 3) return loop.stop();
    timer.start(loop.now() + 1ms, [&] { tick(); });
  };
  loop.post([&] { tick(); });
  loop.run();
  EXPECT_EQ(ticks, 3);
  loop.post([&] { loop.stop(); });
  loop.run();  // and runs again
}

TEST(AsioLoop, RunUntilGivesUpAtItsLimit) {
  AsioLoop loop;
  const Instant start = loop.now();
  EXPECT_FALSE(loop.run_until([] { return false; }, 5ms));
  EXPECT_GE(loop.now() - start, 5ms);
  EXPECT_TRUE(loop.run_until([] { return true; }, 0ms));
}

TEST(AsioLoop, TimersThatRestartThemselvesDoNotStarveOthers) {
  AsioLoop loop;
  int spins = 0;
  Timer timer(loop);
  std::function<void()> spin = [&] {
    ++spins;
    timer.start(loop.now(), [&] { spin(); });
  };
  spin();
  bool late = false;
  loop.start_timer(loop.now() + 2ms, [&] { late = true; });
  EXPECT_TRUE(loop.run_until([&] { return late; }, patience));
  EXPECT_GT(spins, 1);
}

TEST(AsioLoop, AnEarlierTimerOvertakesTheAlarm) {
  AsioLoop loop;
  const Instant start = loop.now();
  loop.start_timer(start + 1h, [] {});
  bool ran = false;
  loop.start_timer(start + 1ms, [&] { ran = true; });
  EXPECT_TRUE(loop.run_until([&] { return ran; }, patience));
}

TEST(AsioLoop, DestroysWhatNeverRan) {
  auto token = std::make_shared<int>();
  {
    AsioLoop loop;
    loop.post([token] {});
    loop.start_timer(loop.now() + 1h, [token] {});
    struct Poster {
      AsioLoop& loop;
      ~Poster() {
        loop.post([] {});
        loop.cancel_timer(loop.start_timer(loop.now(), [] {}));
      }
    };
    auto poster = std::make_unique<Poster>(loop);
    loop.start_timer(loop.now() + 1h, [poster = std::move(poster)] {});
    EXPECT_EQ(token.use_count(), 3);
  }
  EXPECT_EQ(token.use_count(), 1);
}

TEST(AsioLoop, SignalsBecomeCallbacks) {
  AsioLoop loop;
  std::vector<int> signals;
  const auto watch = loop.watch_signals([&](int signal) {
    signals.push_back(signal);
    loop.post([] {});  // legal only inside a turn or out of one, as everywhere
  });
  for (const int signal : {SIGTERM, SIGHUP, SIGINT}) {
    const std::size_t before = signals.size();
    std::raise(signal);
    EXPECT_TRUE(loop.run_until([&] { return signals.size() > before; }, patience));
  }
  EXPECT_EQ(signals, (std::vector{SIGTERM, SIGHUP, SIGINT}));
  std::raise(SIGPIPE);
}

struct Pipe {
  Pipe() { EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0); }
  ~Pipe() {
    ::close(ends[0]);
    end_writing();
  }
  void write(const std::string& text) const {
    EXPECT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void end_writing() {
    if (ends[1] >= 0) ::close(std::exchange(ends[1], -1));
  }
  int ends[2] = {-1, -1};
};

TEST(AsioLoop, WatchesADescriptorWithoutTouchingItsFlags) {
  AsioLoop loop;
  Pipe pipe;
  std::string read;
  bool ended = false;
  auto watch = loop.watch_readable(pipe.ends[0], [&] {
    char byte = 0;
    if (::read(pipe.ends[0], &byte, 1) == 1) {
      read.push_back(byte);
    } else {
      ended = true;
    }
  });
  ASSERT_TRUE(watch) << describe(watch.error());
  EXPECT_FALSE(loop.run_until([&] { return ended || !read.empty(); }, 5ms));
  pipe.write("abc");  // one byte is read a call: what is left is reported again
  EXPECT_TRUE(loop.run_until([&] { return read == "abc"; }, patience));
  EXPECT_EQ(::fcntl(pipe.ends[0], F_GETFL) & O_NONBLOCK, 0);
  pipe.end_writing();
  EXPECT_TRUE(loop.run_until([&] { return ended; }, patience));
}

TEST(AsioLoop, AWatchEndsWithItsObjectEvenInsideItsCallback) {
  AsioLoop loop;
  Pipe pipe;
  int calls = 0;
  std::unique_ptr<AsioWatch> own;
  auto watch = loop.watch_readable(pipe.ends[0], [&] {
    ++calls;
    own.reset();
  });
  ASSERT_TRUE(watch);
  own = std::move(*watch);
  pipe.write("abc");
  EXPECT_TRUE(loop.run_until([&] { return calls > 0; }, patience));
  EXPECT_FALSE(loop.run_until([&] { return calls > 1; }, 5ms));
}

TEST(AsioLoop, APlainFileIsAlwaysReadable) {
  AsioLoop loop;
  std::string name = ::testing::TempDir() + "noex_watch_XXXXXX";
  const int fd = ::mkstemp(name.data());
  ASSERT_GE(fd, 0);
  ::unlink(name.c_str());
  int calls = 0;
  std::unique_ptr<AsioWatch> own;
  auto watch = loop.watch_readable(fd, [&] {
    if (++calls == 3) own.reset();
  });
  ASSERT_TRUE(watch);
  own = std::move(*watch);
  EXPECT_TRUE(loop.run_until([&] { return calls == 3; }, patience));
  EXPECT_FALSE(loop.run_until([&] { return calls > 3; }, 5ms));
  ::close(fd);
}

TEST(AsioLoop, ABadDescriptorIsAnError) {
  AsioLoop loop;
  const auto watch = loop.watch_readable(-1, [] {});
  ASSERT_FALSE(watch);
  EXPECT_EQ(watch.error().code, ErrorCode::system);
}

TEST(AsioLoop, SeedsDiffer) {
  EXPECT_NE(AsioLoop::random_seed(), AsioLoop::random_seed());
}

}  // namespace
}  // namespace noex

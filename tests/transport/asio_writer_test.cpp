#include "noex/transport/asio/asio_writer.h"

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace noex {
namespace {

constexpr Duration patience = 30s;

struct Pipe {
  Pipe() { EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0); }
  ~Pipe() {
    ::close(ends[0]);
    if (ends[1] >= 0) ::close(ends[1]);
  }
  void close_writer() { ::close(std::exchange(ends[1], -1)); }
  int ends[2];
};

TEST(AsioWriter, WritesWithoutTheLoopWaiting) {
  Pipe pipe;
  AsioLoop loop;
  auto writer = AsioWriter::open(loop, pipe.ends[1]);
  ASSERT_TRUE(writer);
  int done = 0;
  (*writer)->on_done([&done] { ++done; });
  const std::string text(1024 * 1024, 'x');  // far more than a pipe holds
  (*writer)->write(text);
  EXPECT_FALSE((*writer)->ready());
  EXPECT_EQ(done, 0);
  std::size_t read = 0;
  std::string bytes(text.size(), '\0');
  while (read < text.size()) {
    const ssize_t count = ::read(pipe.ends[0], bytes.data() + read, bytes.size() - read);
    ASSERT_GT(count, 0);
    read += static_cast<std::size_t>(count);
  }
  EXPECT_TRUE(loop.run_until([&done] { return done == 1; }, patience));
  EXPECT_EQ(bytes, text);
  EXPECT_TRUE((*writer)->ready());
  EXPECT_FALSE((*writer)->take_failure());
}

TEST(AsioWriter, LeavesBehindWhatNeverGetsDone) {
  Pipe pipe;
  AsioLoop loop;
  auto writer = AsioWriter::open(loop, pipe.ends[1]);
  ASSERT_TRUE(writer);
  (*writer)->write(std::string(1024 * 1024, 'x'));
  writer->reset();  // returns, although nobody reads
}

TEST(AsioWriter, TellsOfAFullDiskAndOfAReaderThatIsGone) {
  std::signal(SIGPIPE, SIG_IGN);
  for (const int expected : {ENOSPC, EPIPE}) {
    AsioLoop loop;
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    ::close(ends[0]);
    const int fd = expected == EPIPE ? ends[1] : ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    auto writer = AsioWriter::open(loop, fd);
    ASSERT_TRUE(writer);
    std::optional<AsioWriter::Failure> failure;
    (*writer)->on_done([&] { failure = (*writer)->take_failure(); });
    (*writer)->write("one\ntwo\n");
    (*writer)->settle();
    EXPECT_FALSE((*writer)->ready()) << "nobody has heard of the failure yet";
    EXPECT_TRUE(loop.run_until([&] { return failure.has_value(); }, patience));
    EXPECT_TRUE((*writer)->ready());
    EXPECT_EQ(failure->error, expected);
    EXPECT_EQ(failure->unwritten, "one\ntwo\n");
    EXPECT_FALSE(failure->torn);
    EXPECT_TRUE((*writer)->ready()) << "and it tries again with what comes next";
    ::close(ends[1]);
    if (expected == ENOSPC) ::close(fd);
  }
}

TEST(AsioWriter, WritesToADescriptorThatSomebodyMadeNonBlocking) {
  Pipe pipe;
  ::fcntl(pipe.ends[1], F_SETFL, O_NONBLOCK);
  AsioLoop loop;
  auto writer = AsioWriter::open(loop, pipe.ends[1]);
  ASSERT_TRUE(writer);
  (*writer)->write(std::string(300'000, 'x'));
  std::size_t read = 0;
  char bytes[65536];
  while (read < 300'000) {
    const ssize_t count = ::read(pipe.ends[0], bytes, sizeof bytes);
    ASSERT_GT(count, 0);
    read += static_cast<std::size_t>(count);
  }
  EXPECT_TRUE(loop.run_until([&] { return (*writer)->ready(); }, patience));
  EXPECT_FALSE((*writer)->take_failure());
}

TEST(AsioWriter, OpensFilesAndPipesWithoutAReader) {
  const std::string folder = fmt::format("{}noex_writer_{}", ::testing::TempDir(), ::getpid());
  AsioLoop loop;
  for (const char* text : {"one\n", "two\n"}) {
    auto writer = AsioWriter::open_file(loop, folder + "/new/log");
    ASSERT_TRUE(writer);
    (*writer)->write(text);
    EXPECT_TRUE(loop.run_until([&] { return (*writer)->ready(); }, patience));
  }
  EXPECT_EQ(std::filesystem::file_size(folder + "/new/log"), 8u);
  ASSERT_EQ(::mkfifo((folder + "/pipe").c_str(), 0600), 0);
  EXPECT_TRUE(AsioWriter::open_file(loop, folder + "/pipe"));
  EXPECT_FALSE(AsioWriter::open_file(loop, folder));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace noex

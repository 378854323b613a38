#include "noex/transport/asio/asio_writer.h"

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "noex/transport/base/check.h"

namespace noex {

namespace {

// Long enough for any terminal that takes bytes at all; one that does not is not waited for.
constexpr std::chrono::milliseconds settle_max(200);

}  // namespace

struct AsioWriter::Shared {
  Shared(int descriptor, int event) : fd(descriptor), done(event) {}
  ~Shared() {
    ::close(fd);
    ::close(done);
  }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  const int fd;
  const int done;  // an eventfd

  std::mutex mutex;
  std::condition_variable changed;
  // Under the mutex. While busy, `bytes` is the thread's.
  std::string bytes;
  bool busy = false;
  bool ended = false;
  std::optional<Failure> failure;
};

// Blocks; without the mutex.
void AsioWriter::write_all(Shared& shared) {
  std::string_view rest = shared.bytes;
  while (!rest.empty()) {
    const ssize_t count = ::write(shared.fd, rest.data(), rest.size());
    if (count >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {  // somebody who shares it has made it non-blocking
      pollfd polled{shared.fd, POLLOUT, 0};
      ::poll(&polled, 1, -1);
    } else if (errno != EINTR) {
      const std::size_t written = shared.bytes.size() - rest.size();
      const bool torn = written > 0 && shared.bytes[written - 1] != '\n';
      Failure failure{errno, std::string(rest), torn};
      const std::lock_guard lock(shared.mutex);
      shared.failure = std::move(failure);
      return;
    }
  }
}

void AsioWriter::run(Shared& shared) {
  std::unique_lock lock(shared.mutex);
  for (;;) {
    shared.changed.wait(lock, [&] { return shared.busy || shared.ended; });
    if (!shared.busy) return;
    lock.unlock();
    write_all(shared);
    lock.lock();
    shared.busy = false;
    eventfd_write(shared.done, 1);
    shared.changed.notify_all();
  }
}

Result<std::unique_ptr<AsioWriter>> AsioWriter::open(AsioLoop& loop, int fd) {
  const int owned = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (owned < 0) return fail(ErrorCode::system, std::strerror(errno));
  return start(loop, owned);
}

Result<std::unique_ptr<AsioWriter>> AsioWriter::open_file(AsioLoop& loop, const std::string& path) {
  std::error_code ignored;  // opening says what is wrong
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  constexpr int flags = O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  int fd = ::open(path.c_str(), flags | O_WRONLY, 0666);
  if (fd < 0 && errno == ENXIO) fd = ::open(path.c_str(), flags | O_RDWR, 0666);
  if (fd < 0) return fail(ErrorCode::system, std::strerror(errno));
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
  return start(loop, fd);
}

Result<std::unique_ptr<AsioWriter>> AsioWriter::start(AsioLoop& loop, int owned_fd) {
  const int done = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (done < 0) {
    ::close(owned_fd);
    return fail(ErrorCode::system, std::strerror(errno));
  }
  auto shared = std::make_shared<Shared>(owned_fd, done);
  auto writer = std::unique_ptr<AsioWriter>(new AsioWriter(shared));
  auto watch = loop.watch_readable(done, [self = writer.get()] {
    eventfd_t count = 0;
    eventfd_read(self->shared_->done, &count);
    if (self->callback_) self->callback_();
  });
  if (!watch) return std::unexpected(watch.error());
  writer->watch_ = std::move(*watch);
  sigset_t all;
  sigset_t former;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &former);
  Result<std::unique_ptr<AsioWriter>> result = std::move(writer);
  try {
    std::thread([shared] { run(*shared); }).detach();
  } catch (const std::system_error& error) {
    result = fail(ErrorCode::system, error.what());
  }
  ::pthread_sigmask(SIG_SETMASK, &former, nullptr);
  return result;
}

AsioWriter::~AsioWriter() {
  const std::lock_guard lock(shared_->mutex);
  shared_->ended = true;
  shared_->changed.notify_all();
}

bool AsioWriter::ready() const {
  const std::lock_guard lock(shared_->mutex);
  // A failure that nobody has taken yet is not done with: who ends when all is written would not
  // hear of it.
  return !shared_->busy && !shared_->failure;
}

void AsioWriter::write(std::string bytes) {
  if (bytes.empty()) return;
  const std::lock_guard lock(shared_->mutex);
  NOEX_CHECK(!shared_->busy);
  shared_->bytes = std::move(bytes);
  shared_->busy = true;
  shared_->changed.notify_all();
}

void AsioWriter::settle() {
  std::unique_lock lock(shared_->mutex);
  shared_->changed.wait_for(lock, settle_max, [this] { return !shared_->busy; });
}

std::optional<AsioWriter::Failure> AsioWriter::take_failure() {
  const std::lock_guard lock(shared_->mutex);
  return std::exchange(shared_->failure, std::nullopt);
}

}  // namespace noex

#include "noex/transport/asio/asio_posts.h"

#include <cstdint>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

#include "noex/transport/asio/asio_loop.h"
#include "noex/transport/base/check.h"

namespace noex {

int AsioPosts::open() {
  const std::lock_guard lock(mutex_);
  bell_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  NOEX_CHECK(bell_ >= 0, "no file descriptor is left for an AsioLoop");
  return bell_;
}

std::vector<Task> AsioPosts::take() {
  const std::lock_guard lock(mutex_);
  std::uint64_t rung = 0;
  (void)!::read(bell_, &rung, sizeof(rung));
  return std::exchange(tasks_, {});
}

std::vector<Task> AsioPosts::close() {
  const std::lock_guard lock(mutex_);
  bell_ = -1;
  return std::exchange(tasks_, {});
}

Result<void> AsioPosts::post(Task task) {
  const std::lock_guard lock(mutex_);
  if (bell_ < 0) return fail(ErrorCode::not_ready, "the loop is gone");
  if (tasks_.size() >= AsioLoop::posts_max) return fail(ErrorCode::overloaded, "posts_max");
  tasks_.push_back(std::move(task));
  if (tasks_.size() > 1) return {};
  const std::uint64_t one = 1;
  (void)!::write(bell_, &one, sizeof(one));
  return {};
}

Result<void> AsioRemote::post(Task task) const {
  return posts_->post(std::move(task));
}

}  // namespace noex

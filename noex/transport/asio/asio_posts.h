// AsioPosts: the tasks that other threads give to a loop; the only thing of it that they touch.
//
// Owns the queue, its lock, and the right to ring: an eventfd, which the loop watches and closes.
// Rings once for all that waits. Never runs a task.
#pragma once

#include <mutex>
#include <vector>

#include "noex/transport/base/error.h"
#include "noex/transport/loop.h"

namespace noex {

class AsioPosts {
 public:
  // --- The loop's thread ---
  // The descriptor to watch, which becomes the caller's. Once.
  int open();
  // All that waits; stops the ringing.
  std::vector<Task> take();
  // Nothing comes in any more. Gives what waits, for destruction.
  std::vector<Task> close();

  // --- Any thread ---
  Result<void> post(Task task);

 private:
  std::mutex mutex_;
  std::vector<Task> tasks_;
  int bell_ = -1;  // -1: closed
};

}  // namespace noex

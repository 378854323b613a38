// AsioWriter: the real Outlet: a descriptor that a thread of its own writes to.
//
// A thread, since nothing else keeps the loop from waiting for every kind of descriptor: poll()
// calls plain files always ready, and a terminal ready that takes half of a write and then stands
// still; O_NONBLOCK would be set for all who share the terminal, and a terminal that belongs to
// somebody else (after su) cannot be opened anew. The thread blocks all signals, so that they go on
// reaching the program's own. One that never gets done is left behind: it dies with the program.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "noex/transport/asio/asio_loop.h"
#include "noex/transport/base/error.h"
#include "noex/transport/base/outlet.h"

namespace noex {

class AsioWriter final : public Outlet {
 public:
  // Writes to a duplicate of `fd`. Errors: system.
  [[nodiscard]] static Result<std::unique_ptr<AsioWriter>> open(AsioLoop& loop, int fd);
  // Appends to a file, which is made if need be, with its folders. A pipe without a reader is one
  // that has none yet. Errors: system.
  [[nodiscard]] static Result<std::unique_ptr<AsioWriter>> open_file(AsioLoop& loop,
                                                                     const std::string& path);
  // What the thread has not begun to write is lost.
  ~AsioWriter() override;
  AsioWriter(const AsioWriter&) = delete;
  AsioWriter& operator=(const AsioWriter&) = delete;

  // Called from a turn whenever a write has ended, well or not.
  void on_done(std::function<void()> callback) { callback_ = std::move(callback); }

  bool ready() const override;
  void write(std::string bytes) override;
  void settle() override;

  struct Failure {
    int error = 0;  // errno
    std::string unwritten;
    bool torn = false;  // what was written of it before ends within a line
  };
  // Of the write that has ended; at most once.
  std::optional<Failure> take_failure();

 private:
  struct Shared;
  explicit AsioWriter(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  static Result<std::unique_ptr<AsioWriter>> start(AsioLoop& loop, int owned_fd);
  static void run(Shared& shared);
  static void write_all(Shared& shared);

  std::shared_ptr<Shared> shared_;  // the thread is the other owner, which may live longer
  std::unique_ptr<AsioWatch> watch_;
  std::function<void()> callback_;
};

}  // namespace noex

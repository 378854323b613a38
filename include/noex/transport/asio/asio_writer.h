// AsioWriter: the real Outlet: a descriptor that a thread of its own writes to.
//
// A thread, since nothing else keeps the loop from waiting, whatever the descriptor is. poll()
// calls plain files always ready, and also a terminal that takes half of a write and then stands
// still. O_NONBLOCK would be set for all programs that share the terminal. And a terminal that
// belongs to somebody else (after su) cannot be opened again. The thread blocks all signals, so
// that they go on reaching the program's own. A thread that never gets done is left behind, and
// ends with the program.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "noex/transport/asio/asio_loop.h"
#include "noex/transport/base/error.h"
#include "noex/transport/base/outlet.h"

namespace noex {

// See the top of this file; on the loop's thread, and the loop outlives it.
class AsioWriter final : public Outlet {
 public:
  // Writes to a duplicate of `fd`. Errors: system.
  [[nodiscard]] static Result<std::unique_ptr<AsioWriter>> open(AsioLoop& loop, int fd);
  // Appends to a file, which is made if it is not there, and so are its folders. If it is a named
  // pipe without a reader, it waits for one. Errors: system.
  [[nodiscard]] static Result<std::unique_ptr<AsioWriter>> open_file(AsioLoop& loop,
                                                                     const std::string& path);
  // What the thread has not begun to write is lost.
  ~AsioWriter() override;
  AsioWriter(const AsioWriter&) = delete;
  AsioWriter& operator=(const AsioWriter&) = delete;

  // Calls `callback`, from a turn, whenever a write has ended, well or not.
  void on_done(std::function<void()> callback) { callback_ = std::move(callback); }

  bool ready() const override;
  void write(std::string bytes) override;
  void settle() override;

  // A write that has failed.
  struct Failure {
    int error = 0;          // errno
    std::string unwritten;  // what was not written
    bool torn = false;      // what was written of it ends within a line
  };
  // The failure of the write that has ended; nothing: it went well, or was asked for before.
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

// AsioOutputs: a program's standard output, standard error and log file, none of which it waits
// for.
//
// Owns the writers and the lines that wait for them. Lines that cannot be written to the log or to
// standard error are counted, and the count is written there once that works again.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "noex/transport/asio/asio_loop.h"
#include "noex/transport/asio/asio_writer.h"
#include "noex/transport/base/error.h"
#include "noex/transport/base/line_writer.h"

namespace noex {

// See the top of this file; on the loop's thread.
class AsioOutputs {
 public:
  // How much may wait for each of them; beyond, the oldest lines are dropped.
  static constexpr std::size_t waiting_bytes_max = 1024 * 1024;

  // Opens them. The loop outlives them. Without a `log_file` the log goes to standard error.
  // Errors: system; the detail is for the user.
  [[nodiscard]] static Result<std::unique_ptr<AsioOutputs>> open(AsioLoop& loop,
                                                                 const std::string& log_file);
  AsioOutputs(const AsioOutputs&) = delete;
  AsioOutputs& operator=(const AsioOutputs&) = delete;

  // Standard output, as bytes. A program uses this or lines(), not both.
  Outlet& out() { return *out_; }
  // Standard output, as lines.
  LineWriter& lines() { return lines_; }
  // Standard error, as lines.
  LineWriter& errors() { return error_lines_; }
  // The log file or, without one, standard error.
  LineWriter& log() { return log_ ? log_lines_ : error_lines_; }

  // Calls `callback` when standard output is ready again, or has failed: with the errno.
  void on_out(std::function<void(std::optional<int>)> callback) { on_out_ = std::move(callback); }
  // Calls `callback`, once, when the log file cannot be written: with the errno.
  void on_log_failed(std::function<void(int)> callback) { on_log_failed_ = std::move(callback); }

  // Whether nothing waits for standard error or the log file.
  bool idle() const;

 private:
  AsioOutputs(std::unique_ptr<AsioWriter> out, std::unique_ptr<AsioWriter> err,
              std::unique_ptr<AsioWriter> log);
  static std::optional<int> advance(AsioWriter& writer, LineWriter& lines);

  std::unique_ptr<AsioWriter> out_;
  std::unique_ptr<AsioWriter> err_;
  std::unique_ptr<AsioWriter> log_;  // null: it goes to err_
  LineWriter lines_;
  LineWriter error_lines_;
  LineWriter log_lines_;
  std::function<void(std::optional<int>)> on_out_;
  std::function<void(int)> on_log_failed_;
  bool log_failed_ = false;
};

}  // namespace noex

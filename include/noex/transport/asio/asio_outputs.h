// AsioOutputs: a program's standard output and standard error and its log file, none of which it
// waits for.
//
// Owns the writers and the lines that wait for them. What cannot be written to the log or to
// standard error is counted and told there once that goes again; who owns a program is told, too.
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

class AsioOutputs {
 public:
  // What may wait for a reader of one of them.
  static constexpr std::size_t waiting_bytes_max = 1024 * 1024;

  // `log_file`: empty: the log goes to standard error. Errors: system; the detail is for the user.
  [[nodiscard]] static Result<std::unique_ptr<AsioOutputs>> open(AsioLoop& loop,
                                                                 const std::string& log_file);
  AsioOutputs(const AsioOutputs&) = delete;
  AsioOutputs& operator=(const AsioOutputs&) = delete;

  // Standard output: either as bytes or, for lines.
  Outlet& out() { return *out_; }
  LineWriter& lines() { return lines_; }
  LineWriter& errors() { return error_lines_; }
  LineWriter& log() { return log_ ? log_lines_ : error_lines_; }

  // Standard output is ready again, or has failed: with what (errno).
  void on_out(std::function<void(std::optional<int>)> callback) { on_out_ = std::move(callback); }
  // The log file cannot be written: for the first time only.
  void on_log_failed(std::function<void(int)> callback) { on_log_failed_ = std::move(callback); }

  // Nothing waits for standard error or the log file.
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

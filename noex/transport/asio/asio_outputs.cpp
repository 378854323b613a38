#include "noex/transport/asio/asio_outputs.h"

#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace noex {

AsioOutputs::AsioOutputs(std::unique_ptr<AsioWriter> out, std::unique_ptr<AsioWriter> err,
                         std::unique_ptr<AsioWriter> log)
    : out_(std::move(out)),
      err_(std::move(err)),
      log_(std::move(log)),
      lines_(*out_, waiting_bytes_max),
      error_lines_(*err_, waiting_bytes_max),
      log_lines_(log_ ? *log_ : *err_, waiting_bytes_max) {
  out_->on_done([this] {
    const auto failure = out_->take_failure();
    if (on_out_) on_out_(failure ? std::optional(failure->error) : std::nullopt);
  });
  err_->on_done([this] { advance(*err_, error_lines_); });
  if (!log_) return;
  log_->on_done([this] {
    const std::optional<int> error = advance(*log_, log_lines_);
    if (error && !std::exchange(log_failed_, true) && on_log_failed_) on_log_failed_(*error);
  });
}

// What the writer failed with.
std::optional<int> AsioOutputs::advance(AsioWriter& writer, LineWriter& lines) {
  const auto failure = writer.take_failure();
  if (failure) lines.on_lost(failure->unwritten, failure->torn);
  lines.on_ready();
  return failure ? std::optional(failure->error) : std::nullopt;
}

Result<std::unique_ptr<AsioOutputs>> AsioOutputs::open(AsioLoop& loop,
                                                       const std::string& log_file) {
  auto out = AsioWriter::open(loop, STDOUT_FILENO);
  if (!out) return std::unexpected(out.error());
  auto err = AsioWriter::open(loop, STDERR_FILENO);
  if (!err) return std::unexpected(err.error());
  std::unique_ptr<AsioWriter> log;
  if (!log_file.empty()) {
    auto opened = AsioWriter::open_file(loop, log_file);
    if (!opened) {
      return fail(ErrorCode::system, fmt::format("cannot write to the log file {}: {}", log_file,
                                                 opened.error().detail));
    }
    log = std::move(*opened);
  }
  return std::unique_ptr<AsioOutputs>(
      new AsioOutputs(std::move(*out), std::move(*err), std::move(log)));
}

bool AsioOutputs::idle() const {
  return error_lines_.idle() && (!log_ || log_lines_.idle());
}

}  // namespace noex

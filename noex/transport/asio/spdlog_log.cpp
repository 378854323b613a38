#include "noex/transport/asio/spdlog_log.h"

#include <functional>
#include <utility>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace noex {

namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

// Hands lines on.
class LineSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit LineSink(std::function<void(std::string)> to) : to_(std::move(to)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    to_(std::string(line.data(), line.size() - 1));
  }
  void flush_() override {}

  const std::function<void(std::string)> to_;
};

}  // namespace

struct SpdlogLog::Impl {
  explicit Impl(spdlog::sink_ptr sink) : logger("noex", std::move(sink)) {}

  spdlog::logger logger;
};

SpdlogLog::SpdlogLog(LogLevel level, std::unique_ptr<Impl> impl)
    : level_(level), impl_(std::move(impl)) {}

SpdlogLog::~SpdlogLog() = default;

Result<std::unique_ptr<SpdlogLog>> SpdlogLog::open(const SpdlogOptions& options) {
  try {
    spdlog::sink_ptr target;
    if (options.to) {
      target = std::make_shared<LineSink>(options.to);
    } else if (options.file.empty()) {
      target = std::make_shared<spdlog::sinks::stderr_sink_st>();
    } else {
      target = std::make_shared<spdlog::sinks::basic_file_sink_st>(options.file);
    }
    auto impl = std::make_unique<Impl>(std::move(target));
    impl->logger.set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
    impl->logger.set_level(to_spdlog(options.level));
    impl->logger.flush_on(spdlog::level::trace);
    return std::unique_ptr<SpdlogLog>(new SpdlogLog(options.level, std::move(impl)));
  } catch (const spdlog::spdlog_ex& error) {
    return fail(ErrorCode::system, fmt::format("cannot write the log: {}", error.what()));
  }
}

void SpdlogLog::write(LogLevel level, std::string_view text) {
  // The two-argument form: `text` is no format string.
  impl_->logger.log(to_spdlog(level), spdlog::string_view_t(text.data(), text.size()));
}

}  // namespace noex

#include "transport/spdlog_log.h"

#include <utility>

#include <fmt/format.h>
#include <spdlog/logger.h>
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
    if (options.file.empty()) {
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

Result<LogLevel> parse_log_level(std::string_view name) {
  if (name == "debug") return LogLevel::debug;
  if (name == "info") return LogLevel::info;
  if (name == "warning") return LogLevel::warning;
  if (name == "error") return LogLevel::error;
  return fail(ErrorCode::invalid_argument,
              fmt::format("no log level '{}': it is debug, info, warning or error", name));
}

}  // namespace noex

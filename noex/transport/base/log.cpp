#include "noex/transport/base/log.h"

namespace noex {

Result<LogLevel> parse_log_level(std::string_view name) {
  if (name == "debug") return LogLevel::debug;
  if (name == "info") return LogLevel::info;
  if (name == "warning") return LogLevel::warning;
  if (name == "error") return LogLevel::error;
  return fail(ErrorCode::invalid_argument,
              fmt::format("no log level '{}': it is debug, info, warning or error", name));
}

}  // namespace noex

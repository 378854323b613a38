// Log: where the library says what it does. Passed in like everything else that leaves a node.
//
// A line is one event, for the person who runs the node. What it tells of others passes visible()
// here, and is bounded: so no peer writes raw bytes, lines of its own or megabytes into a log.
// The real one writes through spdlog (include/noex/transport/asio/spdlog_log.h), the simulator's
// goes to its trace.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "noex/transport/base/error.h"
#include "noex/transport/base/text.h"

namespace noex {

// Longer lines are cut.
inline constexpr std::size_t log_line_bytes_max = 2000;

enum class LogLevel : std::uint8_t { debug, info, warning, error };
// "debug", "info", "warning" or "error". Errors: invalid_argument, with the list of them.
[[nodiscard]] Result<LogLevel> parse_log_level(std::string_view name);

class Log {
 public:
  virtual ~Log() = default;

  virtual bool enabled(LogLevel level) const = 0;
  virtual void write(LogLevel level, std::string_view text) = 0;
  // The same, by who can tell the kinds of events apart: lines of one kind have one format.
  virtual void event(LogLevel level, std::string_view kind, std::string_view text) {
    (void)kind;
    write(level, text);
  }

  template <class... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) {
    line(LogLevel::debug, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) {
    line(LogLevel::info, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void warning(fmt::format_string<Args...> format, Args&&... args) {
    line(LogLevel::warning, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) {
    line(LogLevel::error, format, std::forward<Args>(args)...);
  }

 private:
  template <class... Args>
  void line(LogLevel level, fmt::format_string<Args...> format, Args&&... args) {
    if (!enabled(level)) return;
    const fmt::string_view kind = format;
    event(level, std::string_view(kind.data(), kind.size()),
          visible(fmt::format(format, std::forward<Args>(args)...), log_line_bytes_max));
  }
};

// Says nothing; for tests and for programs that want silence.
class NullLog final : public Log {
 public:
  bool enabled(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view) override {}
};

}  // namespace noex

// Log: where the library says what it does. Passed in, like everything that leaves a node.
//
// A line is one event, for the person who runs the node. Every line passes visible() here, and is
// bounded: so no peer writes raw bytes, lines of its own or megabytes into a log. The real log
// writes through spdlog ("noex/transport/asio/spdlog_log.h"), the simulator's goes to its trace.
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

// How much a line matters.
enum class LogLevel : std::uint8_t {
  debug,    // every step, for who looks for a fault
  info,     // what happens to the node
  warning,  // something is wrong, and the node goes on
  error,    // the node cannot do what it should
};
// Reads "debug", "info", "warning" or "error". Errors: invalid_argument; the detail lists them.
[[nodiscard]] Result<LogLevel> parse_log_level(std::string_view name);

// On the thread of whoever uses it, and outlives them.
class Log {
 public:
  virtual ~Log() = default;

  // Whether lines of that level are written; who asks first saves the work of making them.
  virtual bool enabled(LogLevel level) const = 0;
  // Writes one line, given without its end.
  virtual void write(LogLevel level, std::string_view text) = 0;
  // The same, for who knows what kind of event it is: lines of one kind have one format.
  virtual void event(LogLevel level, std::string_view kind, std::string_view text) {
    (void)kind;
    write(level, text);
  }

  // One line of that level, with fmt's formats; made visible(), and cut at log_line_bytes_max.
  template <class... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) {
    line(LogLevel::debug, format, std::forward<Args>(args)...);
  }
  // See debug().
  template <class... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) {
    line(LogLevel::info, format, std::forward<Args>(args)...);
  }
  // See debug().
  template <class... Args>
  void warning(fmt::format_string<Args...> format, Args&&... args) {
    line(LogLevel::warning, format, std::forward<Args>(args)...);
  }
  // See debug().
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

// Writes nothing; for tests and for programs that want silence.
class NullLog final : public Log {
 public:
  bool enabled(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view) override {}
};

}  // namespace noex

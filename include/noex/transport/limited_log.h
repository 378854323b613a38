// LimitedLog: in front of another Log, so that no flood of events, whoever causes it, fills a disk.
//
// In each window of time it passes on a limited number of lines of one kind (one format). Those
// beyond are counted, and summed up in one line when the window is over: the last of them, how many
// there were, and how long ago. So an error that repeats for ever is seen again and again, with its
// number, and the rest of the log stays legible. It may stand in front of another LimitedLog. It
// changes no text, and knows the time from the loop only.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "noex/transport/base/log.h"
#include "noex/transport/base/time.h"
#include "noex/transport/loop.h"

namespace noex {

// Lines of one kind in one window: enough for what a cluster of some dozen nodes has to say at
// once.
inline constexpr std::size_t log_lines_of_a_kind_max = 50;
// How long a window is.
inline constexpr Duration log_window = 10s;

// See the top of this file.
class LimitedLog final : public Log {
 public:
  // Both outlive it.
  LimitedLog(Log& log, Loop& loop) : log_(log), loop_(loop), timer_(loop) {}
  // Sums up what has been counted.
  ~LimitedLog() override;
  LimitedLog(const LimitedLog&) = delete;
  LimitedLog& operator=(const LimitedLog&) = delete;

  bool enabled(LogLevel level) const override { return log_.enabled(level); }
  void write(LogLevel level, std::string_view text) override { event(level, {}, text); }
  void event(LogLevel level, std::string_view kind, std::string_view text) override;

 private:
  struct Window {
    Instant end;
    std::size_t told = 0;
    std::size_t skipped = 0;
    Instant first{};  // of those that were skipped
    Instant last{};
    LogLevel level = LogLevel::debug;  // with text: of the last that was skipped
    std::string text;
  };
  using Windows = std::map<std::string, Window, std::less<>>;

  void close(Windows::iterator at);
  std::string summary(const Window& window) const;
  void close_due();

  Log& log_;
  Loop& loop_;
  Windows windows_;  // by kind: as many as there are calls of a log in a program
  Timer timer_;      // Invariant: runs while something was skipped
};

}  // namespace noex

#include "noex/transport/limited_log.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

namespace noex {

namespace {

// "8.7 s ago"
std::string ago(Duration time) {
  const std::int64_t tenths = time / 100ms;
  return fmt::format("{}.{} s ago", tenths / 10, tenths % 10);
}

}  // namespace

LimitedLog::~LimitedLog() {
  while (!windows_.empty()) close(windows_.begin());
}

void LimitedLog::event(LogLevel level, std::string_view kind, std::string_view text) {
  if (!enabled(level)) return;
  const Instant now = loop_.now();
  auto at = windows_.find(kind);
  if (at != windows_.end() && at->second.end <= now) {
    close(at);
    at = windows_.end();
  }
  if (at == windows_.end()) {
    at = windows_.try_emplace(std::string(kind)).first;
    at->second.end = now + log_window;
  }
  Window& window = at->second;
  if (window.told < log_lines_of_a_kind_max) {
    ++window.told;
    log_.event(level, kind, text);
    return;
  }
  if (window.skipped == 0) window.first = now;
  window.last = now;
  ++window.skipped;
  window.level = level;
  window.text = text;
  if (!timer_.running()) timer_.start(window.end, [this] { close_due(); });
}

void LimitedLog::close(Windows::iterator at) {
  const auto taken = windows_.extract(at);
  const Window& window = taken.mapped();
  if (window.skipped == 0) return;
  // A kind of its own: what limits `log_`, too, would count it as one more such line.
  log_.event(window.level, fmt::format("{} (and more)", taken.key()), summary(window));
}

std::string LimitedLog::summary(const Window& window) const {
  const Instant now = loop_.now();
  if (window.skipped == 1) return fmt::format("{} ({})", window.text, ago(now - window.last));
  return fmt::format(
      "{} (and {} more lines like this one in {} s: the first of them {}, the last {})",
      window.text, window.skipped - 1, log_window / 1s, ago(now - window.first),
      ago(now - window.last));
}

void LimitedLog::close_due() {
  Instant next = Instant::max();
  for (auto at = windows_.begin(); at != windows_.end();) {
    const auto window = at++;
    if (window->second.end <= loop_.now()) {
      close(window);
    } else if (window->second.skipped > 0) {
      next = std::min(next, window->second.end);
    }
  }
  if (next != Instant::max()) timer_.start(next, [this] { close_due(); });
}

}  // namespace noex

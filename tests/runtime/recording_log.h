// RecordingLog: a log that keeps what it is told.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "noex/transport/base/log.h"

namespace noex {

// Keeps warnings, for tests that count them.
class RecordingLog final : public Log {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel level, std::string_view text) override {
    if (level >= LogLevel::warning) warnings.emplace_back(text);
    lines.emplace_back(text);
  }

  std::vector<std::string> warnings;
  std::vector<std::string> lines;
};

}  // namespace noex

// SpdlogLog: the real Log, to standard error or to a file.
//
// Owns the sink and the level filter. Every line is flushed: there are few (a node puts a
// LimitedLog in front), and the last ones before a crash are those that matter. On one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "noex/transport/base/error.h"
#include "noex/transport/base/log.h"

namespace noex {

// Where a SpdlogLog writes, and what.
struct SpdlogOptions {
  LogLevel level = LogLevel::info;  // lines below it are dropped
  std::string file = {};            // is appended to; empty: standard error
  // Is given each line, without its end, instead of either.
  std::function<void(std::string)> to = {};
};

// See the top of this file.
class SpdlogLog final : public Log {
 public:
  // Opens it. Errors: system (the file cannot be opened; the detail says which and why).
  [[nodiscard]] static Result<std::unique_ptr<SpdlogLog>> open(const SpdlogOptions& options);
  // Closes the file.
  ~SpdlogLog() override;

  bool enabled(LogLevel level) const override { return level >= level_; }
  void write(LogLevel level, std::string_view text) override;

 private:
  struct Impl;
  SpdlogLog(LogLevel level, std::unique_ptr<Impl> impl);

  LogLevel level_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace noex

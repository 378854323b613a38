// SpdlogLog: the real Log, to standard error or to a file.
//
// Owns: the sink and the level filter. Every line is flushed: there are few (a node puts a
// LimitedLog in front), and the last ones before a crash are the ones that matter.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "noex/transport/base/error.h"
#include "noex/transport/base/log.h"

namespace noex {

struct SpdlogOptions {
  LogLevel level = LogLevel::info;
  std::string file = {};  // empty: standard error; otherwise appended to
  // Takes each line, without its end, instead of either.
  std::function<void(std::string)> to = {};
};

class SpdlogLog final : public Log {
 public:
  // Errors: system (the file cannot be opened; the detail says which and why).
  [[nodiscard]] static Result<std::unique_ptr<SpdlogLog>> open(const SpdlogOptions& options);
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

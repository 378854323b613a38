// TraceFile: every event of a run as a line: seconds, node, kind, text.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "noex/sim/run/simulation.h"
#include "noex/sim/text/output_file.h"

namespace noex::sim {

class TraceFile final : public RunWatcher {
 public:
  // next: also sees the run, or nullptr; outlives this. Errors: as OutputFile.
  static Result<std::unique_ptr<TraceFile>> create(const std::string& path, bool force,
                                                   RunWatcher* next);

  void on_shown(Instant at, std::uint32_t node, std::uint32_t user, std::string_view line) override;
  void on_cluster_event(Instant at, std::uint32_t node, std::string_view what, std::string_view who,
                        std::string_view why) override;
  void on_own_deed(Instant at, std::uint32_t node, std::string_view deed) override;
  void on_step(Instant at, const Step& step) override;
  bool wants_events() const override { return true; }
  void on_begin(const Truth& truth) override {
    if (next_ != nullptr) next_->on_begin(truth);
  }
  void on_second(Instant at) override {
    if (next_ != nullptr) next_->on_second(at);
  }
  void on_turn(std::uint32_t node) override {
    if (next_ != nullptr) next_->on_turn(node);
  }
  void on_over(const RunSummary& summary) override {
    if (next_ != nullptr) next_->on_over(summary);
  }
  StreamTap* stream_tap() override { return next_ != nullptr ? next_->stream_tap() : nullptr; }
  Observer* node_observer(std::uint32_t node) override {
    return next_ != nullptr ? next_->node_observer(node) : nullptr;
  }
  void on_process_named(const Ref& process, std::string_view role) override {
    if (next_ != nullptr) next_->on_process_named(process, role);
  }
  void on_event(Instant at, std::uint32_t node, std::string_view kind,
                std::string_view text) override;

  // After the run: everything is in the file; without that there is none. Errors: system.
  Result<void> finish() { return file_.commit(); }

 private:
  TraceFile(OutputFile file, RunWatcher* next) : file_(std::move(file)), next_(next) {}
  void line(Instant at, std::uint32_t node, std::string_view kind, std::string_view text);

  OutputFile file_;
  RunWatcher* next_;
};

}  // namespace noex::sim

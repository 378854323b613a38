#include "noex/sim/report/trace_file.h"

#include <utility>

#include <fmt/format.h>

#include "noex/sim/world/world.h"

namespace noex::sim {

Result<std::unique_ptr<TraceFile>> TraceFile::create(const std::string& path, bool force,
                                                     RunWatcher* next) {
  Result<OutputFile> file = OutputFile::create(path, force);
  if (!file) return std::unexpected(file.error());
  return std::unique_ptr<TraceFile>(new TraceFile(std::move(*file), next));
}

void TraceFile::line(Instant at, std::uint32_t node, std::string_view kind, std::string_view text) {
  const std::string name = node == no_host ? "-" : node_name(node);
  file_.write(fmt::format("{:>13} {:<6} {:<9} {}\n", format_seconds(at, 9), name, kind, text));
}

void TraceFile::on_event(Instant at, std::uint32_t node, std::string_view kind,
                         std::string_view text) {
  line(at, node, kind, text);
  if (next_ != nullptr) next_->on_event(at, node, kind, text);
}

void TraceFile::on_own_deed(Instant at, std::uint32_t node, std::string_view deed) {
  line(at, node, "sim", deed);
  if (next_ != nullptr) next_->on_own_deed(at, node, deed);
}

void TraceFile::on_step(Instant at, const Step& step) {
  line(at, no_host, "step", fmt::format("#{} {}", step.id, describe(step)));
  if (next_ != nullptr) next_->on_step(at, step);
}

void TraceFile::on_shown(Instant at, std::uint32_t node, std::uint32_t user,
                         std::string_view text) {
  line(at, node, "shown", fmt::format("user {}: {}", user + 1, text));
  if (next_ != nullptr) next_->on_shown(at, node, user, text);
}

void TraceFile::on_cluster_event(Instant at, std::uint32_t node, std::string_view what,
                                 std::string_view who, std::string_view why) {
  const std::string reason = why.empty() ? std::string() : fmt::format(" ({})", why);
  line(at, node, "cluster", fmt::format("{} {}{}", who, what, reason));
  if (next_ != nullptr) next_->on_cluster_event(at, node, what, who, why);
}

}  // namespace noex::sim

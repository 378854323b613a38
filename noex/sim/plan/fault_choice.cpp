#include "noex/sim/plan/fault_choice.h"

#include <fmt/format.h>

namespace noex::sim {

FaultSet possible_faults() {
  return FaultSet().set();
}

std::string_view explain(FaultKind kind) {
  switch (kind) {
    case FaultKind::latency:
      return "some bytes take much longer than the rest";
    case FaultKind::chunking:
      return "bytes arrive split and merged, not as they were written";
    case FaultKind::reset:
      return "a connection is reset";
    case FaultKind::partition:
      return "nothing passes between two halves, or between one node and the rest, for a while";
    case FaultKind::one_way:
      return "nothing passes in one direction for a while";
    case FaultKind::crash:
      return "a process is killed; its system closes its connections";
    case FaultKind::power_loss:
      return "a machine goes silent";
    case FaultKind::restart:
      return "a node comes back after a crash, a power loss or after leaving; without its memory";
    case FaultKind::pause:
      return "a process is stopped for a while";
    case FaultKind::slow_link:
      return "a link takes only few bytes a second for a while";
    case FaultKind::half_open:
      return "a connection passes nothing any more, and neither side is told";
    case FaultKind::slow_node:
      return "everything takes a process long for a while";
    case FaultKind::clock_skew:
      return "clocks run too fast or too slow, by up to two percent";
    case FaultKind::clock_jump:
      return "a wall clock jumps, by up to a year";
    case FaultKind::backlog_full:
      return "a node's listen queue takes no connection for a while";
    case FaultKind::bridge:
      return "nothing passes between two sides, and both reach the rest, for a while";
    case FaultKind::outage:
      return "several nodes end at nearly the same moment, perhaps all";
    case FaultKind::crash_point:
      return "a process is killed right before or after it sends a message; see --list-points";
  }
  return "no fault";
}

Result<FaultChoice> parse_fault_choice(std::string_view text) {
  if (text == "swarm") return FaultChoice{};
  FaultChoice choice{.swarm = false, .kinds = {}};
  if (text == "none") return choice;
  if (text == "all") {
    choice.kinds = possible_faults();
    return choice;
  }
  std::string_view rest = text;
  for (bool more = true; more;) {
    const std::size_t comma = rest.find(',');
    const std::string_view word = rest.substr(0, comma);
    const auto kind = parse_fault_kind(word);
    if (!kind) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("'{}' is no kind of fault; see --list-faults", word));
    }
    choice.kinds.set(static_cast<std::size_t>(*kind));
    more = comma != std::string_view::npos;
    if (more) rest.remove_prefix(comma + 1);
  }
  return choice;
}

std::string describe(const FaultChoice& choice) {
  if (choice.swarm) return "swarm";
  if (choice.kinds.none()) return "none";
  if (choice.kinds == possible_faults()) return "all";
  std::string text;
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    if (!choice.kinds.test(i)) continue;
    if (!text.empty()) text += ',';
    text += describe(static_cast<FaultKind>(i));
  }
  return text;
}

}  // namespace noex::sim

#include "sim/cluster/fault_choice.h"

#include <fmt/format.h>

namespace noex::sim {

FaultSet possible_faults() {
  FaultSet set;
  for (const FaultKind kind : {FaultKind::latency, FaultKind::chunking, FaultKind::reset,
                               FaultKind::partition, FaultKind::one_way, FaultKind::crash,
                               FaultKind::power_loss, FaultKind::restart, FaultKind::pause}) {
    set.set(static_cast<std::size_t>(kind));
  }
  return set;
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
    case FaultKind::half_open:
    case FaultKind::slow_node:
    case FaultKind::clock_skew:
    case FaultKind::clock_jump:
    case FaultKind::backlog_full:
      break;
  }
  return "not part of these runs";
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
    if (!kind || !possible_faults().test(static_cast<std::size_t>(*kind))) {
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

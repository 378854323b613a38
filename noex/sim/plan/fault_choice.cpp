#include "noex/sim/plan/fault_choice.h"

#include <fmt/format.h>

namespace noex::sim {

FaultSet possible_faults() {
  return FaultSet().set();
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

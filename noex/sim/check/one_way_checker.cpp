#include "noex/sim/check/one_way_checker.h"

#include <fmt/format.h>

#include "noex/sim/check/runtime_properties.h"

namespace noex::sim {

namespace {

// A shorter cut is over before anybody could go and come again.
constexpr Duration lasting = 5s;

}  // namespace

bool OneWayChecker::has_third(const Truth::Cut& cut) const {
  for (std::size_t third = 0; third < truth_.nodes(); ++third) {
    if (third == cut.from || third == cut.to || truth_.node(third) == nullptr) continue;
    if (truth_.undisturbed_since(third, cut.from) < cut.since &&
        truth_.undisturbed_since(third, cut.to) < cut.since) {
      return true;
    }
  }
  return false;
}

void OneWayChecker::on_node_down(std::size_t observer, std::size_t peer) {
  for (const Truth::Cut& cut : truth_.one_way_cuts()) {
    const bool same =
        (cut.from == observer && cut.to == peer) || (cut.from == peer && cut.to == observer);
    if (!same) continue;
    Count& count = counts_[{observer, peer}];
    if (count.since != cut.since) count = Count{cut.since, 0};
    ++count.downs;
  }
}

void OneWayChecker::look() {
  for (const Truth::Cut& cut : truth_.one_way_cuts()) {
    const bool both = truth_.node(cut.from) != nullptr && truth_.node(cut.to) != nullptr;
    if (!both || truth_.now() - cut.since < lasting || !has_third(cut)) continue;
    for (const auto& [observer, peer] :
         {std::pair(cut.from, cut.to), std::pair(cut.to, cut.from)}) {
      const auto found = counts_.find({observer, peer});
      const bool counted = found != counts_.end() && found->second.since == cut.since;
      const std::size_t downs = counted ? found->second.downs : 0;
      tally_.expect(property::m6, truth_.now(), downs <= 1, [&, &one = observer, &two = peer] {
        return fmt::format(
            "{} has seen {} go {} times while one way between them is cut and others reach both",
            truth_.id(one).text(), truth_.id(two).text(), downs);
      });
    }
  }
}

}  // namespace noex::sim
